"""The demo with Mailjet played: marketing mail goes by its API into the same inbox, and its page tells what became."""

import re
from pathlib import Path

from tests.support.running_service import RunningService, run_service

MIA, MAIL = "2711", "wilhelmine@private.example"


async def _subscribe(running: RunningService) -> None:
    await running.get_started(MIA)
    for text in ("yes", MAIL):
        await running.send_text(MIA, text)
    await running.send_text(MIA, await running.wait_for_code(MAIL))


async def test_mail_goes_by_mailjet_and_a_button_tells_of_it(tmp_path: Path) -> None:
    """The confirmation came by SMTP, the welcome by the API; “no such mailbox” on the page ends the address here."""
    async with run_service(tmp_path, by_mailjet=True) as running:
        await _subscribe(running)
        inbox, mailjet = running.demo.inbox, running.demo.mailjet
        assert mailjet
        await running.wait_until(lambda: len(inbox.received) == 2, "both mails")
        code, welcome = inbox.received
        assert welcome.parsed_message["X-MJ-MID"] == str(mailjet.account.messages[0].id)
        assert code.parsed_message["X-MJ-MID"] is None
        assert welcome.parsed_message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert welcome.text_part == str(mailjet.account.messages[0].body["TextPart"])

        page = running.demo.mailjet_url
        async with running.http.get(page) as answer:
            text = await answer.text()
        assert answer.headers["Content-Type"].startswith("text/html")
        assert MAIL in text
        [gone] = re.findall(r'action="(/tell/\d+/gone)"', text)
        async with running.http.post(page + gone) as answer:
            assert answer.status == 200
        postman = mailjet.postman
        # On a busy machine both events come in one body.
        await running.wait_until(lambda: postman.answers and not postman.count_waiting(), "both events taken")
        record = await running.load_record(MIA)
        assert [one.status for one in record.addresses.values()] == ["bounced"]


async def test_a_refusal_by_the_mailbox_becomes_an_event(tmp_path: Path) -> None:
    """The mail server says no to Mailjet, and Mailjet tells it: as with a dead address anywhere."""
    async with run_service(tmp_path, by_mailjet=True) as running:
        mailjet = running.demo.mailjet
        assert mailjet
        await running.get_started(MIA)
        for text in ("yes", MAIL):
            await running.send_text(MIA, text)
        code = await running.wait_for_code(MAIL)
        running.demo.inbox.reject_next(451, "4.7.1 greylisted")
        running.demo.inbox.reject_next(550, "5.1.1 no such user")
        await running.send_text(MIA, code)
        await running.wait_until(lambda: mailjet.postman.answers == [200], "the event taken")
        record = await running.load_record(MIA)
        assert [one.status for one in record.addresses.values()] == ["bounced"]
        assert len(running.demo.inbox.received) == 1


async def test_pages_elsewhere_are_kept_out(tmp_path: Path) -> None:
    """Neither a name that leads here nor a form from elsewhere reaches the page; what it does not know is not found."""
    async with run_service(tmp_path, by_mailjet=True) as running:
        page = running.demo.mailjet_url
        for headers, method, path, status in (
            ({"Host": "evil.example"}, "GET", "/", 421),
            ({"Origin": "https://evil.example"}, "POST", "/tell/1/gone", 421),
            ({}, "POST", "/tell/1/gone", 404),
        ):
            async with running.http.request(method, page + path, headers=headers) as answer:
                assert answer.status == status
