"""What is kept of a person, said in the chat, and its erasure."""

from collections.abc import Iterator

from domain.effects import Erase
from domain.record import Subscriber
from flows.conversation.state import Talk
from flows.language.model import END
from flows.language.split_text import MESSAGE
from language.template_filters import said


def show(talk: Talk) -> None:
    """Say what is kept: from the record alone, in lines that a person can read."""
    lines = list(_lines(talk, talk.record))
    talk.because("The person was shown what is kept.")
    if not lines:
        talk.reply("data_none")
        return
    talk.reply("data_intro")
    talk.say_plain("\n".join(lines)[: 4 * MESSAGE])


def delete(talk: Talk) -> str:
    """Erase everything, which ends the conversation; a flow asks before it comes here."""
    talk.say_step()
    talk.want(Erase(id=talk.id("erase")))
    talk.because("The person had everything erased.")
    talk.stack = ()
    return END


def _lines(talk: Talk, record: Subscriber) -> Iterator[str]:
    config, language, voice = talk.context.config, talk.language, talk.book.voices[talk.language]
    zone = record.profile.timezone or config.timezone

    def word(name: str) -> str:
        return voice.replies[f"data_{name}"].source

    name = record.profile.first_name
    if name:
        yield f"{word('name')}: {name}"
    for held in record.addresses.values():
        yield f"{word('address')}: {held.email} ({word(f'address_{held.status}')})"
    for topic, consent in record.consents.items():
        yield f"{word('consent')}: {voice.topics.get(topic, topic)} ({word(f'consent_{consent.status}')})"
    for field, value in record.fields.items():
        if value not in (None, ""):
            declared = config.fields.get(field)
            label = config.text(declared.label, language) if declared else ""
            shown = said(value, declared.type, language, zone) if declared else value
            told = word("yes" if value else "no") if isinstance(value, bool) else shown
            yield f"{label or field}: {told}"
    if record.tags:
        yield f"{word('tags')}: {', '.join(record.tags)}"
    for pool, code in record.codes.items():
        yield f"{config.text(config.pools.get(pool, {}), language) or pool}: {code}"
