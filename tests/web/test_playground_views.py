"""What the page is told: chat, mails, links and lit lines, made from what arrived."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.conversation.position import ConversationPosition
from language.findings import Finding
from onboarding.tuning.forecast import RunForecast
from service.playground import link_scanner, mailbox, scripts, thread
from service.playground.chat_views import BubbleView, ChoiceView
from service.playground.player import make_newcomer, profile_of
from service.playground.views import LanguageEntryView, MailHeadView, StartView
from service.stand_ins.graph_api import DeliveredMessage
from service.stand_ins.smtp_server import ReceivedMail
from service.workspace.edition import CONFIG_FILE, FOLDERS, Edition, compile_edition, shipped_files

NOW = datetime(2026, 11, 23, 9, 3, tzinfo=UTC)

RAW = (
    b"From: Lena from Amsel Tea <lena@leaf.amseltea.example>\r\nTo: mia@example.com\r\nSubject: Welcome\r\n"
    b"List-Unsubscribe: <http://127.0.0.1:1/unsubscribe/abc>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="x"\r\n\r\n'
    b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello. http://127.0.0.1:1/preferences/p\r\n"
    b"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b'<div style="display:none">One cup.\xe2\x80\x8c&#847;</div><a href="http://127.0.0.1:1/confirm/c?a=1&amp;b=2">x</a>'
    b'<a href="mailto:a@b.c">m</a>\r\n--x--\r\n'
)


def _received(number: int = 1, to: str = "Mia@example.com") -> ReceivedMail:
    return ReceivedMail(number=number, received_at=NOW, sender="", recipients=(to,), smtputf8=False, raw=RAW)


def _sent(mid: str, message: dict[str, object], action: str = "", seconds: int = 0) -> DeliveredMessage:
    at = NOW + timedelta(seconds=seconds)
    return DeliveredMessage(page="1", psid="2", at=at, mid=mid, action=action, message=message)


@pytest.fixture(name="edition", scope="module")
def _edition() -> Edition:
    edition, _ = compile_edition(shipped_files())
    assert edition is not None
    return edition


def test_a_thread_is_told_in_order() -> None:
    """What was said and what arrived come in the order of their times; sender actions are no messages."""
    said = [thread.ChatEntry(psid="2", mid="m1", text="tea", at=NOW)]
    asked = [{"content_type": "user_email"}, {"content_type": "text", "title": "Skip", "payload": "s"}]
    buttons = [
        {"type": "postback", "title": "Go", "payload": "g"},
        {"type": "web_url", "title": "See", "url": "https://x.example"},
    ]
    template = {"type": "template", "payload": {"template_type": "button", "text": "Look", "buttons": buttons}}
    sent = [
        _sent("", {}, "typing_on", 1),
        _sent("m2", {"text": "Which address?", "quick_replies": asked}, seconds=2),
        _sent("m3", {"attachment": template}, seconds=3),
    ]

    assert thread.build_thread(said, sent, "mia@example.com") == (
        BubbleView(id="m1", who="person", text="tea", at=NOW),
        BubbleView(
            id="m2",
            who="page",
            text="Which address?",
            at=NOW + timedelta(seconds=2),
            replies=(
                ChoiceView(label="mia@example.com", kind="email", payload="mia@example.com"),
                ChoiceView(label="Skip", kind="reply", payload="s"),
            ),
        ),
        BubbleView(
            id="m3",
            who="page",
            text="Look",
            at=NOW + timedelta(seconds=3),
            buttons=(
                ChoiceView(label="Go", kind="postback", payload="g"),
                ChoiceView(label="See", kind="url", url="https://x.example"),
            ),
        ),
    )


def test_typing_is_shown_until_a_message_follows() -> None:
    """The dots are there while the indicator is the newest thing."""
    typing, message = _sent("", {}, "typing_on"), _sent("m1", {"text": "Hi"})

    shown = [thread.is_typing(sent) for sent in ([], [typing], [typing, message])]

    assert shown == [False, True, False]


def test_an_inbox_holds_the_mails_to_ones_own_addresses() -> None:
    """Whatever the case of the address; the preview is the preheader without its padding."""
    mine, other = _received(), _received(2, "noah@example.com")

    heads = mailbox.list_heads([mine, other], {"mia@example.com"})

    assert heads == (
        MailHeadView(
            id=heads[0].id,
            sender_name="Lena from Amsel Tea",
            sender="lena@leaf.amseltea.example",
            to="Mia@example.com",
            subject="Welcome",
            preview="One cup.",
            at=NOW,
        ),
    )


def test_a_mail_is_opened_by_its_owner_only() -> None:
    """Its id opens nothing in another inbox."""
    received = [_received()]
    name = mailbox.list_heads(received, {"mia@example.com"})[0].id

    opened = [mailbox.find_mail(received, addresses, name) for addresses in ({"mia@example.com"}, {"noah@example.com"})]

    assert [one and one.head.subject for one in opened] == ["Welcome", None]


def test_a_scanner_finds_every_link_once() -> None:
    """Those of HTML, text and List-Unsubscribe; addresses of mail are no links."""
    found = link_scanner.list_links([_received(), _received(2)])

    assert found == [
        "http://127.0.0.1:1/confirm/c?a=1&b=2",
        "http://127.0.0.1:1/preferences/p",
        "http://127.0.0.1:1/unsubscribe/abc",
    ]


def test_files_of_every_folder_have_their_place_among_the_tabs() -> None:
    """A new folder of the workspace must not break the script."""
    assert {*FOLDERS, CONFIG_FILE} == set(scripts.FOLDER_ORDER)


def test_each_language_has_its_door(edition: Edition) -> None:
    """The first language comes by its link, the others by a word that only they have."""
    doors = scripts.list_language_entries(edition.rules.flows, edition.config)

    assert doors == (
        LanguageEntryView(language="en", label="English", ref="spring", word="newsletter"),
        LanguageEntryView(language="de", label="Deutsch", word="freitagsblatt"),
    )


def test_every_flow_can_be_begun(edition: Edition) -> None:
    """By a word that means it in this language alone, or by its link; the opening one stands first."""
    starts = {one.flow: one for one in scripts.list_starts(edition.rules.flows, edition.config)}

    assert list(starts) == [
        "newsletter", "checklist", "evening", "finder", "first_sip", "invitations", "offer", "office", "questions",
        "settings", "table",
    ]  # fmt: skip
    assert starts["newsletter"] == StartView(
        flow="newsletter", words={"en": "newsletter", "de": "freitagsblatt"}, ref="spring"
    )
    assert starts["first_sip"] == StartView(flow="first_sip", words={}, ref="ad_first_cup")


def test_the_present_step_is_lit_in_every_file(edition: Edition) -> None:
    """In the flow, in its translation, and in the sequence; each to the step's last line."""
    place = ConversationPosition(
        flow="address_and_code", step="proof", file="flows/address_and_code.yaml", line=1, tries=0
    )
    run = RunForecast(
        sequence="tasting_book", status="running", step="first_cup", file="sequences/tasting_book.yaml", line=1,
        due_at=None, next_template="", next_at=None, mails=(),
    )  # fmt: skip

    found = scripts.find_lit_lines(edition, place, [run], "Mia", "de")

    assert [one.file for one in found] == [
        "flows/address_and_code.de.yaml", "flows/address_and_code.yaml", "sequences/tasting_book.yaml",
    ]  # fmt: skip
    texts = [edition.files[one.file].split("\n")[one.first - 1 : one.last + 1] for one in found]
    assert [(lines[0].strip(), lines[-1].strip().split(":")[0]) for lines in texts] == [
        ("proof:", "expired"), ("proof:", "expired"), ("first_cup:", "real_use"),
    ]  # fmt: skip


def test_a_step_that_is_gone_lights_nothing(edition: Edition) -> None:
    """Somebody may stand in a step that a newer file no longer has."""
    place = ConversationPosition(flow="newsletter", step="gone", file="flows/newsletter.yaml", line=3, tries=0)

    assert scripts.find_lit_lines(edition, place, (), "Mia", "en") == ()


def test_errors_are_told_before_warnings() -> None:
    """What keeps the files from running comes first, and of it what was saved just now."""
    findings = [
        Finding(file="c", line=1, column=1, code="c", message="w", severity="warning"),
        Finding(file="b", line=2, column=1, code="c", message="e"),
        Finding(file="c", line=7, column=1, code="c", message="e", hint="h"),
        Finding(file="c", line=5, column=1, code="c", message="e"),
    ]

    told = scripts.list_problems(findings, saved="c")

    assert [(one.file, one.line, one.hint) for one in told] == [("c", 5, ""), ("c", 7, "h"), ("b", 2, ""), ("c", 1, "")]


def test_the_file_saved_last_is_known_by_its_time(tmp_path: Path) -> None:
    """Files that are gone are older than any."""
    for name, seconds in (("a.yaml", 100), ("b.yaml", 300), ("c.yaml", 200)):
        (tmp_path / name).write_text("x", "utf-8")
        os.utime(tmp_path / name, (seconds, seconds))

    found = scripts.saved_last(tmp_path, ("a.yaml", "b.yaml", "c.yaml", "gone.yaml"))

    assert (found, scripts.saved_last(tmp_path, ())) == ("b.yaml", "")


@pytest.mark.parametrize(
    ("path", "text", "before", "told"),
    [
        ("flows/a.yaml", "flow: b", "other", "changed elsewhere"),
        ("flows/none.yaml", "x", "", "There is no file"),
        ("../secrets.yaml", "x", "", "There is no file"),
        ("flows/a.yaml", "x" * 1_000_001, "flow: a", "at most 1,000,000 bytes"),
    ],
)
def test_only_files_of_the_workspace_are_saved(tmp_path: Path, path: str, text: str, before: str, told: str) -> None:
    """And none that another editor has changed; what is refused leaves every file as it was."""
    workspace = tmp_path / "workspace"
    (workspace / "flows").mkdir(parents=True)
    (workspace / "flows" / "a.yaml").write_text("flow: a", "utf-8")
    (tmp_path / "secrets.yaml").write_text("kept", "utf-8")

    with pytest.raises(ValueError, match=told):
        scripts.save_file(workspace, path, text, before)

    assert (workspace / "flows" / "a.yaml").read_text("utf-8") == "flow: a"
    assert (tmp_path / "secrets.yaml").read_text("utf-8") == "kept"


def test_a_saved_file_has_the_new_text(tmp_path: Path) -> None:
    """And nothing is left beside it."""
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "a.yaml").write_text("flow: a", "utf-8")

    scripts.save_file(tmp_path, "flows/a.yaml", "flow: ä", "flow: a")

    assert (tmp_path / "flows" / "a.yaml").read_text("utf-8") == "flow: ä"
    assert [file.name for file in (tmp_path / "flows").iterdir()] == ["a.yaml"]


def test_the_page_is_told_what_is_asked(edition: Edition) -> None:
    """The kind of the step in which the conversation stands; nothing in none, or where the step is gone."""
    code = ConversationPosition(
        flow="address_and_code", step="proof", file="flows/address_and_code.yaml", line=1, tries=0
    )
    book = edition.rules.flows

    found = [
        scripts.asked_kind(book, one) for one in (code, replace(code, step="gone"), replace(code, flow="gone"), None)
    ]

    assert (found, scripts.opening_file(book)) == (["prove", "", "", ""], "flows/newsletter.yaml")


def test_originals_stand_before_their_translations() -> None:
    """Flows first, then sequences, declarations, mails."""
    files = dict.fromkeys(("emails/a.mjml", "doorstep.yaml", "sequences/s.yaml", "flows/n.de.yaml", "flows/n.yaml"), "")

    assert scripts.in_order(files) == [
        "flows/n.yaml", "flows/n.de.yaml", "sequences/s.yaml", "doorstep.yaml", "emails/a.mjml",
    ]  # fmt: skip


def test_some_newcomers_have_no_profile() -> None:
    """As phone accounts on Messenger; everybody has an address and an id of their own."""
    many = [make_newcomer(number) for number in range(1, 20)]

    assert [profile_of(one, 1) is None for one in many[:4]] == [False, False, True, False]
    assert [one.name for one in many[2:6]] == ["Someone (no name)", "Ada", "Ben", "Someone 2 (no name)"]
    assert len({one.psid for one in many}) == len({one.email for one in many}) == len({one.name for one in many}) == 19
