"""link, try and report as they are typed, on an embedded store with people from everywhere."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from domain import record as records
from domain.entry_point import EntryPoint
from domain.events import AnyEvent, Commented, Message, Postback, PrivateReplyDelivered, Referral
from domain.keyring import Keyring
from domain.private_replies import placeholder_psid
from domain.record import Identity
from service.engine import draft_links
from service.engine.transact import Transactor
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from service.workspace.edition import shipped_files
from service.workspace.publishing.publish import load_edition_files
from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.support.run_cli import Doorstep, settle_in

SECRET = "a secret that has more than thirty-two bytes"
KEYS = Keyring(SECRET)
PAGE = "1"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the shipped workspace runs on its own store."""
    settle_in(tmp_path, monkeypatch, SECRET)
    write(tmp_path)
    return tmp_path


def write(folder: Path) -> None:
    """Write the shipped workspace into a folder."""
    for name, text in shipped_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


# -- link ---------------------------------------------------------------------------------------------------------
def test_a_link_carries_its_source_and_its_code(doorstep: Doorstep, folder: Path) -> None:
    """The flow's own link, else its name; a code beside it, as a drawing or a picture."""
    assert doorstep("link", "newsletter") == (0, "https://m.me/AmselTea?ref=spring\n")
    assert doorstep("link", "settings", "--source", "Shop_window") == (
        0,
        "https://m.me/AmselTea?ref=settings=Shop_window\n",
    )
    code, said = doorstep("link", "newsletter", "--source", "poster", "--qr", "poster.svg")
    assert (code, "https://m.me/AmselTea?ref=spring=poster" in said) == (0, True)
    assert (folder / "poster.svg").read_text("utf-8").startswith("<?xml")
    assert doorstep("link", "newsletter", "--qr", "poster.png")[0] == 0
    assert (folder / "poster.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["newslettr"], 2, "there is no flow “newslettr”. Did you mean “newsletter”?"),
        (["newsletter", "--source", "shop window"], 2, "“ ” is none of them"),
        (["newsletter", "--source", "x" * 41], 2, "a source has 40 at most"),
        (["newsletter", "--qr", "poster.gif"], 2, "the ending must be .svg or .png"),
        (["newsletter", "--qr", "gone/poster.svg"], 1, "gone/poster.svg: No such file or directory"),
        (["newsletter", "--workspace", "gone"], 2, "There is no folder gone"),
    ],
)
def test_a_link_that_cannot_be_is_refused(doorstep: Doorstep, words: Sequence[str], code: int, said: str) -> None:
    """With what to do instead, and no traceback."""
    left, told = doorstep("link", *words)
    assert (left, said in told) == (code, True), told


# -- try ----------------------------------------------------------------------------------------------------------
def _settings(folder: Path) -> Settings:
    return Settings(secret=SECRET, data=folder / "store", mail_url="smtp://127.0.0.1:1")


async def _begun(folder: Path) -> None:
    async with open_doorstep(_settings(folder), "web"):
        pass


def test_a_folder_is_tried_beside_what_is_live(doorstep: Doorstep, folder: Path) -> None:
    """The link says edition and flow, and the edition is kept; a folder with errors is refused with its findings."""
    asyncio.run(_begun(folder))
    for name, text in shipped_files().items():
        path = folder / "draft" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("Rather a human?", "A draft."), "utf-8")
    code, said = doorstep("try", "newsletter", "draft")
    assert code == 0, said
    (ref,) = parse_qs(urlsplit(said.split()[0]).query)["ref"]
    ticket = draft_links.read_ref(KEYS, ref)
    assert ticket is not None
    assert ticket.flow == "newsletter"
    kept = asyncio.run(_files(folder, ticket.edition))
    assert "A draft." in kept["flows/newsletter.yaml"]
    assert doorstep("try", "newslettr", "draft")[0] == 2
    (folder / "draft/flows/newsletter.yaml").write_text("flow: newsletter\nsteps: {a: {go: b}}", "utf-8")
    code, said = doorstep("try", "newsletter", "draft")
    assert (code, "unknown-step" in said) == (1, True)


async def _files(folder: Path, edition: str) -> dict[str, str]:
    async with embedded_server(folder / "store") as url:
        store = await open_store(url, check_value=KEYS.check_value)
        files = await load_edition_files(store, edition)
        await store.close()
    assert files is not None
    return files


# -- report -------------------------------------------------------------------------------------------------------
async def _people(folder: Path) -> None:
    """Have one come by an ad, one by a link up to the confirmed address, one by a comment, one directly, one to try."""
    async with open_doorstep(_settings(folder), "web") as doorstep:
        now, transact = doorstep.clock.now(), doorstep.transact
        by_link = EntryPoint(ref="Spring=Poster", source="SHORTLINK")
        ad = EntryPoint(ref="", source="ADS", ad_id="77")
        await _meets(transact, "link", Postback(id="1", at=now, payload="get_started", entry=by_link))
        for number, text in enumerate(("yes", "mia@example.com")):
            await _meets(transact, "link", Message(id=f"2{number}", at=now, mid="m", text=text))
        record = records.decode((await doorstep.store.load(KEYS.subscriber_id(PAGE, "link"))).record or b"")
        ((address, pending),) = record.pending.items()
        code = KEYS.confirmation_codes(record.id, address, pending.nonce)[0]
        await _meets(transact, "link", Message(id="3", at=now, mid="m", text=code))
        await _meets(transact, "ad", Message(id="4", at=now, mid="m", text="tee", entry=ad))
        await _meets(
            transact, "comment", PrivateReplyDelivered(id="5", at=now, flow="newsletter", post="1_9", comment="9_1")
        )
        await _meets(transact, "direct", Message(id="6", at=now, mid="m", text="hello"))
        until = now + draft_links.LINK_LIFETIME
        ticket = draft_links.DraftTicket(edition="x", flow="newsletter", until=until, nonce="n")
        doorstep.editions._editions["x"] = doorstep.editions.current
        ref = await draft_links.issue_link(doorstep.store, KEYS, ticket)
        await _meets(transact, "author", Referral(id="7", at=now, entry=replace(by_link, ref=ref)))
        await _meets(transact, placeholder_psid("9_2"), Commented(id="8", at=now, comment="9_2", post="1_9"))


async def _meets(transact: Transactor, psid: str, event: AnyEvent) -> None:
    await transact(KEYS.subscriber_id(PAGE, psid), (event,), Identity(page=PAGE, psid=psid))


def test_the_chat_is_reported_by_where_people_came_from(doorstep: Doorstep, folder: Path) -> None:
    """Four ways in, the author and the waiting comment in none; costs per confirmed address."""
    asyncio.run(_people(folder))
    costs = folder / "costs.csv"
    costs.write_text("source;cost\nlink spring=poster;12,00\nlink spring=poster;0,50\nad 77;9\nad 78;1\n", "utf-8")
    code, said = doorstep("report", "chat", "--costs", "costs.csv", "--json")
    assert code == 0, said
    keys = ("came", "began", "confirmed", "cost_each")
    assert {one["name"][0]: tuple(one.get(key) for key in keys) for one in json.loads(said)["rows"]} == {
        "link spring=poster": (1, 1, 1, "12.50"), "ad 77": (1, 1, 0, None), "comment 1_9": (1, 0, 0, None),
        "direct": (1, 1, 0, None), "ad 78": (0, 0, 0, None),
    }  # fmt: skip
    code, said = doorstep("report", "chat", "--by", "source,language", "--json")
    assert [one["name"] for one in json.loads(said)["rows"]] == [
        ["ad 77", "de"],
        ["comment 1_9", "en"],
        ["direct", "en"],
        ["link spring=poster", "en"],
    ]
    code, said = doorstep("report", "chat", "--costs", "costs.csv")
    assert (code, "per confirmed" in said, "12.50" in said) == (0, True, True)
    assert "Nobody has come yet." in doorstep("report", "chat", "--since", "2999-01-01")[1]


def test_what_was_agreed_and_confirmed_is_reported_by_day(doorstep: Doorstep, folder: Path) -> None:
    """As a table for people, and by day as JSON."""
    asyncio.run(_people(folder))
    code, said = doorstep("report", "daily", "--days", "2", "--json")
    report = json.loads(said)
    totals = {one["counter"]: (one["about"], one["total"], sum(one["days"])) for one in report["rows"]}
    assert (code, len(report["days"])) == (0, 2)
    assert (totals["confirmed:friday_leaf"], totals["confirmed_by_code"]) == (("friday_leaf", 1, 1), ("code", 1, 1))
    code, said = doorstep("report", "daily")
    assert (code, "in 30 days" in said, "confirmation mails asked for" in said) == (0, True, True)


@pytest.mark.parametrize(
    ("raw", "words", "code", "said"),
    [
        (b"name,cost\n", [], 1, "costs.csv:1: the first line must be “source,cost”"),
        (b"source,cost\nad 7,much\n", [], 1, "costs.csv:2: “much” is no cost"),
        (b"source,cost\nad 7,-1\n", [], 1, "costs.csv:2: “-1” is no cost"),
        (b'source,cost\n"ad 7,1\n', [], 1, "costs.csv:1: unexpected end of data"),
        (b"source,cost\n\xe4,1\n", [], 1, "save the file as UTF-8"),
        (b"source,cost\n", ["--by", "flow"], 2, "costs are known by source"),
        (b"source,cost\n", ["--by", "sourc"], 2, "Did you mean “source”?"),
    ],
)
def test_costs_that_cannot_be_read_are_told(
    doorstep: Doorstep, folder: Path, raw: bytes, words: Sequence[str], code: int, said: str
) -> None:
    """By line, with what to write instead."""
    (folder / "costs.csv").write_bytes(raw)
    left, told = doorstep("report", "chat", "--costs", "costs.csv", *words)
    assert (left, said in told) == (code, True), told
