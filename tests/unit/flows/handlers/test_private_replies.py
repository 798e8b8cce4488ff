"""Comments that flows answer privately, what begins with the answer, and every way in by a ref."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain import private_replies
from domain.effects import Erase, SendChat
from domain.entry_point import EntryPoint
from domain.events import Commented, Message, PrivateReplyDelivered, Referral
from domain.private_replies import PrivateReply
from domain.record import Identity
from flows.conversation import counters
from flows.handlers.private_replies import GOOD_FOR
from flows.language.comments import find_trigger
from flows.load import compile_flows
from tests.support.flow_person import KEYS, START, FlowPerson, shipped_config

TEA = """
flow: tea
start:
  words: [tea]
  comments: {words: [tea, leaf], say: "{{ brand }} says hello. Shall I send the Leaf?"}
steps:
  a: {say: So you like tea., ask: text, else: end}
"""
TEE = """
flow: tea
language: de
comments: {words: [Tee], say: "{{ brand }} sagt hallo. Soll das Blatt kommen?"}
steps:
  a: Du magst also Tee.
"""
RAFFLE = """
flow: raffle
start: {comments: {posts: ["1_77", 88], say: You are in the raffle.}}
steps:
  a: {say: Good luck.}
"""
FILES = {"flows/raffle.yaml": RAFFLE, "flows/tea.yaml": TEA, "flows/tea.de.yaml": TEE}
BOOK = compile_flows(FILES, shipped_config())[0]
MARK = private_replies.reply_id_prefix(KEYS, "1")


def person_before_flows() -> FlowPerson:
    """Somebody before these flows."""
    return FlowPerson(BOOK)


def commenting_person(comment: str = "77_1") -> FlowPerson:
    """The record that stands for a comment."""
    one = person_before_flows()
    one.record = replace(one.record, identity=Identity(page="1", psid=private_replies.placeholder_psid(comment)))
    return one


def tell_delivery(files: dict[str, str]) -> list[str]:
    """Return what the check says of these files, by code and place."""
    found = compile_flows(FILES | files, shipped_config())[1]
    ours = [one for one in found if one.code not in ("no-translation", "not-translated")]
    return [f"{one.file}:{one.line}:{one.column} {one.code}: {one.message}" for one in ours]


@pytest.mark.parametrize(
    ("post", "text", "flow", "language"),
    [
        ("1_5", "TEA, please!", "tea", ""),
        ("1_5", "Ich will Tee 🍵", "tea", "de"),
        ("1_5", "Tee or tea?", "tea", ""),
        ("1_5", "teapot", None, ""),
        ("1_5", "", None, ""),
        ("1_77", "tea", "raffle", ""),
        ("1_88", "whatever", "raffle", ""),
        ("88", "", "raffle", ""),
        ("1_188", "", None, ""),
    ],
)
def test_a_comment_finds_its_flow(post: str, text: str, flow: str | None, language: str) -> None:
    """By post before any post, by a whole word; a word that only a translation has tells the language."""
    found = find_trigger(BOOK.comments, post, text, "en")
    assert (found[0].flow, found[1]) == (flow, language) if found else flow is None


def test_a_comment_is_answered_once_and_privately() -> None:
    """To the comment, not to a person; good for seven days; its id says all that is needed later."""
    one = commenting_person()
    one.handle_event(Commented(id="c", at=START, comment="77_1", post="1_5", text="Ein Tee bitte"))
    invitation = PrivateReply(flow="tea", language="de", post="1_5", comment="77_1")
    assert one.outcome.effects == (
        SendChat(
            id=private_replies.write_reply_id(MARK, invitation), to="", comment="77_1", good_until=START + GOOD_FOR,
            text="Amsel Tee sagt hallo. Soll das Blatt kommen?",
        ),
    )  # fmt: skip
    assert private_replies.read_reply_id(MARK, one.chats[0].id) == invitation
    assert one.record.window_expires_at is None


def test_a_comment_that_no_flow_answers_any_more_leaves_nothing() -> None:
    """Its record is erased."""
    one = commenting_person()
    one.handle_event(Commented(id="c", at=START, comment="77_1", post="1_5", text="nice"))
    assert one.outcome.effects == (Erase(id="person.unanswered"),)


def test_an_invitation_waits_for_the_answer() -> None:
    """It opens no window and says nothing; with the answer the flow begins, and the profile is asked for."""
    one = person_before_flows()
    one.handle_event(PrivateReplyDelivered(id="i", at=START, flow="tea", post="1_5", comment="77_1", language="de"))
    assert (one.bot_texts, one.record.window_expires_at, one.record.invited) == ([], None, "tea")
    assert (one.record.entry, one.record.language) == (("1_5", "COMMENT", ""), "de")
    one.record = replace(one.record, version=1)
    assert one.type_text("Oh ja!") == ["Du magst also Tee."]
    assert (one.record.invited, one.asks_profile, one.record.first_flow) == ("", True, "tea")
    assert counters.entry_source(one.record, BOOK.links, BOOK.ref_names) == counters.COMMENT


@pytest.mark.parametrize("said", ["", "ok"])
def test_a_sticker_answers_an_invitation(said: str) -> None:
    """A thumb is an answer too."""
    one = person_before_flows()
    one.handle_event(PrivateReplyDelivered(id="i", at=START, flow="tea", post="1_5", comment="77_1"))
    assert one.handle_event(Message(id="m", at=START, text=said, attachments=("sticker",))) == ["So you like tea."]


def test_an_answer_that_means_something_else_is_heard_as_that() -> None:
    """Stop stops, and takes the invitation away; another flow's start forgets it."""
    one = person_before_flows()
    one.handle_event(PrivateReplyDelivered(id="i", at=START, flow="tea", post="1_5", comment="77_1"))
    one.type_text("stop")
    assert (one.record.conversation, one.record.invited) == (None, "")
    one.handle_event(PrivateReplyDelivered(id="j", at=START, flow="raffle", post="1_77", comment="77_2"))
    assert one.type_text("tea") == ["So you like tea."]
    assert one.record.invited == ""


def test_the_first_way_in_stays() -> None:
    """Who came by a link and comments later still counts for the link, as it came."""
    one = person_before_flows()
    one.handle_event(Referral(id="r", at=START, entry=EntryPoint(ref="Tea=Poster", source="SHORTLINK")))
    one.handle_event(PrivateReplyDelivered(id="i", at=START, flow="tea", post="1_5", comment="77_1"))
    assert one.record.entry == ("Tea=Poster", "SHORTLINK", "")


@pytest.mark.parametrize(
    ("entry", "begins"),
    [
        (EntryPoint(ref="spring=poster"), "a"),
        (EntryPoint(ref="SPRING"), "a"),
        (EntryPoint(ref="b=mail"), "b"),
        (EntryPoint(ref="", source="ADS", ad_id="120210000"), "a"),
        (EntryPoint(ref="nothing", source="ADS", ad_id="120210000"), "a"),
        (EntryPoint(ref="nothing"), ""),
        (EntryPoint(ref="=b"), ""),
        (EntryPoint(ref="part"), ""),
    ],
)
def test_a_ref_begins_the_flow_of_its_link_or_name(entry: EntryPoint, begins: str) -> None:
    """The link's name before the flow's own, whatever its source; an ad by its id.  Parts of others: not."""
    files = {
        "flows/a.yaml": "flow: a\nstart: {links: [spring, 120210000]}\nsteps: {x: {say: A?, ask: text, else: end}}",
        "flows/b.yaml": "flow: b\nstart: {words: [bee]}\nsteps: {x: {say: B?, ask: text, else: end}, y: {call: part}}",
        "flows/part.yaml": "flow: part\nsteps: {x: {say: P.}}",
    }
    one = FlowPerson(compile_flows(files, shipped_config())[0])
    one.handle_event(Referral(id="r", at=START, entry=entry))
    assert one.record.first_flow == begins
    assert one.record.window_expires_at == START + timedelta(days=7 if entry.ad_id else 1)


def test_a_flow_called_by_its_name_is_counted_under_it() -> None:
    """A link with a source counts under its link; what strangers make up is direct."""
    one = person_before_flows()
    one.handle_event(Referral(id="r", at=START, entry=EntryPoint(ref="tea=poster", source="SHORTLINK")))
    assert counters.entry_source(one.record, BOOK.links, BOOK.ref_names) == "link tea"
    assert (
        counters.entry_source(replace(one.record, entry=("x", "", "")), BOOK.links, BOOK.ref_names) == counters.DIRECT
    )


def test_the_check_reads_comments() -> None:
    """Ids that are none, what the reply says, and who else answers: each with its place."""
    broken = """
flow: other
start:
  comments:
    posts: [any, "https://facebook.com/1"]
    words: [LEAF, "!"]
    say: "{{ hi }}!"
steps:
  a: {say: Hello}
"""
    assert tell_delivery({"flows/z.yaml": broken}) == [
        "flows/z.yaml:5:18 bad-link: “https://facebook.com/1” is no id of a post.",
        "flows/z.yaml:6:13 claimed-twice: Comments with “LEAF” on any post are answered by the flow “tea” already.",
        "flows/z.yaml:7:10 unknown-variable: Nobody knows yet who commented, so there is no “hi”.",
    ]


@pytest.mark.parametrize(("say", "code"), [("''", "empty-text"), ("x" * 2001, "too-long"), ('"{{ brand"', "template")])
def test_a_reply_that_cannot_be_sent_is_told(say: str, code: str) -> None:
    """Empty, too long, or no template."""
    other = f"flow: z\nstart:\n  comments:\n    posts: [9]\n    say: {say}\nsteps:\n  a: {{say: Hello}}"
    assert [one.split()[:2] for one in tell_delivery({"flows/z.yaml": other})] == [["flows/z.yaml:5:10", f"{code}:"]]


def test_a_translation_without_the_reply_is_told() -> None:
    """People would read the original's."""
    german = "flow: raffle\nlanguage: de\nsteps: {a: Viel Glück.}"
    found = compile_flows(FILES | {"flows/raffle.de.yaml": german}, shipped_config())[1]
    assert [f"{one.file} {one.code} {one.severity}" for one in found] == ["flows/raffle.de.yaml not-translated warning"]
