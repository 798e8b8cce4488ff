from datetime import timedelta

from msgspec import structs

from domain.decision import Fact
from domain.effects import SendMail
from domain.ports import SendLine
from domain.record import Subscriber
from onboarding.engine.behaviour import record_occurrence
from onboarding.engine.decide import decide
from onboarding.engine.step_rules import choose_template
from onboarding.language.catalog import Send
from onboarding.tuning.forecast import RunForecast, forecast_runs
from tests.support.people import NOON, TOPIC, deciding_context
from tests.support.sequence_people import CATALOG, DAY, NAME, confirmed_newcomer


def running() -> tuple[Subscriber, SendLine]:
    """Return somebody who has just been welcomed, and the line of that mail."""
    person = confirmed_newcomer()
    fact = Fact(name="confirmed", at=NOON, topic=TOPIC, address=person.consents[TOPIC].address)
    outcome = decide(CATALOG, person, None, (fact,), deciding_context())
    (mail,) = (effect for effect in outcome.effects if isinstance(effect, SendMail))
    return outcome.record, SendLine(id=mail.id, subscriber=person.id, status="sent", at_ms=0)


def sentences(found: RunForecast) -> dict[str, str]:
    """Return the sentence for each mail."""
    return {mail.template: mail.sentence for mail in found.mails}


def evaluations(record: Subscriber) -> tuple[str, str]:
    """Return the evaluation that the split chose for this person, and the other."""
    action = CATALOG.sequences[NAME].steps["evaluate"].action
    assert isinstance(action, Send)
    mine, _ = choose_template(CATALOG.sequences[NAME], "evaluate", action, record, deciding_context())
    return mine, next(name for name, _ in action.split if name != mine)


def test_the_outlook_says_what_comes_next_and_why_the_rest_does_not() -> None:
    """After the welcome: where the person stands, the next mail and its moment, and a sentence for every mail."""
    record, line = running()
    mine, other = evaluations(record)

    (found,) = forecast_runs(CATALOG, record, [line], deciding_context())

    assert (found.sequence, found.status, found.step, found.file, found.line) == (
        NAME, "running", "first_cup", "sequences/0.yaml", 8,
    )  # fmt: skip
    assert (found.next_template, found.next_at, found.due_at) == ("come_back", NOON + 3 * DAY, NOON + 3 * DAY)
    assert sentences(found) == {
        "welcome": "welcome went out.",
        "come_back": "come_back goes out Thu 13:00 if nothing happens before.",
        mine: f"{mine} has not gone yet: needs 3 × noted a cup, so far 0.",
        other: f"{other} is not theirs: the split chose {mine}.",
    }


def test_the_outlook_tells_what_behaviour_changed() -> None:
    """A cup makes the come-back mail pointless; nothing is next if nothing happens."""
    record, line = running()
    noted = decide(
        CATALOG,
        record_occurrence(record, "cup.noted", NOON, NOON),
        None,
        (),
        deciding_context(after=timedelta(hours=1)),
    ).record

    (found,) = forecast_runs(
        CATALOG, noted, [structs.replace(line, status="refused", note="no consent")], deciding_context()
    )

    assert (found.step, found.next_template, found.next_at) == ("real_use", "", None)
    assert sentences(found)["welcome"] == "welcome was held back: no consent."
    assert sentences(found)["come_back"] == "come_back did not go: noted a cup meanwhile."


def test_the_outlook_of_a_pass_that_is_over_says_how_it_ended() -> None:
    """Mails that never went say that the person left; one still in the outbox is on its way."""
    record, _ = running()
    left = structs.replace(record, runs={NAME: structs.replace(record.runs[NAME], status="left", due_at=None)})

    (found,) = forecast_runs(CATALOG, left, [], deciding_context())

    assert (found.next_template, found.due_at) == ("", None)
    assert sentences(found)["welcome"] == "welcome is on its way."
    assert sentences(found)["come_back"] == "come_back did not go: the person left the sequence."


def test_the_outlook_says_what_the_next_mail_needs() -> None:
    """Only in a wait that leads to a mail, and counted down."""
    record, line = running()
    mine, _ = evaluations(record)
    wants = [forecast_runs(CATALOG, record, [line], deciding_context())[0].wanted_action]

    for hours in (1, 2):
        at = NOON + timedelta(hours=hours)
        record = decide(
            CATALOG, record_occurrence(record, "cup.noted", at, at), None, (), deciding_context(after=at - NOON)
        ).record
        wants.append(forecast_runs(CATALOG, record, [line], deciding_context())[0].wanted_action)

    assert wants == [
        "",
        f"2 more × noted a cup within 21 days bring {mine}.",
        f"1 more × noted a cup within 21 days brings {mine}.",
    ]


def test_a_mail_that_the_way_led_past_says_what_was_missing() -> None:
    """That the sequence came to its end is no reason: what the person did, or did not do, is."""
    record, line = running()
    mine, _ = evaluations(record)
    record = record_occurrence(record, "cup.noted", NOON, NOON)
    ended = structs.replace(record, runs={NAME: structs.replace(record.runs[NAME], status="finished")})

    (found,) = forecast_runs(CATALOG, ended, [line], deciding_context())

    assert sentences(found)["come_back"] == "come_back did not go: noted a cup meanwhile."
    assert sentences(found)[mine] == f"{mine} did not go: needed 3 × noted a cup, and there were 1."
