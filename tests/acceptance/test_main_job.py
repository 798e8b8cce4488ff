"""The main job, end to end: chat, opt in, confirm twice, be onboarded by what one does."""

from datetime import timedelta

from service.stand_ins.graph_api import message_payload
from tests.support.running_service import RunningService, own_links

DAY = timedelta(days=1)
MIA, MAIL = "1001", "mia@example.com"


async def test_who_stays_away_is_asked_back(running: RunningService) -> None:
    """Chat, code, welcome; three days later “come back”, and no evaluation ever."""
    await running.subscribe_person(MIA, MAIL)
    await running.pass_time(3 * DAY)
    come_back = await running.wait_for_mail(MAIL, "still blank")
    await running.pass_time(40 * DAY)
    subjects = [mail.subject for mail in running.received_mails(MAIL)]
    assert len(subjects) == 3
    assert subjects[1:] == ["Welcome. Put the kettle on.", come_back.subject]


async def test_who_uses_it_enough_is_asked_to_judge(running: RunningService) -> None:
    """Three cups bring one of the two evaluations, and never “come back”."""
    await running.subscribe_person(MIA, MAIL)
    await running.post_product_event(MAIL, "cup.noted", times=3)
    await running.pass_time(DAY)  # two mails to one person are 20 hours apart
    await running.wait_until(lambda: len(running.received_mails(MAIL)) == 3, "an evaluation")
    await running.pass_time(40 * DAY)
    assert "still blank" not in " ".join(mail.subject for mail in running.received_mails(MAIL))
    assert len(running.received_mails(MAIL)) == 3


async def test_an_order_ends_the_sequence(running: RunningService) -> None:
    """The goal stops everything: no further mail, whatever time passes."""
    await running.subscribe_person(MIA, MAIL)
    await running.post_product_event(MAIL, "box.ordered")
    await running.pass_time(40 * DAY)
    assert (await running.load_record(MIA)).runs["tasting_book"].status == "goal"
    assert len(running.received_mails(MAIL)) == 2


async def test_one_click_unsubscribe_ends_everything(running: RunningService) -> None:
    """The List-Unsubscribe POST of the welcome mail is the last that is ever mailed."""
    await running.subscribe_person(MIA, MAIL)
    welcome = await running.wait_for_mail(MAIL, "Welcome")
    url = str(welcome.parsed_message["List-Unsubscribe"]).strip("<>")
    async with running.http.post(url, data={"List-Unsubscribe": "One-Click"}, allow_redirects=False) as answer:
        assert answer.status == 200
    record = await running.load_record(MIA)
    assert record.consents["friday_leaf"].status == "withdrawn"
    await running.pass_time(40 * DAY)
    assert len(running.received_mails(MAIL)) == 2


async def test_stop_in_the_chat_ends_everything(running: RunningService) -> None:
    """Typing “stop” does what the link does."""
    await running.subscribe_person(MIA, MAIL)
    await running.send_text(MIA, "stop")
    await running.pass_time(40 * DAY)
    assert (await running.load_record(MIA)).consents["friday_leaf"].status == "withdrawn"
    assert len(running.received_mails(MAIL)) == 2


async def test_german_from_the_first_word_to_the_mail(running: RunningService) -> None:
    """A German word starts the German flow, and every mail is German."""
    await running.send_text("2001", "freitagsblatt")
    await running.send_text("2001", "ja")
    await running.send_text("2001", "lea@example.com")
    await running.send_text("2001", await running.wait_for_code("lea@example.com"))
    welcome = await running.wait_for_mail("lea@example.com", "Willkommen")
    assert "Du bekommst diese Mail" in welcome.text_part
    assert any("Du bist dabei" in text for text in running.received_texts("2001"))


async def test_the_button_confirms_like_the_code(running: RunningService) -> None:
    """Pressing the button of the page sends the welcome mail and moves the chat on."""
    await running.get_started(MIA)
    await running.send_text(MIA, "yes")
    await running.send_text(MIA, MAIL)
    mail = await running.wait_for_mail(MAIL, "code")
    confirm = next(link for link in own_links(mail) if "/confirm/" in link and "." in link.rpartition("/")[2])
    async with running.http.post(confirm) as answer:
        assert answer.status == 200
    await running.wait_for_mail(MAIL, "Welcome")
    await running.wait_until(lambda: any("You're in" in text for text in running.received_texts(MIA)), "“You're in”")
    assert (await running.load_record(MIA)).addresses[
        running.demo.doorstep.keys.address_hash(MAIL)
    ].proven_by == "button"


async def test_scanners_change_nothing(running: RunningService) -> None:
    """Every link of every mail, fetched by GET, HEAD and OPTIONS as 20 scanners, leaves everything as it was."""
    await running.subscribe_person(MIA, MAIL)
    await running.pass_time(3 * DAY)
    await running.wait_for_mail(MAIL, "still blank")
    await running.get_started("1002")
    await running.send_text("1002", "yes")
    await running.send_text("1002", "noah@example.com")
    await running.wait_for_mail("noah@example.com", "code")
    found = {link for mail in running.demo.inbox.received for link in own_links(mail)}
    before = await running.stored_state()
    visits = 0
    for scanner in range(20):
        for link in found:
            for method in ("GET", "HEAD", "OPTIONS"):
                async with running.http.request(method, link, headers={"User-Agent": f"Scanner/{scanner}"}) as answer:
                    assert answer.status in (200, 404, 405)
                visits += 1
    assert await running.stored_state() == before
    print(f"\n{visits} visits to {len(found)} links, 0 changes")  # noqa: T201  the figure is the result


async def test_an_unproven_address_gets_no_marketing(running: RunningService) -> None:
    """Whoever agrees but never confirms gets the confirmation mail and nothing else, for good."""
    await running.get_started(MIA)
    await running.send_text(MIA, "yes")
    await running.send_text(MIA, MAIL)
    await running.wait_for_mail(MAIL, "code")
    await running.pass_time(60 * DAY)
    record = await running.load_record(MIA)
    assert (record.pending, record.consents["friday_leaf"].status) == ({}, "agreed")
    assert len(running.received_mails(MAIL)) == 1


async def test_the_chat_says_the_same_whatever_is_known(running: RunningService) -> None:
    """New, pending, confirmed and suppressed addresses of others are answered alike."""
    await running.subscribe_person(MIA, MAIL)
    await running.subscribe_person("1002", "stopped@example.com")
    await running.send_text("1002", "stop")
    answers = set()
    for number, email in enumerate(("new@example.com", MAIL, "stopped@example.com")):
        psid = str(3000 + number)
        await running.get_started(psid)
        await running.send_text(psid, "yes")
        await running.send_text(psid, email)
        answers.add(running.received_texts(psid)[-1].replace(email, "…"))
    assert len(answers) == 1


async def test_a_page_without_a_token_is_answered_and_ignored(running: RunningService) -> None:
    """What nobody could ever answer is kept nowhere; the console's test button is content."""
    for page in ("0", "another"):
        body = message_payload(page=page, psid=MIA, mid=f"m{page}", at=running.demo.doorstep.clock.now(), text="tea")
        assert await running.post_webhook(body) == 200
    assert await running.stored_state() == []
