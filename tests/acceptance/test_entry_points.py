"""Every way in, end to end: comments, links with their source, ads, and an edition that only its author plays."""

from decimal import Decimal
from pathlib import Path

from service.cli.report import customers
from service.cli.try_draft import issued
from service.engine import draft_links
from service.reports.funnel import funnel
from service.runtime.demo_secrets import PAGE
from service.stand_ins.graph_webhooks import comment_change, message_item, postback_item
from service.workspace.edition import Edition, load
from tests.support.running_service import Town

MIA, TOM, LEA, KAI = "1001", "1002", "1003", "1004"
POST = f"{PAGE}_5"
REPLY = "Amsel Tea here, thank you. Shall I tell you more? Just answer."


async def answering(town: Town) -> None:
    """Let the newsletter answer comments that speak of tea."""
    file = town.demo.workspace / "flows/newsletter.yaml"
    text = file.read_text("utf-8")
    comments = f'  comments: {{words: [tea], say: "{REPLY}"}}\n'
    file.write_text(text.replace("start:\n", f"start:\n{comments}", 1), "utf-8")
    await town.demo.doorstep.editions.take(town.demo.workspace)
    assert town.demo.doorstep.editions.current.rules.flows.comments


async def comment(town: Town, psid: str, name: str, text: str, verb: str = "add") -> None:
    """Comment on the post; the platform tells the webhook."""
    now = town.demo.doorstep.clock.now()
    town.demo.graph.tell(PAGE, comment_change(comment=name, post=POST, psid=psid, at=now, text=text, verb=verb))
    await town.demo.graph.settled()


async def names(town: Town) -> set[str]:
    """Return the names of all records."""
    return {name async for name, _ in town.demo.doorstep.store.everybody()}


async def test_a_comment_becomes_a_subscriber(amsel: Town) -> None:
    """A private reply, once; the window opens with the answer, the flow begins, and the source is kept to the end."""
    await answering(amsel)
    await comment(amsel, MIA, "5_1", "I love TEA!")
    await amsel.until(lambda: amsel.texts(MIA), "a private reply")
    await comment(amsel, MIA, "5_1", "I love TEA!")
    await amsel.demo.graph.settled()
    reached = await amsel.record(MIA)
    assert (amsel.texts(MIA), reached.window_expires_at, reached.invited) == ([REPLY], None, "newsletter")
    assert await names(amsel) == {amsel.name(MIA)}
    await amsel.say(MIA, "Sure")
    assert len(amsel.texts(MIA)) > 1
    assert (await amsel.record(MIA)).window_expires_at is not None
    await amsel.say(MIA, "yes")
    await amsel.say(MIA, "mia@example.com")
    await amsel.say(MIA, await amsel.code("mia@example.com"))
    assert (await amsel.record(MIA)).entry == (POST, "COMMENT", "")
    (row,) = funnel(await customers(amsel.demo.doorstep.store), ("source", "language"), language="en")
    assert (row.name, row.counts["came"], row.counts["confirmed"]) == ((f"comment {POST}", "en"), 1, 1)


async def test_what_no_flow_answers_leaves_nothing(amsel: Town) -> None:
    """No reply and no record: another text, the Page's own, one that is gone at once."""
    await answering(amsel)
    await comment(amsel, MIA, "5_1", "Nice")
    await comment(amsel, PAGE, "5_2", "Our tea")
    now = amsel.demo.doorstep.clock.now()
    both = [
        comment_change(comment="5_3", post=POST, psid=MIA, at=now, text="tea", verb=verb) for verb in ("add", "remove")
    ]
    amsel.demo.graph.tell(PAGE, *both)
    await amsel.demo.graph.settled()
    assert (await names(amsel), amsel.demo.graph.sent) == (set(), [])


async def test_four_ways_in_are_counted_to_the_confirmed_address(amsel: Town) -> None:
    """By ad, link, comment, and directly: each with its cost per confirmed address."""
    await answering(amsel)
    await comment(amsel, MIA, "5_1", "tea")
    await amsel.until(lambda: amsel.texts(MIA), "a private reply")
    await amsel.say(MIA, "Sure")
    await amsel.get_started(TOM, ref="spring=poster")
    await amsel.say(TOM, "yes")
    await amsel.say(TOM, "tom@example.com")
    await amsel.say(TOM, await amsel.code("tom@example.com"))
    item = message_item(page=PAGE, psid=LEA, mid="m_ad", at=amsel.demo.doorstep.clock.now(), text="hi")
    item["message"]["referral"] = {"ref": "", "source": "ADS", "ad_id": 77, "type": "OPEN_THREAD"}  # type: ignore[index]  # as made above
    amsel.demo.graph.tell(PAGE, item)
    await amsel.until(lambda: amsel.texts(LEA), "an answer")
    await amsel.get_started(KAI)
    rows = funnel(
        await customers(amsel.demo.doorstep.store),
        ("source",),
        language="en",
        costs={"link spring=poster": Decimal("3.20"), "ad 77": Decimal(9)},
    )
    assert {row.name[0]: (row.counts["came"], row.counts["confirmed"], row.cost_each) for row in rows} == {
        f"comment {POST}": (1, 0, None), "link spring=poster": (1, 1, Decimal("3.20")), "ad 77": (1, 0, None),
        "direct": (1, 0, None),
    }  # fmt: skip


# -- an edition that only its author plays ------------------------------------------------------------------------
def draft(town: Town, folder: Path) -> Edition:
    """Return the workspace with another hello, which is not live."""
    for path in town.demo.workspace.rglob("*.*"):
        target = folder / path.relative_to(town.demo.workspace)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text("utf-8").replace("Rather a human? Type 'person'.", "DRAFT."), "utf-8")
    return load(folder)[0]


async def opens(town: Town, psid: str, ref: str) -> str:
    """Open a link; return what is said first."""
    before = len(town.texts(psid))
    item = postback_item(
        page=PAGE,
        psid=psid,
        mid=f"m_{psid}_{before}",
        at=town.demo.doorstep.clock.now(),
        payload="get_started",
        title="Get Started",
        ref=ref,
    )
    town.demo.graph.tell(PAGE, item)
    await town.until(lambda: len(town.texts(psid)) > before, "an answer")
    await town.said(psid)
    return town.texts(psid)[before]


async def test_a_draft_is_played_by_its_author_alone(amsel: Town, tmp_path: Path) -> None:
    """Until an ordinary link; the second who opens the link, and everybody else, meets what is live."""
    doorstep = amsel.demo.doorstep
    edition = draft(amsel, tmp_path / "draft")
    ref = await issued(doorstep.store, doorstep.keys, doorstep.clock.now, edition, "newsletter")
    assert "DRAFT" in await opens(amsel, MIA, ref)
    assert "DRAFT" not in await opens(amsel, TOM, ref)
    assert "DRAFT" not in await opens(amsel, LEA, "")
    await amsel.say(MIA, "yes")
    trying = await amsel.record(MIA)
    assert trying.conversation is not None
    assert trying.conversation.flow_hash == edition.rules.flows.flows["newsletter"].hash
    assert (trying.trying, trying.entry, trying.conversation.step) == (edition.hash, ("", "", ""), "address")
    assert doorstep.editions.current.hash != edition.hash
    people = await customers(doorstep.store)
    assert {one.identity.psid for one in people} == {TOM, LEA}
    counters = await doorstep.store.counters(doorstep.clock.now().date().isoformat())
    assert counters["flow:newsletter:hello::direct"] == 2
    assert "DRAFT" not in await opens(amsel, MIA, "spring")
    assert (await amsel.record(MIA)).trying == ""
    assert "DRAFT" in await opens(amsel, MIA, ref)


async def test_a_draft_ends_with_start_over_and_after_a_day(amsel: Town, tmp_path: Path) -> None:
    """From then on its author meets what is live; the link can be opened for a day."""
    doorstep = amsel.demo.doorstep
    edition = draft(amsel, tmp_path / "draft")
    ref = await issued(doorstep.store, doorstep.keys, doorstep.clock.now, edition, "newsletter")
    assert "DRAFT" in await opens(amsel, MIA, ref)
    before = len(amsel.texts(MIA))
    await amsel.say(MIA, "start over")
    assert "DRAFT" not in "".join(amsel.texts(MIA)[before:])
    assert "DRAFT" in await opens(amsel, MIA, ref)
    await amsel.pass_time(draft_links.GOOD_FOR)
    before = len(amsel.texts(MIA))
    amsel.demo.graph.heard(PAGE, MIA)
    await amsel.say(MIA, "tea")
    assert "DRAFT" not in "".join(amsel.texts(MIA)[before:])
    assert "DRAFT" not in await opens(amsel, MIA, ref)


async def test_the_mails_of_a_draft_are_its_own(amsel: Town, tmp_path: Path) -> None:
    """The whole way to the welcome mail, by the edition that is tried."""
    doorstep = amsel.demo.doorstep
    draft(amsel, tmp_path / "draft")
    mail = tmp_path / "draft/emails/welcome.mjml"
    mail.write_text(mail.read_text("utf-8").replace("Put the kettle on.", "Put the DRAFT on."), "utf-8")
    ref = await issued(doorstep.store, doorstep.keys, doorstep.clock.now, load(tmp_path / "draft")[0], "newsletter")
    await opens(amsel, MIA, ref)
    await amsel.say(MIA, "yes")
    await amsel.say(MIA, "mia@example.com")
    await amsel.say(MIA, await amsel.code("mia@example.com"))
    assert (await amsel.mail("mia@example.com", "Welcome")).subject == "Welcome. Put the DRAFT on."
