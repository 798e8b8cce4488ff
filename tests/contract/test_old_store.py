"""A store that an older Doorstep wrote opens, and all in it is read, decided, printed and sent as before."""

from fnmatch import fnmatchcase
from typing import Any

import pytest
import pytest_asyncio

from tests.contract.old_store.describe import count_parts, describe_old_store, find_differences
from tests.contract.old_store.restore import read_expected

Answers = dict[str, Any]
"""What one version of the code says of the old store."""

DELIBERATE_CHANGES: dict[str, str] = {
    "/decided/wCV_oOLMPWsJg_NI/reply start|evening/effects":
        "A person in another zone reads the evenings by the clock of their place, and whose clock that is.",
    **{f"/decided/*/day/{part}": "A day and a time are no number of seats."
       for part in ("history", "reasons", "record", "wakes/0")},
    "/printed/replay table --workspace * --json/1/*": "As above, so fewer of those answers are taken.",
    **{f"/decided/*/{typed}/effects": "What is said in a flow with a persona is said by it."
       for typed in ("stop", "wrong code")},
    "/decided/*/picture/*": "A picture at a question costs no try: it is told so, and the question is asked again.",
    **{f"/decided/*/{typed}/effects": "The default reply offers the flows of the menu and a person, not all flows."
       for typed in ("text", "yes", "number", "day", "phone", "back", "help", "new code", "another flow", "address")},
    **{f"/decided/*/{tapped}": "So these buttons are shown, or not, under the default reply."
       for tapped in ("reply start|*", "reply do|person")},
    "/decided/*/address/*": "An address that nothing waits for is told so; one that is waited for is taken.",
    "/printed/replay newsletter --workspace * --json/1/*": "A no to the question for the address declines.",
    "/decided/*/yes/*": "A yes takes the choice that says yes (“Send the checklist”), where another says no.",
    "/decided/*/number/*": "A number is no place of a choice where labels hold digits (“150 to 400 €”).",
    "/decided/*/edited/*": "A word of one choice is enough: “another answer” is “Another mood”.",
    "/decided/*/reply tap|settings|data|0.*/effects": "“This is what I keep about you”, not “of you”.",
    "/decided/*/not me/*":
        "Against a proven address “this was not me” asks the mailbox again; told twice, it says why it does nothing.",
    "/decided/KgO2pc-1bX0jQ15T/new code/*":
        "Its owner disowned the address: no mail is asked for that would be refused.",
    "/answers/* /confirm/*.*.*":
        "A “not me” link names its mail, so its address is another; what it answers is compared in tests/web.",
    **{f"/{part}/gfv2h1w_U9CUa-29/*": "A proven mailbox is asked without a pause; a replaced mail is not sent."
       for part in ("taken up/people", "afterwards/people")},
    "/decided/wCV_oOLMPWsJg_NI/box/*": "A goal reached after the last step of its sequence counts.",
    "/printed/subject export */1/record/mailed": "What came later is exported too.",
    "/printed/subject export */1/record/seats": "As above.",
    "/printed/subject export */1/record/runs/*/earlier": "As above.",
    **{f"/printed/subject export */1/history/*/{part}": "As above."
       for part in ("did", "past", "changed", "edition", "unsent")},
    "/printed/subject export */1/record/told_at": "As above.",
    "/printed/subject export */1/record/starts": "As above.",
    **{f"/printed/subject export */1/record/runs/*/{part}": "As above."
       for part in ("told", "drafts", "question", "approved", "answers")},
    "/printed/subject export */1/record/questioned_at": "As above.",
    "/printed/subject export */1/record/tasks": "As above.",
    "/printed/subject export */1/record/links": "As above.",
    "/printed/subject export */1/record/consents/*/measures": "As above.",
    "/printed/consent prove * --json/1/suppressions/*/by": "Of “not me” it is kept whose request it was about.",
    **{f"/heads/*/internal-later/{part}": "An event may be told as past; this one was not."
       for part in ("effect/2/2/past", "same bytes")},
    "/printed/subject export */1/record/use_hours": "As above.",
    "/printed/subject export */1/record/got": "As above.",
    "/printed/subject export */1/record/runs/*/heard": "As above.",
    "/printed/subject export */1/record/runs/*/key": "As above.",
    "/printed/subject export */1/record/runs/*/reached_at": "A goal can be a condition; a run keeps when it was seen.",
    **{f"/printed/subject export */1/record/behaviour/*/{part}": "As above." for part in ("days", "said")},
    "/printed/subject export */1/record/schema": "The behaviour is kept in a new form; an older version would drop it.",
    "/taken up/mails/*/raw": "The HTML has a heading, a landmark, a preview line in the ink's colour, and short lines.",
    **{f"/taken up/mails/{number}/*": "The “not me” link of a confirmation names its mail."
       for number in (4, 5, 9, 11, 13, 14, 15, 16)},
    **{f"/{part}/{name}/record": "The ledger of the record holds the hash of that mail."
       for name in ("9ZPpgU18I2Bp_mMA", "Hs6jEnhJMXmZ1Dgx", "JaT8JoHK_8c9gJZh", "Y3EB0GHLEHuLZfQh", "jOF5MaZBjnzXtS5s",
                    "jhb2pwU83ECzFKWD", "nXw_z-fTxJBxHEa7", "uK4dVbkuLfZMKMoE")
       for part in ("taken up/people", "afterwards/people")},
}  # fmt: skip
"""Place of a difference that is meant, such as ``/counters/2026-06-12/parked`` or ``/mails/*/raw``, and why it is."""


@pytest_asyncio.fixture(name="found", scope="module", loop_scope="module")
async def _found(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Ask the present code everything, once."""
    answers: Answers = await describe_old_store(tmp_path_factory.mktemp("old"))
    return answers


@pytest.fixture(name="expected", scope="module")
def _expected() -> Answers:
    """Return the answers of the version that wrote the store."""
    answers: Answers = read_expected()
    return answers


def unmeant_differences(found: object, expected: object, place: str) -> list[str]:
    """Return where two answers differ, besides what is meant."""
    differences = find_differences(found, expected, place)
    return [line for line in differences if not any(fnmatchcase(line, f"{meant}: *") for meant in DELIBERATE_CHANGES)]


INSTALLATION = (
    "live", "edition", "epoch", "heads", "waiting", "due", "stuck", "unknown", "attempting", "counters", "unanswered",
    "addresses", "users", "meta", "pools", "draft", "seen",
)  # fmt: skip


def without(people: Answers, left_out: str) -> Answers:
    """Return what is known of everybody, besides one part."""
    return {name: {part: value for part, value in one.items() if part != left_out} for name, one in people.items()}


def test_every_person_is_read_as_before(found: Answers, expected: Answers) -> None:
    """Records, consent ledgers, histories and send ledgers."""
    now, then = (without(answers["people"], "decided") for answers in (found, expected))

    assert unmeant_differences(now, then, "/people") == []


def test_everything_is_decided_as_before(found: Answers, expected: Answers) -> None:
    """Some thirty events, every button on the phone, and what came due meanwhile: record, effects, reasons, wakes."""
    now, then = (
        {name: person["decided"] for name, person in answers["people"].items()} for answers in (found, expected)
    )

    assert unmeant_differences(now, then, "/decided") == []


@pytest.mark.parametrize("part", INSTALLATION)
def test_what_belongs_to_the_installation_is_read_as_before(found: Answers, expected: Answers, part: str) -> None:
    """What waits, counters, addresses, meta values, vouchers, links to drafts, events that were seen."""
    assert unmeant_differences(found[part], expected[part], f"/{part}") == []


def test_commands_print_the_same(found: Answers, expected: Answers) -> None:
    """Exports, evidence of consent, replays of stored histories, and the operator's lists."""
    assert unmeant_differences(found["printed"], expected["printed"], "/printed") == []


@pytest.mark.parametrize("part", ["sent", "mails", "people"])
def test_the_service_takes_the_store_up_as_before(found: Answers, expected: Answers, part: str) -> None:
    """Each request to the Graph API, each mail as the mail server gets it, and what is kept afterwards."""
    now, then = (answers["served"]["taken up"][part] for answers in (found, expected))

    assert unmeant_differences(now, then, f"/taken up/{part}") == []


@pytest.mark.parametrize("part", ["answers", "afterwards"])
def test_links_and_ids_that_are_out_in_the_world_still_work(found: Answers, expected: Answers, part: str) -> None:
    """Links of mails that were sent, links to drafts, ids of events and of requests for deletion."""
    now, then = (answers["served"][part] for answers in (found, expected))

    assert unmeant_differences(now, then, f"/{part}") == []


def test_this_much_is_compared(found: Answers, expected: Answers) -> None:
    """Nothing is left out unnoticed."""
    counted = {
        "records": 128,
        "history lines": 517,
        "ledger entries": 121,
        "decisions": 4246,
        "waiting heads": 188,
        "chat requests": 316,
        "mails": 27,
        "page and route answers": 40,
        "command outputs": 20,
    }

    assert set(found) == set(expected) == {*INSTALLATION, "people", "printed", "served"}
    # The default reply shows fewer buttons to tap.
    assert (count_parts(found), count_parts(expected)) == (counted | {"decisions": 4184}, counted)
