"""What ``check`` says of a mail that a marketer got wrong: the place, the mistake, and the nearest right word."""

import pytest

from email_out.templates.compile import compile_mails
from tests.support.mail_world import SHIPPED
from tests.support.people import SHIPPED_CONFIG

FILE = "emails/welcome.mjml"
WELCOME = SHIPPED[FILE]


def found(old: str, new: str, file: str = FILE) -> list[str]:
    """Return the findings after one slip in a shipped file, as lines."""
    changed = SHIPPED[file].replace(old, new, 1)
    assert changed != SHIPPED[file]
    return [str(one) for one in compile_mails({**SHIPPED, file: changed}, SHIPPED_CONFIG)[1]]


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        (
            "{{ hi }}",
            "{{ first_nme }}",
            (
                f"{FILE}:10:37: error [unknown-variable] There is no variable “first_nme”. "
                "Did you mean “first_name”? A column"
            ),
        ),
        (
            "{{ hi }}",
            "{{ hi|uper }}",
            f"{FILE}:10:40: error [unknown-filter] There is no filter “uper”. Did you mean “upper”?",
        ),
        ("{{ hi }}", "{{ hi", f"{FILE}:10:34: error [template-syntax] {{{{ is not closed. {{{{ hi }}}}"),
        ("{{ hi }}", "{{ hi }", f"{FILE}:10:34: error [template-syntax] {{{{ is not closed. {{{{ hi }}}}"),
        ("{{ hi }}", "{% if hi %}x", f"{FILE}:10:34: error [template-syntax] {{% if %}} is never ended. {{% endif %}}"),
        ("{{ hi }}", "{% fi hi %}", f"{FILE}:10:1: error [template-syntax] The template cannot be read:"),
        (
            "{{ hi }}",
            "{hi}",
            f"{FILE}:10:34: warning [single-braces] {{hi}} is read as it stands. Did you mean {{{{ hi }}}}?",
        ),
        (
            "{{ website }}/book/note",
            "book/note",
            (
                f"{FILE}:12:9: error [link-without-scheme] A link in a mail needs https:// in front. "
                "Write {{ website }}"
            ),
        ),
        (
            "{{ website }}/book/note",
            "tea.example/note",
            f"{FILE}:12:9: error [link-without-scheme] A link in a mail needs https:// in front. https://tea.example/note",
        ),
        (
            "{{ hi }}",
            "<a href='www.tea.example'>{{ hi }}</a>",
            f"{FILE}:10:34: error [link-without-scheme] A link in a mail needs https:// in front. https://www.tea.example",
        ),
        (
            "<mj-button",
            '<mj-image src="https://a.example/tea.png" /><mj-button',
            f"{FILE}:12:9: warning [remote-picture] This picture is loaded when the mail is opened",
        ),
        (
            "{{ hi }}",
            "{% for a in hi %}{{ a }}{% endfor %}",
            f"{FILE}:10:34: error [template-too-clever] A mail template cannot use this (for).",
        ),
        (
            "{{ hi }}",
            "{{ 'x' * 1000000000 }}",
            f"{FILE}:10:34: error [template-too-clever] A mail template cannot use this (mul).",
        ),
        (
            "{{ hi }}",
            "{{ hi.__class__ }}",
            f"{FILE}:10:34: error [template-too-clever] A mail template cannot use this (getattr).",
        ),
        (
            "<mj-button",
            "<mj-buton",
            f"{FILE}:12:9: error [unknown-tag] <mj-buton> is no MJML tag. Did you mean “mj-button”?",
        ),
        (
            "href=",
            "heref=",
            f"{FILE}:12:9: error [unknown-attribute] <mj-button> has no attribute “heref”. Did you mean “href”?",
        ),
        ("</mj-column>", "", f"{FILE}:8:7: error [unclosed-tag] <mj-column> is never closed. Add </mj-column>."),
        (
            "      <mj-column>\n",
            "      <mj-column>Hello\n",
            f"{FILE}:8:18: error [stray-text] Text directly in <mj-column> is dropped. Put it into <mj-text>.",
        ),
        (
            "<mj-title>Welcome. Put the kettle on.</mj-title>",
            "",
            f"{FILE}:2:3: error [no-subject] The mail has no subject. Write <mj-title>…</mj-title> in <mj-head>.",
        ),
        (
            "<mj-title>",
            "<mj-title>" + "x" * 120,
            f"{FILE}:3:5: error [long-subject] The subject has 147 characters, at most 120 are shown.",
        ),
        (
            "<mj-preview>Note one cup, any tea. Ten seconds.</mj-preview>",
            "",
            (
                f"{FILE}:2:3: error [no-preheader] The mail has no preview line. "
                "Write <mj-preview>…</mj-preview> in <mj-head>."
            ),
        ),
        (
            "<mj-button",
            '<mj-button href="https://a.example">A</mj-button><mj-button',
            f"{FILE}:12:58: error [primary-buttons] The mail has 2 primary buttons; it needs exactly one.",
        ),
        (
            ' href="{{ website }}/book/note"',
            "",
            f'{FILE}:12:9: error [button-without-target] The button leads nowhere. Add href="…".',
        ),
    ],
)
def test_a_slip_is_named_with_its_place(old: str, new: str, finding: str) -> None:
    """Each slip yields its finding."""
    assert any(line.startswith(finding) for line in found(old, new)), found(old, new)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<mj-text css-class=", "<mj-txt mood='x' css-class=", "10:9: error [unknown-tag] <mj-txt> is no MJML tag."),
        ("</mj-text>", "</mj-txt>", "9:80: error [unknown-tag] </mj-txt> is no MJML tag."),
        ("<mj-button", "<mj-buton", "12:9: error [unknown-tag] <mj-buton> is no MJML tag."),
    ],
)
def test_a_misspelt_tag_is_told_once(old: str, new: str, told: str) -> None:
    """What follows from the slip is not told beside it."""
    at = WELCOME.index("glad you") - 60 if "mood" in new else 0
    changed = WELCOME[:at] + WELCOME[at:].replace(old, new, 1)
    findings = compile_mails({**SHIPPED, FILE: changed}, SHIPPED_CONFIG)[1]
    assert [one.code for one in findings] == ["unknown-tag"]
    assert str(findings[0]).startswith(f"{FILE}:{told}")


def test_a_misplaced_tag() -> None:
    """A text outside a column says where it belongs."""
    lines = found('<mj-section padding="0">', '<mj-text>Hi</mj-text><mj-section padding="0">')
    assert lines[0].startswith(f"{FILE}:7:5: error [misplaced-tag] <mj-text> cannot stand in <mj-body>.")


def test_the_confirmation_refuses_names() -> None:
    """What a stranger may have set cannot be written into a confirmation."""
    [line] = found("Hello, this", "{{ hi }}, this", "emails/confirmation.mjml")
    assert line.startswith("emails/confirmation.mjml:9:37: error [forbidden-variable] “hi” cannot be used here.")


def test_the_confirmation_must_show_its_code() -> None:
    """Without its code, a confirmation is not whole."""
    path = "emails/confirmation.mjml"
    bare = SHIPPED[path].replace("{{ code }}", "")
    lines = [str(one) for one in compile_mails({**SHIPPED, path: bare}, SHIPPED_CONFIG)[1]]
    assert any("[incomplete-confirmation] The confirmation must show {{ code }}." in line for line in lines)


def test_the_layout_must_show_the_ways_out() -> None:
    """A layout without its unsubscribe link is an error of the layout, and no mail is made with it."""
    path = "emails/_layout.mjml"
    lines = found('<a href="{{ unsubscribe_url }}">', "<a>", path)
    assert lines == [f"{path}:1:1: error [incomplete-footer] The layout must show {{{{ unsubscribe_url }}}}."]


def test_an_event_that_is_not_declared() -> None:
    """A count of an unknown event names the nearest."""
    [line] = found("count of cup.noted", "count of cup.notd", "emails/evaluate_order.mjml")
    assert line == (
        "emails/evaluate_order.mjml:1:24: error [unknown-event] There is no event “cup.notd”. Did you mean “cup.noted”?"
    )


@pytest.mark.parametrize(
    ("gone", "finding"),
    [
        (
            "emails/welcome.de.mjml",
            "emails/welcome.mjml:1:1: warning [missing-translation] “welcome” is not translated",
        ),
        ("emails/welcome.mjml", "emails/welcome.de.mjml:1:1: error [missing-original] There is no emails/welcome.mjml"),
        ("emails/_layout.mjml", "emails/welcome.mjml:1:1: error [missing-layout] emails/_layout.mjml is missing."),
    ],
)
def test_a_missing_file(gone: str, finding: str) -> None:
    """A missing original, translation or layout is told."""
    kept = {path: text for path, text in SHIPPED.items() if path != gone}
    lines = [str(one) for one in compile_mails(kept, SHIPPED_CONFIG)[1]]
    assert any(line.startswith(finding) for line in lines), lines


def test_an_authored_text_is_checked_too() -> None:
    """A text part beside the MJML goes through the same rules, and its mail is left out while it is wrong."""
    catalog, findings = compile_mails({**SHIPPED, "emails/welcome.txt": "Hi\n{{ voucher }}"}, SHIPPED_CONFIG)
    assert [(one.file, one.line, one.column, one.code) for one in findings] == [
        ("emails/welcome.txt", 2, 4, "unknown-variable")
    ]
    assert ("welcome", "en") not in catalog.templates


@pytest.mark.parametrize("condition", ["first_name &lt; 'n'", "first_name < 'n'", "email and not first_name"])
def test_conditions_in_mjml(condition: str) -> None:
    """A choice between two texts works, with “less than” written either way."""
    assert found("{{ hi }}", "{% if " + condition + " %}a{% else %}b{% endif %}") == []


def test_one_broken_mail_leaves_the_others() -> None:
    """A mistake in one mail keeps that mail out of the catalog, and no other."""
    broken = {**SHIPPED, FILE: WELCOME.replace("</mj-column>", "")}
    catalog, _ = compile_mails(broken, SHIPPED_CONFIG)
    assert ("welcome", "en") not in catalog.templates
    assert len(catalog.templates) == len(compile_mails(SHIPPED, SHIPPED_CONFIG)[0].templates) - 1
