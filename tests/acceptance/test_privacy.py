"""Nothing personal stands in a log line, a metric, an error or a query, whatever happens."""

import json
import logging
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import structlog

from bot.inbound.parse import BodyError, parse_body
from bot.inbound.webhook import PATH
from onboarding.events_api.parse_item import RefusedItemError, parse_item
from service.runtime.demo_secrets import PAGE as DEMO_PAGE
from service.stand_ins.graph_api import sign_body
from tests.support.people import KEYS, SHIPPED_CONFIG
from tests.support.running_service import RunningService, own_links
from tests.support.service_processes import API_TOKEN, APP_SECRET, SECRET, prepare_installation, wait_for_end

PSID, NAME, MAIL, BOUNCED = "6677889900112233", "Wilhelmine", "wilhelmine@private.example", "dead@private.example"
TEXT = "my deepest secret is oolong"
CODE = re.compile(r"\d{6}")
TOKEN = re.compile(r"/(?:confirm|unsubscribe|preferences)/([^\"'>\s]+)")


async def test_a_whole_journey_leaves_nothing_personal_in_logs_and_metrics(tmp_path: Path) -> None:
    """Chat, code, mails, bounce, refusals of every door, unsubscribe: not one word of it in what the process writes."""
    async with prepare_installation(tmp_path) as installation:
        process = await installation.start_process("run")
        personal = {
            PSID,
            "6677889900112244",
            MAIL,
            BOUNCED,
            "wilhelmine",
            "oolong",
            SECRET,
            APP_SECRET,
            API_TOKEN,
            "a page token",
            "verify-me-verify",
            "hop@private.example",
        }
        installation.inbox.reject_next(450, f"4.2.1 <{MAIL}> greylisted")
        installation.graph.fail_next("bad_parameter")
        for number, text in enumerate((TEXT, "newsletter", "yes", MAIL, TEXT)):
            assert await installation.post_text(PSID, f"m{number}", text) == 200
        for number, text in enumerate(("newsletter", "yes", BOUNCED)):
            if text == BOUNCED:
                installation.inbox.reject_next(550, f"5.1.1 <{BOUNCED}> no such user")
            assert await installation.post_text("6677889900112244", f"n{number}", text) == 200
        for body in (f'{{"{TEXT}"'.encode(), f'"{MAIL}"'.encode()):
            headers = {"X-Hub-Signature-256": sign_body(body, APP_SECRET), "Content-Type": "application/json"}
            async with installation.http.post(installation.url + PATH, data=body, headers=headers) as answer:
                assert answer.status == 400
        async with installation.http.get(
            installation.url + PATH + "?hub.mode=subscribe&hub.verify_token=verify-me-verify"
        ) as answer:
            assert answer.status == 403
        event = {"events": [{"id": "e", "event": "cup.noted", "email": "hop@private.example"}, {"email": MAIL}]}
        async with installation.http.post(
            f"{installation.url}/api/events", json=event, headers={"Authorization": f"Bearer {API_TOKEN}"}
        ) as answer:
            assert answer.status == 202
        await installation.wait_until(lambda: installation.inbox.commands.count("RCPT") >= 2)
        async with installation.http.get(f"{installation.url}/metrics") as answer:
            metrics = await answer.text()
        process.terminate()
        code, out, err = await wait_for_end(process)
        assert code == 0
        written = (metrics + out + err).casefold()
        assert [word for word in personal if word.casefold() in written] == []
        assert "Traceback" not in err
        assert all(json.loads(line)["event"] for line in err.splitlines() if line.startswith("{"))
        assert not any("token" in query for query in installation.queries)


async def test_debug_logs_of_a_journey_hold_nothing_personal(
    running: RunningService, caplog: pytest.LogCaptureFixture
) -> None:
    """Every structured line before any filter, and every library's line at DEBUG but the stand-in mail server's."""
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as lines:
        await running.send_text(PSID, TEXT)
        await running.get_started(PSID)
        await running.send_text(PSID, "yes")
        await running.send_text(PSID, MAIL)
        code = await running.wait_for_code(MAIL)
        await running.send_text(PSID, f"{(int(code) + 1) % 1_000_000:06d}")
        await running.send_text(PSID, code)
        welcome = await running.wait_for_mail(MAIL, "Welcome")
        await running.post_product_event(MAIL, "cup.noted")
        tokens = {token for mail in running.received_mails(MAIL) for token in TOKEN.findall(mail.html_part)}
        assert len(tokens) >= 2
        for token in tokens:
            async with running.http.get(f"{running.demo.url}/confirm/{token}") as answer:
                assert answer.status in (200, 404)
        async with running.http.post(str(welcome.parsed_message["List-Unsubscribe"]).strip("<>")) as answer:
            assert answer.status == 200
    told = [str(line) for line in lines]
    told += [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    secrets = running.demo.secrets
    personal = {PSID, MAIL, "oolong", code, secrets.app_secret, secrets.page_token, secrets.api_token, *tokens}
    assert [(word, line) for word in personal for line in told if word.casefold() in line.casefold()] == []
    assert DEMO_PAGE not in personal


async def test_no_link_of_ours_carries_a_token_in_its_query(running: RunningService) -> None:
    """Proxies and referrers keep queries: what is secret stands in the path, and pages forbid referrers."""
    await running.subscribe_person(PSID, MAIL)
    found = [link for mail in running.received_mails(MAIL) for link in own_links(mail)]
    assert found
    assert {urlsplit(link).query for link in found} == {""}
    for link in found:
        async with running.http.get(link) as answer:
            assert answer.headers.get("Referrer-Policy") == "no-referrer"
            assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("raw", [f'{{"{MAIL}"', f'["{MAIL}"]', MAIL, f'{{"x": "{MAIL}\udcff"}}'])
def test_errors_of_webhook_bodies_quote_nothing(raw: str) -> None:
    """What cannot be read is told without a word of it."""
    with pytest.raises(BodyError) as refused:
        parse_body(raw.encode("utf-8", "surrogateescape"), datetime(2026, 11, 22, tzinfo=UTC))
    assert "private" not in str(refused.value)


@pytest.mark.parametrize(
    "item",
    [
        {"id": MAIL * 9, "event": "cup.noted", "email": MAIL},
        {"id": "1", "event": "cup.noted", "email": MAIL + "@"},
        {"id": "1", "event": "cup.noted", "email": MAIL, "at": MAIL},
        {"id": "1", "event": "cup.noted", "user_id": [MAIL]},
        {"id": "1", "event": "cup.noted", "email": MAIL, "properties": {"a": [MAIL]}},
    ],
)
def test_errors_of_product_events_quote_no_person(item: dict[str, object]) -> None:
    """The reason names the field, never its value."""
    with pytest.raises(RefusedItemError) as refused:
        parse_item(item, SHIPPED_CONFIG, KEYS, datetime(2026, 11, 22, tzinfo=UTC))
    assert "private" not in f"{refused.value} {refused.value.hint}"
