"""Trouble of the platform is told, and does not fill the log."""

from structlog.testing import capture_logs

from bot.graph_api.errors import GraphAnswer, SendOutcome
from bot.outbound.rate_limit import PagePause
from bot.outbound.trouble import OnceAMinute, PlatformTrouble
from domain.ports import Claim


def test_trouble_is_told_once_a_minute_and_counted() -> None:
    """Each Page for itself; a line says how many answers there were since the one before."""
    now = 100.0
    trouble = PlatformTrouble(lines=OnceAMinute(monotonic=lambda: now))
    answer = GraphAnswer(outcome=SendOutcome.UNKNOWN, status=500)
    with capture_logs() as logs:
        for now in (100.0, 101.0, 159.9, 160.0, 161.0):  # noqa: B007  the clock reads it
            trouble.note("chat:1", answer)
        trouble.note("chat:2", answer)
    assert [(line["lane"], line["count"], line["status"]) for line in logs] == [
        ("chat:1", 1, 500),
        ("chat:1", 3, 500),
        ("chat:2", 1, 500),
    ]


def test_a_pause_is_told_once() -> None:
    """All messages that were on their way when the platform refused one of them are refused too."""
    trouble = PlatformTrouble(lines=OnceAMinute(monotonic=lambda: 0.0))
    answer = GraphAnswer(outcome=SendOutcome.RATE, status=400)
    claim = Claim(lane="chat:1", subscriber="p1", token=1, item=b"", server_ms=0)
    first, second = (PagePause(until_ms=until, outcome="rate", strikes=1) for until in (30_000, 90_000))
    with capture_logs() as logs:
        for pause in (first, first, first, second, second):
            trouble.tell_pause("page_paused", claim, answer, pause, SendOutcome.RATE)
    assert [(line["event"], line["strikes"]) for line in logs] == [("page_paused", 1), ("page_paused", 1)]
