"""Checks of one flow for what is written and never happens: times out of order, empty shares, addresses of no file.

So is what stands behind a consent, for whoever has confirmed it: their conversation ends there.  Nothing here breaks a
conversation, so most findings are warnings: the author meant something that people will not see.
"""

import importlib
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flows.checks.graph import CONSENT_CONDITION, Edge, FlowGraph, find_reachable
from flows.compiler.compile_mail import parse_field_date
from flows.compiler.compile_split import parse_share
from flows.language.model import MessageItemModel, StepText
from flows.language.read_files import FlowSource
from language.durations import duration_or_none, format_duration
from language.findings import Finding
from language.yaml_source import YamlPath, YamlSource

_PARSER: Any = importlib.import_module("re._parser")
"""There is no public parser of patterns, and not every type checker knows this one."""

_ACTS = ("notify", "mail", "relay", "event", "take", "code", "hook")
"""Keys of a step that does something for the person, consent or not."""
MEDIA_KINDS = ("image", "video", "audio", "file")
_PAGES_OF_FILMS = re.compile(
    r"(?:^|\.)(?:youtube\.com|youtu\.be|vimeo\.com|tiktok\.com|instagram\.com|drive\.google\.com|dropbox\.com)$"
)
"""Hosts whose addresses show a page around the file; the platform fetches the address and finds no file there."""


def check_never_happens(flow: FlowSource) -> Iterator[Finding]:
    """Yield what no conversation of this flow will ever show."""
    for name, step in flow.text.steps.items():
        path: YamlPath = ("steps", name)
        yield from _check_nudges(flow.source, path, step)
        yield from _check_tries(flow.source, path, step)
        yield from _check_shares(flow.source, path, step)
        yield from _check_pattern(flow.source, path, step)
        yield from _check_relay(flow.source, path, step)
        yield from _check_media(flow.source, (*path, "say"), step.say)
        for label, choice in step.choices.items():
            yield from _check_media(flow.source, (*path, "choices", label, "say"), choice.say)


def _check_nudges(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    """Yield nudges that come after the way on was taken, or in another order than they are written."""
    timeout = duration_or_none(step.timeout.after) if step.timeout else None
    before = timedelta()
    for number, nudge in enumerate(step.nudge):
        after = duration_or_none(nudge.after)
        if after is None:  # reported by the check of durations
            continue
        listed = (*path, "nudge", number, "after")
        place = listed if listed in source.positions else (*path, "nudge", "after")
        if timeout is not None and after >= timeout:
            message = f"The timeout comes after {format_duration(timeout)}, so this nudge is never said."
            yield source.finding_at(place, "never-said", message, "Let it come before the timeout.", severity="warning")
        if after < before:
            message = f"This nudge comes after {format_duration(after)}, before the one above it."
            hint = "All are counted from the question: write the earliest first."
            yield source.finding_at(place, "nudge-order", message, hint, severity="warning")
        before = max(before, after)


def _check_tries(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    if step.tries == 1 and step.again:
        message = "With one try nobody is asked again, so this is never said."
        hint = "Write tries: 2 or more, or take “again” out."
        yield source.finding_at((*path, "again"), "never-said", message, hint, severity="warning", key=True)


def _check_shares(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    for target, share in step.split.items():
        if parse_share(share) == 0:
            message = f"Nobody goes to “{target}”: its share is {share.strip()}."
            yield source.finding_at(
                (*path, "split", target), "no-share", message, "Give it a share, or take it out.", severity="warning"
            )


def _check_pattern(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    if step.ask and step.ask.pattern and _matches_nothing(step.ask.pattern):
        message = f"No text can fit “{step.ask.pattern[:40]}”: something has to stand before its ^ or behind its $."
        hint = "Leave ^ and $ out; the whole answer is compared anyway."
        yield source.finding_at((*path, "ask", "pattern"), "bad-ask", message, hint)


def _matches_nothing(pattern: str) -> bool:
    try:
        # Python's parser of patterns knows what RE2 knows; a pattern that only RE2 reads is left alone.
        tree = _PARSER.parse(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return _is_impossible(tree)


def _is_impossible(tree: Any) -> bool:  # noqa: ANN401  the parser's own lists
    """Return True if a sequence needs a character behind ``$`` or before ``^``."""
    needed_before, ended = False, False
    for kind, details in tree:
        name, least = str(kind), _least_width(kind, details)
        if name == "AT" and str(details) in ("AT_BEGINNING", "AT_BEGINNING_STRING") and needed_before:
            return True
        ended = ended or (name == "AT" and str(details) in ("AT_END", "AT_END_STRING"))
        if least and ended:
            return True
        if name == "BRANCH" and all(_is_impossible(branch) for branch in details[1]):
            return True
        if name == "SUBPATTERN" and _is_impossible(details[-1]):
            return True
        needed_before = needed_before or bool(least)
    return False


def _least_width(kind: object, details: Any) -> int:  # noqa: ANN401  as above
    """Return the least number of characters that a part of a pattern takes."""
    name = str(kind)
    if name == "BRANCH":
        return min((branch.getwidth()[0] for branch in details[1]), default=0)
    if name == "SUBPATTERN":
        return int(details[-1].getwidth()[0])
    if name.endswith("REPEAT"):
        least, _, repeated = details
        return int(least) * int(repeated.getwidth()[0])
    return 1 if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN") else 0


def _check_relay(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    due = parse_field_date(step.relay.at) if step.relay and step.relay.at else None
    if step.relay and due and not due.field and due.offset < timedelta():
        message = f"“{step.relay.at}” is over when somebody gets here, so it is told at once."
        hint = f"Write “{step.relay.at.replace('before', 'after')}”, or count from a field: 1 day before tasting_at."
        yield source.finding_at((*path, "relay", "at"), "past-time", message, hint, severity="warning")


def _check_media(source: YamlSource, path: YamlPath, messages: list[MessageItemModel]) -> Iterator[Finding]:
    """Yield addresses of pictures, films and files that the platform will find no file at, or only unencrypted."""
    for number, message in enumerate(messages):
        found = [((*path, number, kind), kind, getattr(message, kind)) for kind in MEDIA_KINDS]
        if message.cards:
            found.append(((*path, number, "cards", "image"), "image", message.cards.image))
        for place, kind, address in found:
            yield from _check_media_address(source, place, kind, str(address).strip())


def _check_media_address(source: YamlSource, path: YamlPath, kind: str, address: str) -> Iterator[Finding]:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").casefold()
    except ValueError:  # no address at all: reported by the check of texts
        return
    if _PAGES_OF_FILMS.search(host) and not address.endswith((".mp4", ".jpg", ".png", ".mp3", ".pdf")):
        message = f"{host} shows a page around the {kind}, and Messenger needs the {kind} itself."
        hint = "Put the file on your own website and write its address, or link the page with a button."
        yield source.finding_at(path, "not-a-file", message, hint)
    elif parts.scheme == "http":
        message = f"This {kind} is loaded without encryption, which Messenger refuses for many addresses."
        yield source.finding_at(path, "not-https", message, f"https{address[4:]}"[:100], severity="warning")


def check_lost_subscribers(graph: FlowGraph) -> Iterator[Finding]:
    """Yield each consent behind which yes and no come to the same act, while subscribers end before it.

    A person who has confirmed the topic is not asked again: the conversation ends at the consent.
    """
    for name, step in graph.steps.items():
        lost = _find_shared_act(graph, name) if step.consent and _meets_subscribers(graph, name, step.consent) else None
        if lost:
            topic, (act, key) = step.consent, lost
            message = f"Who has confirmed “{topic}” is not asked again, but ends here, without “{key}” of “{act}”."
            hint = f"Lead all ways here through a step: {{if: consent {topic} is confirmed, go: {act}, else: {name}}}"
            path = ("steps", name, "consent")
            yield graph.flow.source.finding_at(path, "lost-subscriber", message, hint, severity="warning", key=True)


def _find_shared_act(graph: FlowGraph, consent: str) -> tuple[str, str] | None:
    """Return the first step to which yes and no both lead and that does something, with the key of what it does."""
    # The consent itself is left out, so that a way back to it does not count as a way behind it.
    edges = {name: step_edges for name, step_edges in graph.edges.items() if name != consent}
    answers = ("next", "declines" if graph.steps[consent].declines else "else")
    targets = [{edge.target for edge in graph.edges[consent] if edge.trigger == answer} for answer in answers]
    shared = find_reachable(targets[0], edges) & find_reachable(targets[1], edges)
    for name, step in graph.steps.items():
        key = next((key for key in _ACTS if getattr(step, key)), None)
        # Where a person of the team takes over, something has gone wrong; nobody misses that.
        if name in shared and key and not step.hand_over:
            return name, key
    return None


def _meets_subscribers(graph: FlowGraph, step: str, topic: str) -> bool:
    """Return True if somebody who has confirmed the topic can come to a step."""
    # Another consent to the topic ends the conversation for them.
    edges = {
        name: tuple(edge for edge in step_edges if not _rules_out(graph.steps[name], edge, topic))
        for name, step_edges in graph.edges.items()
        if graph.steps[name].consent != topic
    }
    return step in find_reachable([graph.start], edges)


def _rules_out(step: StepText, edge: Edge, topic: str) -> bool:
    """Return True if nobody who has confirmed the topic takes this edge."""
    if step.withdraw == topic:
        return True  # they have just taken it back
    words = " ".join(step.condition.split())
    if edge.trigger == "else":
        return any(_holds_for_subscribers(part, topic) is True for part in words.split(" or "))
    parts = [] if " or " in words or edge.trigger != "next" else words.split(" and ")
    return any(_holds_for_subscribers(part, topic) is False for part in parts)


def _holds_for_subscribers(condition: str, topic: str) -> bool | None:
    """Return whether a condition holds for everybody who has confirmed the topic; None if it asks something else."""
    match = CONSENT_CONDITION.match(condition)
    if not match or match[2] != topic:
        return None
    return (match[4] in ("confirmed", "given")) == (bool(match[1]) == bool(match[3]))
