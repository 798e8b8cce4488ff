"""What a person typed, or has in their profile, as it is filled into what the bot says and mails."""

import pytest
from msgspec.structs import replace

from domain.effects import NOTICE
from domain.record import Profile
from tests.support.flow_person import person_for_steps


@pytest.mark.parametrize("name", ["Mia\x07", "\u202eMia\u202c", "M\u200bia", "Mia\r\n"])
def test_a_name_is_clean_in_the_chat(name: str) -> None:
    """Neither a control character nor a sign of direction reaches what is said."""
    person = person_for_steps("  a: {say: '{{ hi }}!', go: end}\n")
    person.record = replace(person.record, profile=Profile(first_name=name))
    assert person.type_text("go now") == ["Hi Mia!"]


def test_a_name_of_nothing_is_no_name() -> None:
    """A name of which nothing can be seen is greeted as nobody's; the one of the profile counts then."""
    person = person_for_steps("  a: {say: '{{ hi }}!', go: end}\n")
    person.record = replace(person.record, fields={"first_name": "\u3164"}, profile=Profile(first_name="\u2800"))
    assert person.type_text("go now") == ["Hello!"]
    person.record = replace(person.record, profile=Profile(first_name="Mia"), conversation=None)
    assert person.type_text("go now") == ["Hi Mia!"]


def test_a_typed_value_is_clean_for_the_team() -> None:
    """What would harm the mail or its reader goes; emoji stay whole."""
    person = person_for_steps(
        "  q: {say: What?, ask: text, save: tea, else: end}\n"
        "  a: {notify: {team: support, say: '{{ tea }}'}, say: '{{ tea }}', go: end}\n"
    )
    person.type_text("go now")
    assert person.type_text("one\u202e two\x07 three 👩\u200d👧") == ["one two  three 👩\u200d👧"]
    [mail] = person.mails
    assert mail.variables[NOTICE] == "one two  three 👩\u200d👧"


def test_a_value_of_nothing_takes_its_fallback() -> None:
    """A field in which only hidden signs stand is said as an empty one."""
    person = person_for_steps("  a: {say: 'Your {{ tea }}.', go: end}\n")
    person.record = replace(person.record, fields={"tea": "\u200b\u2066"})
    assert person.type_text("go now") == ["Your tea."]
