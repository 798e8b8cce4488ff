"""The main job, end to end: chat, opt in, confirm twice, be onboarded by what one does."""

from datetime import timedelta

from service.stand_ins.graph_api import message_payload
from tests.support.running_service import Town, links

DAY = timedelta(days=1)
MIA, MAIL = "1001", "mia@example.com"


async def test_who_stays_away_is_asked_back(amsel: Town) -> None:
    """Chat, code, welcome; three days later “come back”, and no evaluation ever."""
    await amsel.subscribe(MIA, MAIL)
    await amsel.pass_time(3 * DAY)
    come_back = await amsel.mail(MAIL, "still blank")
    await amsel.pass_time(40 * DAY)
    subjects = [mail.subject for mail in amsel.mails(MAIL)]
    assert len(subjects) == 3
    assert subjects[1:] == ["Welcome. Put the kettle on.", come_back.subject]


async def test_who_uses_it_enough_is_asked_to_judge(amsel: Town) -> None:
    """Three cups bring one of the two evaluations, and never “come back”."""
    await amsel.subscribe(MIA, MAIL)
    await amsel.did(MAIL, "cup.noted", times=3)
    await amsel.until(lambda: len(amsel.mails(MAIL)) == 3, "an evaluation")
    await amsel.pass_time(40 * DAY)
    assert "still blank" not in " ".join(mail.subject for mail in amsel.mails(MAIL))
    assert len(amsel.mails(MAIL)) == 3


async def test_an_order_ends_the_sequence(amsel: Town) -> None:
    """The goal stops everything: no further mail, whatever time passes."""
    await amsel.subscribe(MIA, MAIL)
    await amsel.did(MAIL, "box.ordered")
    await amsel.pass_time(40 * DAY)
    assert (await amsel.record(MIA)).runs["tasting_book"].status == "goal"
    assert len(amsel.mails(MAIL)) == 2


async def test_one_click_unsubscribe_ends_everything(amsel: Town) -> None:
    """The List-Unsubscribe POST of the welcome mail is the last that is ever mailed."""
    await amsel.subscribe(MIA, MAIL)
    welcome = await amsel.mail(MAIL, "Welcome")
    url = str(welcome.message["List-Unsubscribe"]).strip("<>")
    async with amsel.http.post(url, data={"List-Unsubscribe": "One-Click"}, allow_redirects=False) as answer:
        assert answer.status == 200
    record = await amsel.record(MIA)
    assert record.consents["friday_leaf"].status == "withdrawn"
    await amsel.pass_time(40 * DAY)
    assert len(amsel.mails(MAIL)) == 2


async def test_stop_in_the_chat_ends_everything(amsel: Town) -> None:
    """Typing “stop” does what the link does."""
    await amsel.subscribe(MIA, MAIL)
    await amsel.say(MIA, "stop")
    await amsel.pass_time(40 * DAY)
    assert (await amsel.record(MIA)).consents["friday_leaf"].status == "withdrawn"
    assert len(amsel.mails(MAIL)) == 2


async def test_german_from_the_first_word_to_the_mail(amsel: Town) -> None:
    """A German word starts the German flow, and every mail is German."""
    await amsel.say("2001", "freitagsblatt")
    await amsel.say("2001", "ja")
    await amsel.say("2001", "lea@example.com")
    await amsel.say("2001", await amsel.code("lea@example.com"))
    welcome = await amsel.mail("lea@example.com", "Willkommen")
    assert "Du bekommst diese Mail" in welcome.text
    assert any("Du bist dabei" in text for text in amsel.texts("2001"))


async def test_the_button_confirms_like_the_code(amsel: Town) -> None:
    """Pressing the button of the page sends the welcome mail and moves the chat on."""
    await amsel.get_started(MIA)
    await amsel.say(MIA, "yes")
    await amsel.say(MIA, MAIL)
    mail = await amsel.mail(MAIL, "code")
    confirm = next(link for link in links(mail) if "/confirm/" in link and "." in link.rpartition("/")[2])
    async with amsel.http.post(confirm) as answer:
        assert answer.status == 200
    await amsel.mail(MAIL, "Welcome")
    await amsel.until(lambda: any("You're in" in text for text in amsel.texts(MIA)), "“You're in”")
    assert (await amsel.record(MIA)).addresses[amsel.demo.doorstep.keys.address_hash(MAIL)].proven_by == "button"


async def test_scanners_change_nothing(amsel: Town) -> None:
    """Every link of every mail, fetched by GET, HEAD and OPTIONS as 20 scanners, leaves everything as it was."""
    await amsel.subscribe(MIA, MAIL)
    await amsel.pass_time(3 * DAY)
    await amsel.mail(MAIL, "still blank")
    await amsel.get_started("1002")
    await amsel.say("1002", "yes")
    await amsel.say("1002", "noah@example.com")
    await amsel.mail("noah@example.com", "code")
    found = {link for mail in amsel.demo.inbox.received for link in links(mail)}
    before = await amsel.everything()
    visits = 0
    for scanner in range(20):
        for link in found:
            for method in ("GET", "HEAD", "OPTIONS"):
                async with amsel.http.request(method, link, headers={"User-Agent": f"Scanner/{scanner}"}) as answer:
                    assert answer.status in (200, 404, 405)
                visits += 1
    assert await amsel.everything() == before
    print(f"\n{visits} visits to {len(found)} links, 0 changes")  # noqa: T201  the figure is the result


async def test_an_unproven_address_gets_no_marketing(amsel: Town) -> None:
    """Whoever agrees but never confirms gets the confirmation mail and nothing else, for good."""
    await amsel.get_started(MIA)
    await amsel.say(MIA, "yes")
    await amsel.say(MIA, MAIL)
    await amsel.mail(MAIL, "code")
    await amsel.pass_time(60 * DAY)
    record = await amsel.record(MIA)
    assert (record.pending, record.consents["friday_leaf"].status) == ({}, "agreed")
    assert len(amsel.mails(MAIL)) == 1


async def test_the_chat_says_the_same_whatever_is_known(amsel: Town) -> None:
    """New, pending, confirmed and suppressed addresses of others are answered alike."""
    await amsel.subscribe(MIA, MAIL)
    await amsel.subscribe("1002", "stopped@example.com")
    await amsel.say("1002", "stop")
    answers = set()
    for number, email in enumerate(("new@example.com", MAIL, "stopped@example.com")):
        psid = str(3000 + number)
        await amsel.get_started(psid)
        await amsel.say(psid, "yes")
        await amsel.say(psid, email)
        answers.add(amsel.texts(psid)[-1].replace(email, "…"))
    assert len(answers) == 1


async def test_a_page_without_a_token_is_answered_and_ignored(amsel: Town) -> None:
    """What nobody could ever answer is kept nowhere; the console's test button is content."""
    for page in ("0", "another"):
        body = message_payload(page=page, psid=MIA, mid=f"m{page}", at=amsel.demo.doorstep.clock.now(), text="tea")
        assert await amsel.webhook(body) == 200
    assert await amsel.everything() == []
