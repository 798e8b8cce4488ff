"""What mails of flows may say: codes, appointments, fields as they are declared; the confirmation without a topic."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.consent import confirmation_requests
from domain.deeds import make_deed
from domain.effects import Calendar, SendMail
from domain.record import Profile
from domain.workspace_config import FieldDeclaration
from email_out.templates.compile import compile_mails
from email_out.templates.render import RenderError, render
from tests.support.mail_world import ADDRESS, CATALOG, PUBLIC, SHIPPED, confirmed_reader, unconfirmed_person
from tests.support.people import KEYS, MAIL, NOON, SHIPPED_CONFIG, deciding_context, new_subscriber

TICKET = """\
<mjml>
  <mj-head>
    <mj-title>{{ appointment|default('Nothing') }} on {{ appointment_at }}</mj-title>
    <mj-preview>{{ cups|plural('one cup', '# cups') }}, {{ price|money('EUR') }}</mj-preview>
  </mj-head>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>{{ hi }}, your code is {{ code }}. You were born on {{ born }}, a {{ born|weekday }},
          {{ grams|number }} g.
          {% if appointment_where %}Come to {{ appointment_where }}.{% endif %}</mj-text>
        <mj-button href="{{ website }}/?c={{ code|urlencode }}">Go</mj-button>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""
FIELDS = {
    **SHIPPED_CONFIG.fields, "born": FieldDeclaration(type="date"), "grams": FieldDeclaration(type="number"),
    "price": FieldDeclaration(type="number"),
}  # fmt: skip
OURS = SHIPPED_CONFIG.model_copy(update={"fields": FIELDS})
MAILS = {**SHIPPED, "emails/ticket.mjml": TICKET, "emails/ticket.de.mjml": TICKET.replace("Come to", "Komm zu")}
TASTING = Calendar(uid="t", title="Tasting", starts=NOON + timedelta(days=31, hours=6), minutes=90, where="Hamburg")


def ticket(language: str = "en", **changes: object) -> SendMail:
    """Return a mail of a flow."""
    mail = SendMail(
        id="x",
        template="ticket",
        address=ADDRESS,
        lane="transactional",
        language=language,
        queued_at=NOON,
        flow="f",
        step="s",
        calendar=TASTING,
    )
    return replace(mail, **changes)


@pytest.mark.parametrize(("language", "subject", "text"), [
    ("en", "Tasting on Thursday, 24 December, 19:00",
     "your code is TEA-7. You were born on 24 December 1990, a Monday, 1,234.5 g. Come to Hamburg."),
    ("de", "Tasting on Donnerstag, 24. Dezember, 19:00",
     "your code is TEA-7. You were born on 24. Dezember 1990, a Montag, 1.234,5 g. Komm zu Hamburg."),
])  # fmt: skip
def test_a_mail_knows_what_the_flow_knows(language: str, subject: str, text: str) -> None:
    """The code that was drawn, the appointment, fields and counters, in the reader's language and zone."""
    catalog, findings = compile_mails(MAILS, OURS)
    assert findings == []
    record = replace(
        confirmed_reader()[0],
        codes={"summer": "OLD-1", "spring": "TEA-7"},
        profile=Profile(first_name="Mia"),
        fields={"born": "1990-12-24", "grams": 1234.5, "price": 12.9},
        behaviour={"cup.noted": make_deed(count=3, first=NOON, last=NOON)},
    )
    content = render(catalog, ticket(language), record, OURS, KEYS, PUBLIC)
    assert (content.subject, content.unsubscribe_url) == (subject, "")
    assert text in " ".join(content.text.split())
    assert f"{OURS.website}/?c=TEA-7" in content.html
    assert "3 cups, " in content.html
    given = render(catalog, ticket(variables={"code": "NEW-2"}), record, OURS, KEYS, PUBLIC)
    assert "your code is NEW-2" in given.text


def test_what_is_not_known_is_empty() -> None:
    """No appointment, no code, no field: the mail still goes."""
    catalog, _ = compile_mails(MAILS, OURS)
    content = render(catalog, ticket(calendar=None), confirmed_reader()[0], OURS, KEYS, PUBLIC)
    assert content.subject == "on"
    assert "Come to" not in content.text


@pytest.mark.parametrize("used", ["{{ appointment }}", "{{ appointment_where }}", "{{ first_name }}"])
def test_a_confirmation_carries_nothing_of_a_flow(used: str) -> None:
    """Where somebody's words could travel to a stranger's mailbox, the check says no."""
    changed = {**SHIPPED, "emails/confirmation.mjml": SHIPPED["emails/confirmation.mjml"].replace("Hello", used)}
    assert "forbidden-variable" in [one.code for one in compile_mails(changed, SHIPPED_CONFIG)[1]]


@pytest.mark.parametrize(("language", "letter"), [("en", "Friday Leaf"), ("de", "Freitagsblatt")])
def test_an_address_can_be_proven_without_a_topic(language: str, letter: str) -> None:
    """The mail shows code and button all the same, and speaks of no letter; with a topic it names it."""
    held, address = confirmation_requests.hold_address(new_subscriber(), MAIL, deciding_context())
    outcome = confirmation_requests.request_proof(held, address, (), deciding_context())
    mail = next(one for one in outcome.effects if isinstance(one, SendMail))
    content = render(CATALOG, replace(mail, language=language), outcome.record, SHIPPED_CONFIG, KEYS, PUBLIC)
    assert (mail.topic, content.unsubscribe_url) == ("", "")
    assert KEYS.confirmation_codes(outcome.record.id, address, mail.nonce)[0] in content.text
    assert letter not in content.text
    record, usual = unconfirmed_person()
    assert letter in render(CATALOG, replace(usual, language=language), record, SHIPPED_CONFIG, KEYS, PUBLIC).text


def test_a_variable_that_nobody_gave_is_named() -> None:
    """The mail that declares one as its own needs it."""
    files = {**SHIPPED, "emails/ticket.mjml": "{# uses voucher #}\n" + TICKET.replace("{{ code }}.", "{{ voucher }}.")}
    catalog, _ = compile_mails(files, OURS)
    with pytest.raises(RenderError, match="voucher"):
        render(catalog, ticket(), confirmed_reader()[0], OURS, KEYS, PUBLIC)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("{{ born|day('x') }}", "{{ field|day }}"),
        ("{{ cups|plural }}", "{{ cups|plural('one cup', '# cups') }}"),
    ],
)
def test_a_filter_that_is_written_wrongly_is_found(written: str, hint: str) -> None:
    """Before a mail fails by it, with the way to write it."""
    files = {**MAILS, "emails/ticket.mjml": TICKET.replace("{{ code }}.", f"{written}.")}
    assert [(one.code, one.hint) for one in compile_mails(files, OURS)[1]] == [("template-too-clever", hint)]
