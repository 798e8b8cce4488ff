"""Reads from the outcome of a line what it was understood as.

| meaning | it was understood so if |
|---|---|
| ``stop`` | every consent was withdrawn |
| ``asks whether to stop`` | nothing was withdrawn, and one tap on what is offered withdraws |
| ``agree``, ``decline`` | the consent was given, or declined |
| ``confirmed``, ``wrong code`` | the pending code was right, or counts as a wrong try |
| ``new code`` | another code was mailed to the same address |
| an address | it is the one that was taken |
| ``yes``, ``no``, a number, a date … | the field of the open question holds it |
| ``person`` | a person of the team was called |
| ``[flow]``, ``[step]`` | that flow was begun, or that step reached, and nothing was taken |
| ``declines`` | the open question was left, and nothing was taken |
| ``no mail`` | help for a missing mail was given |
| a name of a row of tables/answers.yaml | its answer was said |
| ``<row>, then asked again`` | its answer was said, and then the open question once more |
| ``small talk`` | it was answered, and neither took a value nor cost a try |
| ``greeting`` | it was answered so, or the flow of get-started was begun |
| ``asked again`` | the question stands open as before, and a try is lost; or the default reply was said |

In the corpus, ``not X`` means anything but ``X``, ``X or asked again`` either, and ``X, asking <row>`` a meaning with a
question behind it: to have answered only that is no mistake, but ``X`` was missed.
"""

from collections.abc import Mapping
from functools import cache

from domain.record import Subscriber, Value
from tests.understanding.corpus import Line
from tests.understanding.play import Played, compiled_workspace, default_texts, play_line, play_taps

ASKED, SMALL_TALK, ASKS_STOP = "asked again", "small talk", "asks whether to stop"
THEN_ASKED, OR_ASKED, ASKING = ", then asked again", " or asked again", ", asking "
GREETING, BEGINNING = "greeting", "[letter]"
UNHEARD = frozenset({ASKED, SMALL_TALK, ASKS_STOP, "nothing said"})
"""Outcomes by which nothing was taken: not understanding so is a pity, not a mistake."""


def understand_line(line: Line) -> str:
    """Play a line; return what it was understood as."""
    played = play_line(line)
    meaning = _record_meaning(played) or _spoken_meaning(played, line.language)
    asks = line.situation.consents and meaning in {ASKED, SMALL_TALK} and _offers_stop(line)
    return ASKS_STOP if asks else meaning


def _offers_stop(line: Line) -> bool:
    return any(_status_changes(record, "withdrawn") for record in play_taps(line))


def _status_changes(record: Subscriber, status: str) -> bool:
    return bool(record.consents) and all(consent.status == status for consent in record.consents.values())


def _record_meaning(played: Played) -> str:
    """Return what changed in the record; empty if nothing that a meaning stands for."""
    before, after = played.before, played.after
    was = {topic: consent.status for topic, consent in before.consents.items()}
    for topic, consent in after.consents.items():
        if consent.status != was.get(topic):
            return _CONSENT_MEANINGS[consent.status]
    if _wrong_codes(after) > _wrong_codes(before):
        return "wrong code"
    given = [address.email for name, address in after.addresses.items() if name not in before.addresses]
    if not given and _newest_codes(after) - _newest_codes(before):
        return "new code"
    changed = [_write(value) for name, value in after.fields.items() if value != before.fields.get(name)]
    tags = [tag.replace("_", " ") for tag in after.tags if tag not in before.tags]
    values = given or changed or tags
    if values:
        return " and ".join(values)
    return "person" if after.paused and not before.paused else ""


_CONSENT_MEANINGS: Mapping[str, str] = {
    "agreed": "agree", "declined": "decline", "confirmed": "confirmed", "withdrawn": "stop",
}  # fmt: skip


def _wrong_codes(record: Subscriber) -> int:
    return sum(pending.wrong for pending in record.pending.values()) + len(record.wrong_codes)


def _newest_codes(record: Subscriber) -> frozenset[tuple[str, str]]:
    return frozenset((address, pending.nonce) for address, pending in record.pending.items() if pending.nonce)


def _write(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _spoken_meaning(played: Played, language: str) -> str:
    """Return what was said, where the record took nothing."""
    texts = [message.text for message in played.said]
    if not texts:
        return "nothing said"
    before, after = played.before.conversation, played.after.conversation
    row = _answered_row(texts, language)
    stays = before is not None and after is not None and (before.flow, before.step) == (after.flow, after.step)
    if row:
        return row + THEN_ASKED if stays and _asks_again(played) else row
    if after is not None and not stays:
        return f"[{after.flow}]" if before is None or before.flow != after.flow else f"[{after.step}]"
    if before is not None and after is not None:
        # Where a code is waited for, other words cost no try, so a try tells nothing.
        waits_for_code = bool(played.before.pending)
        return ASKED if waits_for_code or after.tries > before.tries else SMALL_TALK
    if before is not None:
        return "declines"
    return ASKED if default_texts(language) & set(texts) else SMALL_TALK


def _answered_row(texts: list[str], language: str) -> str:
    rows = (row for answer, row in _answers(language).items() if any(answer in text for text in texts))
    return next(rows, "")


@cache
def _answers(language: str) -> Mapping[str, str]:
    rows = compiled_workspace().rules.flows.tables["answers"].rows_in(language)
    return {str(row["answer"]): str(row["id"]) for row in rows}


def _asks_again(played: Played) -> bool:
    """Return True if the last message is the open question again, or a shorter form of it with the same buttons."""
    open_question, last = played.question[-1], played.said[-1]
    replies = [reply.label for reply in open_question.quick_replies]
    same_replies = bool(replies) and replies == [reply.label for reply in last.quick_replies]
    return same_replies or open_question.text in last.text or len(played.said) > 1
