"""What check says of a workspace as a whole: doorstep.yaml, languages, and the order in which it is told."""

import pytest

from language.findings import Finding, errors_first
from service.workspace.edition import CONFIG_FILE, compile_edition, shipped_files

FLOW = "flows/newsletter.yaml"


def found(*changes: tuple[str, str, str]) -> list[str]:
    """Return the findings of the shipped workspace after these changes: file, old, new."""
    files = shipped_files()
    for file, old, new in changes:
        assert old in files[file]
        files[file] = files[file].replace(old, new, 1)
    return [str(one) for one in compile_edition(files)[1]]


def test_the_shipped_workspace_has_no_findings() -> None:
    """What we ship is right."""
    assert found() == []


OPEN_LINE = (
    shipped_files()[CONFIG_FILE]
    .splitlines()
    .index("open: {tue-sat: 11:00 to 18:00, closed: [2026-12-24, 2026-12-25, 2026-12-26]}")
    + 1
)
"""Line of the opening hours in the shipped doorstep.yaml."""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "timezone: Europe/Berlin",
            "timezone: Berlin",
            "13:11: error [unknown-timezone] “Berlin” is no IANA time zone. Did you mean “Europe/Berlin”?",
        ),
        (
            "timezone: Europe/Berlin",
            "timezone: new york",
            "13:11: error [unknown-timezone] “new york” is no IANA time zone. Did you mean “America/New_York”?",
        ),
        (
            "timezone: Europe/Berlin",
            "timezone: Europe/Berlinn",
            "13:11: error [unknown-timezone] “Europe/Berlinn” is no IANA time zone. Did you mean “Europe/Berlin”?",
        ),
        (
            "timezone: Europe/Berlin",
            "timezone: CEST2",
            (
                "13:11: error [unknown-timezone] “CEST2” is no IANA time zone. "
                "Write it like Europe/Berlin: continent and city."
            ),
        ),
        (
            "open: {tue-sat:",
            "open: {tue-sta:",
            f"{OPEN_LINE}:8: error [bad-hours] “sta” is not a weekday. Did you mean “sat”?",
        ),
        (
            "{tue-sat: 11:00 to 18:00",
            "{tue-sat: 11 o'clock",
            f"{OPEN_LINE}:17: error [bad-hours] “11 o'clock” is not a span of hours. Write it such as 11:00 to 18:00.",
        ),
        (
            "closed: [2026-12-24",
            "closed: [Christmas",
            (
                f"{OPEN_LINE}:41: error [bad-hours] “Christmas” is not a date. "
                "Write it such as 2026-12-24, 2026-12-24 to 2026-12-26, or 12-25 for every year."
            ),
        ),
        (
            "contact: privacy@",
            "contact: privacy.",
            (
                "7:10: error [not-an-address] “privacy.amseltea.example” is no email address. "
                "Write it like hello@example.com."
            ),
        ),
        (
            "email: lena@leaf",
            "email: leaf",
            (
                "25:12: error [not-an-address] “leaf.amseltea.example” is no email address. "
                "Write it like hello@example.com."
            ),
        ),
        (
            "website: https://",
            "website: ",
            "8:10: error [not-a-link] “amseltea.example” is no web address. https://amseltea.example",
        ),
        (
            "privacy_url: https://",
            "privacy_url: ftp://",
            "9:14: error [not-a-link] “ftp://amseltea.example/privacy” is no web address. Begin it with https://.",
        ),
        (
            "cup.noted:",
            "Cup noted:",
            (
                "81:3: error [bad-name] “Cup noted” cannot be a name here. "
                "Write it like cup.noted: small letters, a dot between."
            ),
        ),
        (
            "friday_leaf:",
            "Friday-Leaf:",
            (
                "29:3: error [bad-name] “Friday-Leaf” cannot be a name here. "
                "Write it like friday_leaf: small letters, digits and _, at most 40."
            ),
        ),
    ],
)
def test_a_mistake_in_the_declarations_comes_with_its_remedy(old: str, new: str, told: str) -> None:
    """Each is told once, with what to write instead."""
    assert found((CONFIG_FILE, old, new)) == [f"{CONFIG_FILE}:{told}"]


WRITE_FRENCH = (
    "There are no texts in “fr”. Write them: topics and greeting in doorstep.yaml, flows/*.fr.yaml, emails/*.fr.mjml. "
    "Or take “fr” out."
)


def test_a_language_without_texts_is_told_once() -> None:
    """Not once for each text that it lacks."""
    lines = found((CONFIG_FILE, "languages: [en, de]", "languages: [en, de, fr]"))
    assert lines == [f"{CONFIG_FILE}:12:21: error [missing-language] {WRITE_FRENCH}"]


def test_a_language_with_files_nobody_declared_is_told_once() -> None:
    """Not once for each file that is written in it."""
    lines = found((CONFIG_FILE, "languages: [en, de]", "languages: [en]"))
    assert [line for line in lines if "files are written" in line] == [
        (
            f"{CONFIG_FILE}:12:12: error [unknown-language] 33 files are written in “de”, which is not among the "
            "languages. Add “de” here, or take the files out: flows/address_and_code.de.yaml and so on."
        )
    ]
    assert len(lines) == 3  # and two steps speak it


def test_a_single_text_that_lacks_a_language_is_told_by_itself() -> None:
    """The others are there, so this one was forgotten."""
    [line] = found((CONFIG_FILE, "unnamed: {en: Hello, de: Hallo}", "unnamed: {en: Hello}"))
    assert line == f"{CONFIG_FILE}:17:12: error [missing-language] The greeting (unnamed) has no text in “de”."


@pytest.mark.parametrize(("old", "new", "place", "what"), [
    ("party, de: euch alle}", "party}", "67:69", "fallback"),
    ("label: {en: City, de: Stadt}", "label: {en: City}", "68:29", "label"),
])  # fmt: skip
def test_what_is_said_of_a_field_is_missed_in_a_language(old: str, new: str, place: str, what: str) -> None:
    """A warning, since another language is read instead; a fallback of one word may be a value."""
    [line] = found((CONFIG_FILE, old, new))
    name = "party" if what == "fallback" else "city"
    assert line == (
        f"{CONFIG_FILE}:{place}: warning [missing-language] The {what} of “{name}” has no text in “de”, "
        "so people read another language. de: …"
    )


def test_a_broken_mail_is_not_told_as_missing() -> None:
    """Its own mistake is all that is wrong."""
    lines = found(("emails/welcome.mjml", "{{ hi }}, glad", "{{ h }}, glad"))
    assert [line.split("[")[1].split("]")[0] for line in lines] == ["unknown-variable"]


def test_errors_stand_above_warnings() -> None:
    """An error further down is what stands in the way, so it is told before a warning in an earlier file."""
    lines = found((FLOW, "say: Lovely.", "say: Lovely!"), (FLOW, "tag: reader", "tag: raeder"))
    assert [(line.split(":")[0], line.split("[")[1].split("]")[0]) for line in lines] == [
        (FLOW, "unknown-tag"),
        ("flows/newsletter.de.yaml", "stale"),
    ]


def test_findings_are_told_once_each() -> None:
    """The same finding from two rooms is one."""
    one = Finding(file="a", line=2, column=1, code="x", message="m", severity="warning")
    other = Finding(file="b", line=1, column=1, code="x", message="m")
    assert errors_first([one, other, one]) == [other, one]
