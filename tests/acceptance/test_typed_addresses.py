"""The code mail goes to the mailbox that was typed, over real HTTP and SMTP; a doubtful one is asked about."""

from tests.support.running_service import RunningService

TYPED = {
    "_ada@example.com": "_ada@example.com",
    "😊bea@example.com": "bea@example.com",
    "我的邮箱是cam@example.com": "cam@example.com",
    "E-Mail：dan@example.com": "dan@example.com",
    "http://eva@example.com": "eva@example.com",
    "O’Brien@example.com": "O'Brien@example.com",
    "ｆａｙ＠ｅｘａｍｐｌｅ．ｃｏｍ": "fay@example.com",
    "mailto:gus%2Bnews@example.com?subject=Hi": "gus+news@example.com",
    "\u200ehal@example.com\u200b": "hal@example.com",
    "ida@example.com، شكرا": "ida@example.com",
    "jan@example.com–danke": "jan@example.com",
}
"""What is typed, and the one mailbox that gets a mail."""
DOUBTFUL = (
    "anna. mueller@example.com", "-kim@example.com", "`leo@example.com", "+max@example.com", "email=nia@example.com",
    "oli @example.com", "pia@example,com", "quentin@example.com or rosa@example.com", "sam@gmial.com", "tom@gmail",
    "uma at example dot com",
)  # fmt: skip
"""What is asked about: nothing is mailed."""


async def _type_address(running: RunningService, psid: str, text: str) -> str:
    await running.get_started(psid)
    await running.send_text(psid, "yes")
    await running.send_text(psid, text)
    return running.received_texts(psid)[-1]


async def test_mails_go_where_they_were_typed_to_and_nowhere_else(running: RunningService) -> None:
    """Neither a stranger's mailbox nor a broken one gets anything."""
    for number, text in enumerate(DOUBTFUL):
        said = await _type_address(running, f"1{number:03}", text)
        assert said.startswith(("Do you mean ", "I want to be sure. Which address is it: "))
    for number, (text, email) in enumerate(TYPED.items()):
        await _type_address(running, f"2{number:03}", text)
        await running.wait_for_code(email)
    assert {to for mail in running.demo.inbox.received for to in mail.recipients} == set(TYPED.values())
    assert not [mail for mail in running.demo.inbox.received if mail.smtputf8]


async def test_what_was_meant_and_what_is_insisted_on_gets_the_mail(running: RunningService) -> None:
    """After the answer to the question, by yes or by typing it again."""
    await _type_address(running, "1001", "mia@gmial.com")
    await running.send_text("1001", "yes, please")
    await running.wait_for_code("mia@gmail.com")
    await _type_address(running, "1002", "leo@gmial.com")
    await running.send_text("1002", "leo@gmial.com")
    await running.wait_for_code("leo@gmial.com")
    recipients = [to for mail in running.demo.inbox.received for to in mail.recipients]
    assert recipients == ["mia@gmail.com", "leo@gmial.com"]


async def test_a_date_is_no_code_and_costs_no_try(running: RunningService) -> None:
    """Before and while a code is pending; a pasted code with a minus sign in it confirms."""
    await running.send_text("1003", "Are you open on 24.12.26?")
    assert "nothing waiting for a code" not in " ".join(running.received_texts("1003"))
    await _type_address(running, "1004", "zoe@example.com")
    code = await running.wait_for_code("zoe@example.com")
    for text in ("24.12.26", "my order 123456 is late", "24/12/2026", "12345", "24.12.26", "24-12-26"):
        await running.send_text("1004", text)
    assert (await running.load_record("1004")).wrong_codes == ()
    await running.send_text("1004", f"\u200b{code[:3]}\u2212{code[3:]}")
    await running.wait_for_mail("zoe@example.com", "Welcome")
