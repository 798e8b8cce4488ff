"""Judges from Python: the standard library's parser at its strictest, and dkimpy."""

from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy

import dkim

from bench.judges.verdict import Mails, Verdict

MOST_OCTETS = 998
"""Of a line, without its end (RFC 5322 §2.1.1)."""
SIGNATURES = 2
"""RSA, and Ed25519 beside it."""


def read_strictly(mails: Mails) -> Verdict:
    """Parse each mail and each of its parts; a defect, or a line that is too long, is a finding."""
    return Verdict(asked=len(mails), findings=[found for name, raw in mails.items() for found in _read(name, raw)])


def _read(name: str, raw: bytes) -> Iterator[str]:
    try:
        message = message_from_bytes(raw, policy=policy.SMTP + policy.strict)
        for part in message.walk():
            for header, value in part.items():
                # Headers are parsed only when they are asked for.
                for defect in getattr(value, "defects", ()):
                    yield f"{name}: {header}: {defect}"
            if not part.is_multipart():
                text = part.get_content()
                lines = text.encode().splitlines() if isinstance(text, str) else []
                yield from (f"{name}: a line of {len(line)} octets" for line in lines if len(line) > MOST_OCTETS)
    except Exception as error:  # noqa: BLE001  whatever a strict parser raises is what it has found
        yield f"{name}: {type(error).__name__}: {error}"


def verify_signatures(mails: Mails, records: Mapping[bytes, bytes]) -> Verdict:
    """Verify both signatures of each mail against the records of our keys."""

    def look_up(name: bytes, timeout: int = 5) -> bytes | None:
        del timeout
        return records.get(name)

    findings: list[str] = []
    for name, raw in mails.items():
        for index in range(SIGNATURES):
            try:
                good = dkim.DKIM(raw).verify(idx=index, dnsfunc=look_up)
            except dkim.DKIMException as error:
                good, name = False, f"{name} ({error})"  # noqa: PLW2901  the reason belongs to the name that is told
            if not good:
                findings.append(f"{name}: signature {index + 1} is not good")
    return Verdict(asked=len(mails) * SIGNATURES, findings=findings)
