"""Every way in, end to end: comments, links with their source, ads, and an edition that only its author plays."""

from decimal import Decimal
from pathlib import Path

from service.cli.report import read_customers
from service.cli.try_draft import issue_link
from service.engine import draft_links
from service.reports.funnel import count_funnel
from service.runtime.demo_secrets import PAGE
from service.stand_ins.graph_webhooks import comment_change, message_item, postback_item
from service.workspace.edition import Edition, load_edition
from tests.support.running_service import RunningService

MIA, TOM, LEA, KAI = "1001", "1002", "1003", "1004"
POST = f"{PAGE}_5"
REPLY = "Amsel Tea here, thank you. Shall I tell you more? Just answer."


async def let_newsletter_answer(running: RunningService) -> None:
    """Let the newsletter answer comments that speak of tea."""
    file = running.demo.workspace / "flows/newsletter.yaml"
    text = file.read_text("utf-8")
    comments = f'  comments: {{words: [tea], say: "{REPLY}"}}\n'
    file.write_text(text.replace("start:\n", f"start:\n{comments}", 1), "utf-8")
    await running.demo.doorstep.editions.take_folder(running.demo.workspace)
    assert running.demo.doorstep.editions.current.rules.flows.comments


async def post_comment(running: RunningService, psid: str, name: str, text: str, verb: str = "add") -> None:
    """Comment on the post; the platform tells the webhook."""
    now = running.demo.doorstep.clock.now()
    running.demo.graph.deliver_webhooks(
        PAGE, comment_change(comment=name, post=POST, psid=psid, at=now, text=text, verb=verb)
    )
    await running.demo.graph.wait_until_delivered()


async def record_names(running: RunningService) -> set[str]:
    """Return the names of all records."""
    return {name async for name, _ in running.demo.doorstep.store.all_subscribers()}


async def test_a_comment_becomes_a_subscriber(running: RunningService) -> None:
    """A private reply, once; the window opens with the answer, the flow begins, and the source is kept to the end."""
    await let_newsletter_answer(running)
    await post_comment(running, MIA, "5_1", "I love TEA!")
    await running.wait_until(lambda: running.received_texts(MIA), "a private reply")
    await post_comment(running, MIA, "5_1", "I love TEA!")
    await running.demo.graph.wait_until_delivered()
    reached = await running.load_record(MIA)
    assert (running.received_texts(MIA), reached.window_expires_at, reached.invited) == ([REPLY], None, "newsletter")
    assert await record_names(running) == {running.subscriber_name(MIA)}
    await running.send_text(MIA, "Sure")
    assert len(running.received_texts(MIA)) > 1
    assert (await running.load_record(MIA)).window_expires_at is not None
    await running.send_text(MIA, "yes")
    await running.send_text(MIA, "mia@example.com")
    await running.send_text(MIA, await running.wait_for_code("mia@example.com"))
    assert (await running.load_record(MIA)).entry == (POST, "COMMENT", "")
    (row,) = count_funnel(await read_customers(running.demo.doorstep.store), ("source", "language"), language="en")
    assert (row.name, row.counts["came"], row.counts["confirmed"]) == ((f"comment {POST}", "en"), 1, 1)


async def test_what_no_flow_answers_leaves_nothing(running: RunningService) -> None:
    """No reply and no record: another text, the Page's own, one that is gone at once."""
    await let_newsletter_answer(running)
    await post_comment(running, MIA, "5_1", "Nice")
    await post_comment(running, PAGE, "5_2", "Our tea")
    now = running.demo.doorstep.clock.now()
    both = [
        comment_change(comment="5_3", post=POST, psid=MIA, at=now, text="tea", verb=verb) for verb in ("add", "remove")
    ]
    running.demo.graph.deliver_webhooks(PAGE, *both)
    await running.demo.graph.wait_until_delivered()
    assert (await record_names(running), running.demo.graph.sent) == (set(), [])


async def test_four_ways_in_are_counted_to_the_confirmed_address(running: RunningService) -> None:
    """By ad, link, comment, and directly: each with its cost per confirmed address."""
    await let_newsletter_answer(running)
    await post_comment(running, MIA, "5_1", "tea")
    await running.wait_until(lambda: running.received_texts(MIA), "a private reply")
    await running.send_text(MIA, "Sure")
    await running.get_started(TOM, ref="spring=poster")
    await running.send_text(TOM, "yes")
    await running.send_text(TOM, "tom@example.com")
    await running.send_text(TOM, await running.wait_for_code("tom@example.com"))
    item = message_item(page=PAGE, psid=LEA, mid="m_ad", at=running.demo.doorstep.clock.now(), text="hi")
    item["message"]["referral"] = {"ref": "", "source": "ADS", "ad_id": 77, "type": "OPEN_THREAD"}  # type: ignore[index]  # as made above
    running.demo.graph.deliver_webhooks(PAGE, item)
    await running.wait_until(lambda: running.received_texts(LEA), "an answer")
    await running.get_started(KAI)
    rows = count_funnel(
        await read_customers(running.demo.doorstep.store),
        ("source",),
        language="en",
        costs={"link spring=poster": Decimal("3.20"), "ad 77": Decimal(9)},
    )
    assert {row.name[0]: (row.counts["came"], row.counts["confirmed"], row.cost_each) for row in rows} == {
        f"comment {POST}": (1, 0, None), "link spring=poster": (1, 1, Decimal("3.20")), "ad 77": (1, 0, None),
        "direct": (1, 0, None),
    }  # fmt: skip


# -- an edition that only its author plays ------------------------------------------------------------------------
def draft_edition(running: RunningService, folder: Path) -> Edition:
    """Return the workspace with another hello, which is not live."""
    for path in running.demo.workspace.rglob("*.*"):
        target = folder / path.relative_to(running.demo.workspace)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text("utf-8").replace("Rather a human? Type 'person'.", "DRAFT."), "utf-8")
    return load_edition(folder)[0]


async def open_link(running: RunningService, psid: str, ref: str) -> str:
    """Open a link; return what is said first."""
    before = len(running.received_texts(psid))
    item = postback_item(
        page=PAGE,
        psid=psid,
        mid=f"m_{psid}_{before}",
        at=running.demo.doorstep.clock.now(),
        payload="get_started",
        title="Get Started",
        ref=ref,
    )
    running.demo.graph.deliver_webhooks(PAGE, item)
    await running.wait_until(lambda: len(running.received_texts(psid)) > before, "an answer")
    await running.wait_for_answers(psid)
    return running.received_texts(psid)[before]


async def test_a_draft_is_played_by_its_author_alone(running: RunningService, tmp_path: Path) -> None:
    """Until an ordinary link; the second who opens the link, and everybody else, meets what is live."""
    doorstep = running.demo.doorstep
    edition = draft_edition(running, tmp_path / "draft")
    ref = await issue_link(doorstep.store, doorstep.keys, doorstep.clock.now, edition, "newsletter")
    assert "DRAFT" in await open_link(running, MIA, ref)
    assert "DRAFT" not in await open_link(running, TOM, ref)
    assert "DRAFT" not in await open_link(running, LEA, "")
    opened = (await running.load_record(MIA)).conversation
    assert opened is not None
    assert opened.flow_hash == edition.rules.flows.flows["newsletter"].hash
    await running.send_text(MIA, "yes")
    trying = await running.load_record(MIA)
    assert trying.conversation is not None
    assert (trying.trying, trying.entry, trying.conversation.step) == (edition.hash, ("", "", ""), "address")
    assert doorstep.editions.current.hash != edition.hash
    people = await read_customers(doorstep.store)
    assert {person.identity.psid for person in people} == {TOM, LEA}
    counters = await doorstep.store.day_counters(doorstep.clock.now().date().isoformat())
    assert counters["flow:newsletter:hello::direct"] == 2
    assert "DRAFT" not in await open_link(running, MIA, "spring")
    assert (await running.load_record(MIA)).trying == ""
    assert "DRAFT" in await open_link(running, MIA, ref)


async def test_a_draft_ends_with_start_over_and_after_a_day(running: RunningService, tmp_path: Path) -> None:
    """From then on its author meets what is live; the link can be opened for a day."""
    doorstep = running.demo.doorstep
    edition = draft_edition(running, tmp_path / "draft")
    ref = await issue_link(doorstep.store, doorstep.keys, doorstep.clock.now, edition, "newsletter")
    assert "DRAFT" in await open_link(running, MIA, ref)
    before = len(running.received_texts(MIA))
    await running.send_text(MIA, "start over")
    assert "DRAFT" not in "".join(running.received_texts(MIA)[before:])
    assert "DRAFT" in await open_link(running, MIA, ref)
    await running.pass_time(draft_links.LINK_LIFETIME)
    before = len(running.received_texts(MIA))
    running.demo.graph.open_window(PAGE, MIA)
    await running.send_text(MIA, "tea")
    assert "DRAFT" not in "".join(running.received_texts(MIA)[before:])
    assert "DRAFT" not in await open_link(running, MIA, ref)


async def test_the_mails_of_a_draft_are_its_own(running: RunningService, tmp_path: Path) -> None:
    """The whole way to the welcome mail, by the edition that is tried."""
    doorstep = running.demo.doorstep
    draft_edition(running, tmp_path / "draft")
    mail = tmp_path / "draft/emails/welcome.mjml"
    mail.write_text(mail.read_text("utf-8").replace("Put the kettle on.", "Put the DRAFT on."), "utf-8")
    edition = load_edition(tmp_path / "draft")[0]
    ref = await issue_link(doorstep.store, doorstep.keys, doorstep.clock.now, edition, "newsletter")
    await open_link(running, MIA, ref)
    await running.send_text(MIA, "yes")
    await running.send_text(MIA, "mia@example.com")
    await running.send_text(MIA, await running.wait_for_code("mia@example.com"))
    assert (await running.wait_for_mail("mia@example.com", "Welcome")).subject == "Welcome. Put the DRAFT on."
