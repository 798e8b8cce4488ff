"""SpamAssassin, as Debian ships it, without asking the network."""

import re
import shutil
import subprocess

from bench.judges.verdict import JudgeMissingError, Mails, Verdict

MOST = 0.0
"""Points that a mail may have."""
SEPARATOR = b"From judge@amsel.example Thu Jan  1 00:00:00 1970\n"
"""Begins each mail of a mailbox file."""
_SCORE = re.compile(r"^X-Spam-Status: \w+, score=(-?[\d.]+).*?tests=(.*?)(?:\n\S|\n\n)", re.MULTILINE | re.DOTALL)


def score_mails(mails: Mails) -> Verdict:
    """Score each mail; more than no points are a finding, with the rules that gave them."""
    program = shutil.which("spamassassin")
    if program is None:
        message = "apt-get install spamassassin"
        raise JudgeMissingError(message)
    # One process for all: starting it costs more than twenty mails.
    box = b"".join(SEPARATOR + _escape(raw) + b"\n\n" for raw in mails.values())
    done = subprocess.run([program, "--local", "--mbox"], input=box, capture_output=True, check=True)
    scored = done.stdout.decode("utf-8", "replace").split(SEPARATOR.decode())[1:]
    scores = [_SCORE.search(text) for text in scored]
    if len(scores) != len(mails) or not all(scores):
        message = "one whose answers are understood: spamassassin --mbox"
        raise JudgeMissingError(message)
    told = [
        (name, float(found[1]), " ".join(found[2].split())) for name, found in zip(mails, scores, strict=True) if found
    ]
    findings = [f"{name}: {points} points: {rules}" for name, points, rules in told if points > MOST]
    return Verdict(asked=len(mails), findings=findings, note=f"highest {max(points for _, points, _ in told):.1f}")


def _escape(raw: bytes) -> bytes:
    """Return a mail for a mailbox file: bare line ends, and no line that looks like the beginning of the next mail."""
    return raw.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
