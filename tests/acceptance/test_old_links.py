"""Links of old mails in other hands, over real HTTP and SMTP: they silence nobody and agree to nothing."""

import re
from datetime import timedelta

from service.stand_ins.smtp_server import ReceivedMail
from tests.support.running_service import RunningService

MIA, LEO, MAIL = "2711", "2712", "mia@example.com"
NOT_ME = re.compile(r"/confirm/[\w-]+\.[\w-]+\.[\w.-]+")
CONFIRM = re.compile(r"/confirm/[\w-]+\.[\w-]+(?![\w.-])")
PREFERENCES = re.compile(r"/preferences/[\w.-]+")
FIELD = re.compile(r'name="(wording\.\w+)" value="(\w+)"')


def _link(mail: ReceivedMail, pattern: re.Pattern[str]) -> str:
    part = mail.parsed_message.get_body(("plain",))
    assert part
    found = pattern.search(part.get_content())
    assert found, part.get_content()
    return found[0]


def _confirmations(running: RunningService) -> list[ReceivedMail]:
    return [mail for mail in running.received_mails(MAIL) if re.match(r"\d{6}", mail.subject)]


async def _post(running: RunningService, path: str, **form: str) -> str:
    async with running.http.post(running.demo.url + path, data=form) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_an_old_not_me_link_asks_the_mailbox_which_may_block(running: RunningService) -> None:
    """After the proof by code it goes on; the question reaches the mailbox at once, and its own link ends it all."""
    await running.subscribe_person(MIA, MAIL)
    [first] = _confirmations(running)
    said = await _post(running, _link(first, NOT_ME))
    assert ("We are asking the mailbox" in said, MAIL in said) == (True, False)
    await running.wait_until(lambda: len(_confirmations(running)) == 2, "the question to the mailbox")
    record = await running.load_record(MIA)
    assert {address.status for address in record.addresses.values()} == {"proven"}
    assert record.consents["friday_leaf"].status == "confirmed"
    fresh = _link(_confirmations(running)[-1], NOT_ME)
    assert "leave you alone" in await _post(running, fresh)
    record = await running.load_record(MIA)
    assert {address.status for address in record.addresses.values()} == {"disowned"}
    await running.send_text(MIA, "newsletter")
    await running.send_text(MIA, "yes")
    await running.send_text(MIA, MAIL)
    assert f"I can't send a code to {MAIL}" in running.received_texts(MIA)[-1]


async def test_a_forwarded_newsletter_agrees_to_nothing(running: RunningService) -> None:
    """Its holder may stop everything; what comes back comes by a mail to the mailbox, within the same visit."""
    await running.subscribe_person(MIA, MAIL)
    page = _link(await running.wait_for_mail(MAIL, "Welcome"), PREFERENCES)
    said = await _post(running, page, stop="")
    assert MAIL not in said
    wordings = dict(FIELD.findall(said))
    await _post(running, page, start="friday_leaf", **wordings)
    assert (await running.load_record(MIA)).consents["friday_leaf"].status == "agreed"
    await running.wait_until(lambda: len(_confirmations(running)) == 2, "the mail that confirms")
    await _post(running, _link(_confirmations(running)[-1], CONFIRM))
    assert (await running.load_record(MIA)).consents["friday_leaf"].status == "confirmed"


async def test_not_me_against_a_stranger_leaves_the_owner_subscribed(running: RunningService) -> None:
    """Somebody else types the address, its mailbox says so: their request ends, the owner is only asked."""
    await running.subscribe_person(MIA, MAIL)
    await running.pass_time(timedelta(minutes=20))
    for text in ("newsletter", "yes", MAIL):
        await running.send_text(LEO, text)
    await running.wait_until(lambda: len(_confirmations(running)) == 2, "the mail that Leo asked for")
    said = await _post(running, _link(_confirmations(running)[-1], NOT_ME))
    assert ("We are asking the mailbox" in said, MAIL in said) == (True, False)
    await running.wait_until(lambda: len(_confirmations(running)) == 3, "the question to the owner's mailbox")
    mia, leo = [await running.load_record(psid) for psid in (MIA, LEO)]
    assert {address.status for address in leo.addresses.values()} == {"disowned"}
    assert {address.status for address in mia.addresses.values()} == {"proven"}
    assert mia.consents["friday_leaf"].status == "confirmed"
