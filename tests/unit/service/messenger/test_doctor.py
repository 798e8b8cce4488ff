"""What the doctor says of a Page, and what is set on it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.graph_api.app_client import TokenState
from bot.inbound.event_kinds import FIELDS
from domain.declarations import IceBreaker, MenuItem
from domain.workspace_config import PageConfig
from flows.compiled.catalog import start_payload
from service.messenger import doctor
from service.messenger.profile import build_profile
from tests.support.people import SHIPPED_CONFIG

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SOUND = TokenState(
    valid=True,
    page="12",
    scopes=frozenset({*doctor.SCOPES, *doctor.WANTED_SCOPES}),
    expires_at=None,
    data_expires_at=NOW + timedelta(days=80),
)


def _with(**changes: object) -> TokenState:
    return TokenState(**{name: getattr(SOUND, name) for name in TokenState.__slots__} | changes)


def test_a_sound_token_needs_nothing() -> None:
    """Valid, of this Page, with all permissions, and good for long."""
    assert doctor.judge_token(SOUND, "12", NOW) == [doctor.passed_check("token", "It is valid.")]


@pytest.mark.parametrize(
    ("state", "what", "says"),
    [
        (_with(valid=False), "token", "does not accept"),
        (_with(page="13"), "token", "belongs to Page 13"),
        (_with(scopes=frozenset()), "permissions", "pages_messaging, pages_manage_metadata missing"),
        (_with(scopes=frozenset(doctor.SCOPES)), "permissions", "comments are not seen"),
        (_with(expires_at=NOW + timedelta(days=3)), "token", "ends on 2026-11-25"),
        (_with(data_expires_at=NOW - timedelta(days=1)), "data access", "ended on 2026-11-21"),
    ],
)
def test_each_weakness_of_a_token_is_named_with_its_remedy(state: TokenState, what: str, says: str) -> None:
    """The operator reads what is wrong and the next step."""
    wrong = [one for one in doctor.judge_token(state, "12", NOW) if not one.good]
    assert [one.what for one in wrong if says in one.says] == [what]
    assert all(one.remedy for one in wrong)


def test_a_webhook_that_goes_elsewhere_or_is_off_is_seen() -> None:
    """None, switched off, another address, and right."""
    base = "https://doorstep.example"
    right = f"{base}/messenger/webhook"
    found = [
        doctor.judge_callback(url, active, base).good
        for url, active in (("", False), (right, False), ("https://old.example/hook", True), (right, True))
    ]
    assert found == [False, False, False, True]


def test_missing_webhook_fields_are_named() -> None:
    """A subscription of some fields, of none, and of all."""
    some = doctor.judge_subscription({"1": ("messages",)}, "")
    assert not some.good
    assert "messaging_postbacks" in some.says
    assert doctor.judge_subscription({}, "").says == "No app is subscribed."
    assert doctor.judge_subscription({"1": FIELDS}, "2").says == "Our app is not subscribed."
    assert all(doctor.judge_subscription({"1": FIELDS}, one).good for one in ("", "1"))


def test_the_profile_speaks_every_language() -> None:
    """Menu and ice breakers begin flows; greetings stand in each locale and the default one."""
    config = SHIPPED_CONFIG.model_copy(
        update={
            "menu": [
                MenuItem(label={"en": "Find a tea", "de": "Tee finden"}, flow="tea_finder"),
                MenuItem(label={"en": "Our shop", "de": "Zum Laden"}, url="https://amseltea.example"),
            ],
            "ice_breakers": [IceBreaker(question={"en": "Which tea?", "de": "Welcher Tee?"}, flow="tea_finder")],
        }
    )
    body = build_profile(config)
    menus = body["persistent_menu"]
    assert isinstance(menus, list)
    assert [one["locale"] for one in menus] == ["default", "en_US", "de_DE"]
    assert menus[2]["call_to_actions"] == [
        {"type": "postback", "title": "Tee finden", "payload": start_payload("tea_finder")},
        {"type": "web_url", "title": "Zum Laden", "url": "https://amseltea.example"},
    ]
    assert doctor.judge_profile(body, body).good
    assert "ice-breakers" in doctor.judge_profile({**body, "ice_breakers": []}, body).says


def test_a_profile_that_was_changed_elsewhere_is_seen() -> None:
    """Another text counts; another order of the locales, and what the platform adds, does not."""
    body = build_profile(SHIPPED_CONFIG)
    greeting = body["greeting"]
    assert isinstance(greeting, list)
    added = [{**one, "disabled_surfaces": []} for one in reversed(greeting)]
    changed = [{**one, "text": "Hello"} for one in greeting]
    assert doctor.judge_profile({**body, "greeting": added}, body).good
    assert doctor.judge_profile({**body, "greeting": changed}, body).says == "Not as the workspace says: greeting."


def test_a_page_of_another_language_greets_in_it() -> None:
    """Whoever speaks neither language of the workspace reads the Page's."""
    config = SHIPPED_CONFIG.model_copy(update={"pages": {"12": PageConfig(language="de")}})
    greeting = build_profile(config, "12")["greeting"]
    assert isinstance(greeting, list)
    texts = {one["locale"]: one["text"] for one in greeting}
    assert texts["default"] == texts["de_DE"] != texts["en_US"]
    assert build_profile(config, "13") == build_profile(SHIPPED_CONFIG)
