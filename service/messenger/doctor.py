"""``doorstep messenger doctor``: examines a Page and reports in a sentence what is wrong, with the step that mends it.

Facts: docs/messenger.md.  The doctor changes nothing; ``doorstep messenger setup`` does.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import aiohttp

from bot.graph_api.app_client import AppClient, TokenState
from bot.graph_api.page_client import GraphError, MessengerClient
from bot.inbound.event_kinds import FIELDS, missing_fields
from bot.inbound.webhook import PATH
from domain.ports import MetaStore
from service.messenger import webhook_gap
from service.messenger.profile import Profile
from service.messenger.webhook_watchdog import times_key

SCOPES = ("pages_messaging", "pages_manage_metadata")
"""Permissions that the bot cannot work without."""
WANTED_SCOPES = {"pages_read_engagement": "comments are not seen without it"}
SOON = timedelta(days=14)
"""How long before its end a token is reported."""
CHALLENGE = "doorstep-doctor"
LATE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The result of one examination."""

    what: str
    good: bool
    says: str
    remedy: str = ""
    """The step that mends it, or that would reveal more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedPage:
    """One Page, with the clients that can be asked about it."""

    page: str
    client: MessengerClient
    token: str
    app: AppClient | None
    """None without DOORSTEP_MESSENGER_APP_ID, or if the Page belongs to another app."""
    app_id: str
    """Id of our app; empty if unknown."""
    wanted: Profile
    """The Messenger profile that the workspace declares."""
    public_url: str
    now: datetime


def passed_check(what: str, says: str) -> Diagnosis:
    """Return a good result."""
    return Diagnosis(what=what, good=True, says=says)


def failed_check(what: str, says: str, remedy: str) -> Diagnosis:
    """Return a bad result with its remedy."""
    return Diagnosis(what=what, good=False, says=says, remedy=remedy)


async def examine_page(patient: ExaminedPage) -> AsyncIterator[Diagnosis]:
    """Examine token, permissions, subscription and profile of a Page.  Errors of the platform become results."""
    # Token first: if it is refused, every call below fails for the same reason, and the first line says why.
    async for diagnosis in _examine_token(patient):
        yield diagnosis
    try:
        yield judge_subscription(await patient.client.subscribed_fields(), patient.app_id)
        yield judge_profile(await patient.client.load_profile(tuple(patient.wanted)), patient.wanted)
    except GraphError as error:
        yield failed_check("Page", str(error), _likely_cause(error))


def _likely_cause(error: GraphError) -> str:
    # Without an answer the platform has not judged the token at all.
    if not error.answered:
        return "Check DOORSTEP_GRAPH_URL and the way to the internet."
    return "Check that the token is a Page token with pages_messaging and pages_manage_metadata."


async def _examine_token(patient: ExaminedPage) -> AsyncIterator[Diagnosis]:
    if patient.app is None:
        remedy = "To have them checked set DOORSTEP_MESSENGER_APP_ID: App settings → Basic → App ID."
        yield Diagnosis(what="token", good=True, says="Its permissions and its end were not looked at.", remedy=remedy)
        return
    try:
        state = await patient.app.inspect_token(patient.token)
        for diagnosis in judge_token(state, patient.page, patient.now):
            yield diagnosis
        yield judge_callback(*await patient.app.find_callback(), patient.public_url)
    except GraphError as error:
        # These calls are made with the app's own token (“app id|app secret”), not with the Page's.
        remedy = "Check DOORSTEP_MESSENGER_APP_ID and DOORSTEP_MESSENGER_APP_SECRET."
        yield failed_check("app", str(error), remedy if error.answered else _likely_cause(error))


def judge_token(state: TokenState, page: str, now: datetime) -> list[Diagnosis]:
    """Judge a token: it should be valid, of this Page, with all permissions, and not about to expire."""
    make_new = "Make a new Page token: Meta console → Messenger → Settings → Generate token."
    if not state.valid:
        return [failed_check("token", "The platform does not accept it any more.", make_new)]
    diagnoses = [passed_check("token", "It is valid.")]
    if state.page and state.page != page:
        diagnoses = [
            failed_check("token", f"It belongs to Page {state.page}.", "Put each token under its own Page's id.")
        ]
    missing = [scope for scope in SCOPES if scope not in state.scopes]
    if missing:
        diagnoses.append(
            failed_check(
                "permissions", f"{', '.join(missing)} missing.", f"{make_new} App Review grants them for others."
            )
        )
    for scope, why in WANTED_SCOPES.items():
        if scope not in state.scopes:
            diagnoses.append(failed_check("permissions", f"{scope} is missing: {why}.", make_new))
    # A Page token made from a long-lived user token never expires, but the app's access to the data ends 90 days after
    # the user was last asked (“Access token guide”): the platform reports both ends.
    for what, end in (("token", state.expires_at), ("data access", state.data_expires_at)):
        if end is not None and end - now < SOON:
            says = f"It ended on {end:%Y-%m-%d}." if end <= now else f"It ends on {end:%Y-%m-%d}."
            diagnoses.append(failed_check(what, says, make_new))
    return diagnoses


def judge_callback(url: str, active: bool, public_url: str) -> Diagnosis:  # noqa: FBT001  what the platform says, in its order
    """Judge the callback URL of the app."""
    wanted = f"{public_url}{PATH}"
    # The platform switches a callback off after an hour of failures (docs/messenger.md), and verifies it again before
    # it switches it on.
    remedy = f"Meta console → Messenger → Settings → Webhooks: callback URL {wanted}"
    if not url:
        return failed_check("webhook", "The app has no callback for Pages.", remedy)
    if not active:
        return failed_check(
            "webhook", f"The platform has switched {urlsplit(url).netloc} off.", f"{remedy}, verify it again."
        )
    if public_url and url != wanted:
        return failed_check("webhook", f"It goes to {url}.", remedy)
    return passed_check("webhook", f"It goes to {url}.")


def judge_subscription(apps: Mapping[str, tuple[str, ...]], app_id: str) -> Diagnosis:
    """Judge whether the app is subscribed to every field of the Page."""
    missing = missing_fields(apps, app_id)
    if missing:
        none_at_all = "Our app is not subscribed." if any(apps.values()) else "No app is subscribed."
        says = none_at_all if len(missing) == len(FIELDS) else f"Not subscribed to {', '.join(missing)}."
        return failed_check("subscription", says, "doorstep messenger setup")
    return passed_check("subscription", f"All {len(FIELDS)} fields.")


def judge_profile(present: Mapping[str, object], wanted: Profile) -> Diagnosis:
    """Judge whether the profile of the Page is the one that the workspace declares."""
    missing = [name.replace("_", "-") for name in wanted if not present.get(name)]
    if missing:
        return failed_check("profile", f"Not set: {', '.join(missing)}.", "doorstep messenger setup")
    others = [name.replace("_", "-") for name in wanted if not _contains_all(present[name], wanted[name])]
    if others:
        return failed_check("profile", f"Not as the workspace says: {', '.join(others)}.", "doorstep messenger setup")
    return passed_check("profile", f"Set: {', '.join(name.replace('_', '-') for name in wanted)}.")


def _contains_all(present: object, wanted: object) -> bool:
    """Return True if everything wanted is there.  Additions of the platform and the order of locales do not count."""
    # The platform adds keys of its own and returns locales in an order of its own, so comparing for equality would
    # report sound profiles as wrong.
    if isinstance(wanted, Mapping):
        if not isinstance(present, Mapping):
            return False
        return all(_contains_all(present.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        same_length = isinstance(present, list) and len(present) == len(wanted)
        return same_length and all(map(_contains_all, _sorted_by_locale(present), _sorted_by_locale(wanted)))
    return present == wanted


def _sorted_by_locale(values: object) -> list[object]:
    items = values if isinstance(values, list) else []
    # The sort is stable: lists without locales, such as the items of a menu, keep their order, which people see.
    return sorted(items, key=lambda item: str(item.get("locale", "")) if isinstance(item, Mapping) else "")


async def examine_installation(
    session: aiohttp.ClientSession, public_url: str, verify_token: str
) -> AsyncIterator[Diagnosis]:
    """Examine a running installation from outside, as the platform sees it."""
    remedy = f"Is doorstep run up, and does {public_url} lead to it by https?"
    # The handshake is the GET by which the platform verifies a callback: it must return the challenge as it was sent.
    query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": CHALLENGE}
    for what, path, params, wanted in (
        ("service", "/readyz", {}, ""), ("handshake", PATH, query, CHALLENGE),
    ):  # fmt: skip
        try:
            timeout = aiohttp.ClientTimeout(total=LATE_S)
            async with session.get(public_url + path, params=params, timeout=timeout) as response:
                text = await response.text()
                is_good = response.ok and (not wanted or text == wanted)
                says = "It answers." if is_good else f"{path} answers {response.status}."
                yield passed_check(what, says) if is_good else failed_check(what, says, remedy)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            yield failed_check(what, f"{path} cannot be reached ({type(error).__name__}).", remedy)


async def examine_silence(store: MetaStore, page: str, now: datetime) -> Diagnosis:
    """Examine when the last webhook of a Page arrived."""
    times = webhook_gap.decode_times(await store.load_meta(times_key(page)))
    if times is None:
        return failed_check("hearing", "No webhook has ever come.", "Write a message to the Page, then look again.")
    ago = int((now - times.last).total_seconds() // 60)
    says = f"The last webhook came {times.last:%Y-%m-%d %H:%M} UTC, {ago:,} minutes ago."
    if webhook_gap.is_deaf(times, now):
        remedy = "doorstep messenger setup, then write to the Page."
        return failed_check("hearing", f"{says} That is much longer than usual.", remedy)
    return passed_check("hearing", says)
