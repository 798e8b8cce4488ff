"""Shows a person in chat what is stored about them, and erases it."""

from collections.abc import Iterator

from domain.effects import Erase
from domain.record import Subscriber
from flows.conversation.state import ConversationTurn
from flows.conversation.variables import localize_choice
from flows.language.model import END
from flows.language.split_text import MOST_TEXT
from language.template_filters import format_field
from language.zones import zone_of_person


def show_data(turn: ConversationTurn) -> None:
    """Say what is stored: from the record alone, in lines that a person can read."""
    lines = list(_data_lines(turn, turn.record))
    turn.add_reason("The person was shown what is kept.")
    if not lines:
        turn.speech.say_reply("data_none")
        return
    turn.speech.say_reply("data_intro")
    # At most four messages, whatever a person has typed into their fields.
    turn.speech.say_plain("\n".join(lines)[: 4 * MOST_TEXT])


def erase_data(turn: ConversationTurn) -> str:
    """Erase everything, which ends the conversation; the flow asks for confirmation before."""
    turn.speech.say_step()
    turn.add_effects(Erase(id=turn.visit_id("erase")))
    turn.add_reason("The person had everything erased.")
    turn.stack = ()  # no flow that called this one goes on
    return END


def _data_lines(turn: ConversationTurn, record: Subscriber) -> Iterator[str]:
    config, language, pack = turn.context.config, turn.language, turn.catalog.language_packs[turn.language]
    zones = zone_of_person(record, config.timezone, turn.context.now).key, config.timezone

    def reply_text(name: str) -> str:
        return pack.replies[f"data_{name}"].source

    name = record.profile.first_name
    if name:
        yield f"{reply_text('name')}: {name}"
    for held in record.addresses.values():
        yield f"{reply_text('address')}: {held.email} ({reply_text(f'address_{held.status}')})"
    for topic, consent in record.consents.items():
        name, status = pack.topic_names.get(topic, topic), reply_text(f"consent_{consent.status}")
        yield f"{reply_text('consent')}: {name} ({status})"
    for field, value in record.fields.items():
        if value not in (None, ""):
            declared = config.fields.get(field)
            label = config.pick_text(declared.label, language) if declared else ""
            kind = declared.type if declared else ""
            said = localize_choice(value, kind, pack.kept_labels.get(field, {}))
            formatted = format_field(said, kind, language, zones)
            shown_value = reply_text("yes" if value else "no") if isinstance(value, bool) else formatted
            yield f"{label or field}: {shown_value}"
    if record.tags:
        yield f"{reply_text('tags')}: {', '.join(record.tags)}"
    for pool, code in record.codes.items():
        yield f"{config.pick_text(config.pools.get(pool, {}), language) or pool}: {code}"
