"""Draft links: who may open one, what ends the draft, and that nothing is counted."""

import asyncio
import re
from dataclasses import replace as changed
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.effects import SendChat
from domain.entry_point import EntryPoint
from domain.events import AnyEvent, Message, OptIn, Postback, Referral
from domain.ports import chat_lane
from domain.record import Identity
from domain.referral_codes import LONGEST_REF
from domain.workspace_config import WorkspaceConfig
from service.cli.report import read_customers
from service.engine import draft_links
from service.engine.decide import Rules
from service.engine.draft_links import LINK_LIFETIME, DraftRules, DraftTicket
from tests.support.people import KEYS, NOON
from tests.support.shipped_workspace import shipped_edition
from tests.support.transactors import TransactorBench

WHO = Identity(page="page", psid="1001")
MIA, TOM = KEYS.subscriber_id("page", "1001"), KEYS.subscriber_id("page", "1002")
TICKET = DraftTicket(edition="draft", flow="newsletter", until=NOON + LINK_LIFETIME, nonce="0123456789abcdef")
LANE = chat_lane("page")


class FakeEditions:
    """What is live, and a draft whose bot has another name."""

    def __init__(self) -> None:
        """Keep the shipped workspace, and a draft of it."""
        edition = shipped_edition()
        self.kept = {"draft": (changed(edition.rules, edition="draft"), edition.config)}

    def current_rules(self) -> tuple[Rules, WorkspaceConfig]:
        """Return what is live."""
        return shipped_edition().rules, shipped_edition().config

    async def draft_rules(self, edition: str) -> tuple[Rules, WorkspaceConfig] | None:
        """Return the draft."""
        return self.kept.get(edition)


class Playing(TransactorBench):
    """A house in which a draft can be tried."""

    def __post_init__(self) -> None:
        """Make store, editions and the one transactor."""
        super().__post_init__()
        self.editions = FakeEditions()
        drafts = DraftRules(store=self.store, keys=KEYS, editions=self.editions)
        self.transact = self.make_transactor(override=drafts)
        self.told = 0

    async def opens(self, ref: str, psid: str = "1001") -> str:
        """Follow a link; return which edition is played from then on."""
        return await self.meets(Referral(id="", at=self.now, entry=EntryPoint(ref=ref, source="SHORTLINK")), psid)

    async def types(self, text: str) -> str:
        """Write something; return which edition is played from then on."""
        return await self.meets(Message(id="", at=self.now, text=text))

    async def meets(self, event: AnyEvent, psid: str = "1001") -> str:
        """Let something happen; return which edition is played from then on."""
        self.told += 1
        name = KEYS.subscriber_id("page", psid)
        event = replace(event, id=f"e{self.told}")
        return (await self.transact(name, [event], Identity(page="page", psid=psid))).record.trying  # type: ignore[union-attr]  # it was made


async def open_link() -> tuple[Playing, str]:
    """Return a bench, and the ref of a link that was not opened yet."""
    config = Playing()
    return config, await draft_links.issue_link(config.store, KEYS, TICKET)


def test_a_ref_is_what_the_platform_takes() -> None:
    """Letters, digits, hyphen, underscore and equals sign; short enough with the longest name of a flow."""
    ref = draft_links.write_ref(KEYS, replace(TICKET, edition="0123456789abcdef", flow="f" * 40))
    assert re.fullmatch(r"try-[A-Za-z0-9_=-]+", ref)
    assert len(ref) <= LONGEST_REF
    assert draft_links.read_ref(KEYS, draft_links.write_ref(KEYS, TICKET)) == TICKET


@given(st.text(max_size=60))
def test_a_ref_that_is_not_genuine_says_nothing(text: str) -> None:
    """Whatever a stranger writes."""
    assert draft_links.read_ref(KEYS, text) is None
    assert draft_links.read_ref(KEYS, f"try-{text}") is None
    assert (
        draft_links.read_ref(KEYS, f"try-{text or 'x'}{draft_links.write_ref(KEYS, TICKET).removeprefix('try-')}")
        is None
    )


async def test_who_opens_it_first_plays_it() -> None:
    """They stay with it, and can open it again; a second person meets what is live, and is known to have come."""
    config, ref = await open_link()
    assert [await config.opens(ref), await config.types("hello"), await config.opens(ref)] == [
        "draft",
        "draft",
        "draft",
    ]
    assert await config.opens(ref, "1002") == ""
    second = await config.load_record(TOM)
    assert second.conversation is not None
    assert (second.conversation.flow, second.trying_until, second.entry) == ("newsletter", None, ("", "", ""))
    assert [one.identity.psid for one in await read_customers(config.store)] == ["1002"]


@pytest.mark.parametrize(
    "event",
    [
        Message(id="", at=NOON, text="hi", entry=EntryPoint(ref="{ref}")),
        Postback(id="", at=NOON, payload="get_started", entry=EntryPoint(ref="{ref}")),
        OptIn(id="", at=NOON, ref="{ref}"),
    ],
)
async def test_a_link_is_opened_by_any_event_that_carries_it(event: AnyEvent) -> None:
    """A new thread has it in a message or a postback, a plugin in an opt-in."""
    config, ref = await open_link()
    carrying = replace(event, ref=ref) if isinstance(event, OptIn) else replace(event, entry=EntryPoint(ref=ref))
    assert await config.meets(carrying) == "draft"
    assert (await config.load_record(MIA)).entry == ("", "", "")


@pytest.mark.parametrize("ends", ["start over", "Von vorn!"])
async def test_start_over_ends_it(ends: str) -> None:
    """In any language of the workspace; what was tried stays uncounted."""
    config, ref = await open_link()
    await config.opens(ref)
    assert await config.types(ends) == ""
    assert await read_customers(config.store) == []


async def test_an_ordinary_link_ends_it() -> None:
    """Also one that begins no flow."""
    config, ref = await open_link()
    for other in ("spring", "nothing"):
        assert await config.opens(ref) == "draft"
        assert await config.opens(other) == ""


async def test_a_day_ends_it() -> None:
    """Whatever happens then; and the link opens no more."""
    config, ref = await open_link()
    await config.opens(ref)
    config.now += LINK_LIFETIME - timedelta(seconds=1)
    assert await config.types("hello") == "draft"
    config.now += timedelta(seconds=1)
    assert [await config.types("hello"), await config.opens(ref)] == ["", ""]


async def test_a_draft_that_is_no_longer_kept_is_not_played() -> None:
    """What is live is, then; also once the draft itself is live."""
    config, ref = await open_link()
    await config.opens(ref)
    config.editions.kept.clear()
    assert await config.types("hello") == ""


async def test_a_link_that_an_older_version_issued_can_be_opened() -> None:
    """Its lock is a pool with one voucher: whoever opened it first may open it again, and nobody else."""
    config = Playing()
    await config.store.fill_pool(TICKET.old_pool_name, (TICKET.nonce,))
    ref = draft_links.write_ref(KEYS, TICKET)
    opened = [await config.opens(ref, psid) for psid in ("1001", "1002", "1001")]
    assert opened == ["draft", "", "draft"]


async def test_one_of_two_who_open_a_link_at_once_is_bound_to_it() -> None:
    """The other meets what is live, now and later."""
    config, _ = await open_link()
    taken = await asyncio.gather(*(draft_links.take_link(config.store, TICKET, name) for name in (MIA, TOM)))
    assert sorted(taken) == [False, True]
    again = [await draft_links.take_link(config.store, TICKET, name) for name in (MIA, TOM)]
    assert again == taken


async def test_a_forged_link_is_an_ordinary_one() -> None:
    """It begins no flow, and no one plays a draft by it."""
    config, ref = await open_link()
    assert await config.opens(ref[:-1]) == ""
    assert (await config.load_record(MIA)).trying_until is None


async def test_a_link_to_a_flow_that_is_not_live_greets_the_others() -> None:
    """The flow is in the draft only: a second person meets the one of the get-started button."""
    config = Playing()
    ref = await draft_links.issue_link(config.store, KEYS, replace(TICKET, flow="unheard_of", until=NOON))
    await config.opens(ref)
    assert [one for one in await config.take_posted(LANE, MIA) if isinstance(one, SendChat)] != []
    assert (await config.load_record(MIA)).first_flow == "newsletter"


async def test_nothing_that_is_tried_is_counted() -> None:
    """No counter of the flow, and no note of what was not understood."""
    config, ref = await open_link()
    await config.opens(ref)
    await config.types("bye")
    assert await config.store.day_counters(NOON.date().isoformat()) == {}
    assert await config.store.list_entries("unanswered") == ()
