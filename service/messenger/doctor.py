"""The checks of a Page: each says in a sentence how it stands, and if it is wrong, the step that mends it.

Facts: docs/messenger.md.  Nothing here changes anything; ``doorstep messenger setup`` does.
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
from domain.ports import Store
from service.messenger import webhook_gap
from service.messenger.profile import Profile
from service.messenger.webhook_watchdog import meta_name

SCOPES = ("pages_messaging", "pages_manage_metadata")
"""Permissions without which nothing works."""
WANTED_SCOPES = {"pages_read_engagement": "comments are not seen without it"}
SOON = timedelta(days=14)
"""How long before its end a token is complained of."""
CHALLENGE = "doorstep-doctor"
LATE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at."""

    what: str
    good: bool
    says: str
    remedy: str = ""
    """The step that mends it, or that would tell more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One Page, and what the doctor may ask."""

    page: str
    client: MessengerClient
    token: str
    app: AppClient | None
    """None without DOORSTEP_MESSENGER_APP_ID, and for a Page of another app."""
    app_id: str
    """Our app's id; empty: not known."""
    wanted: Profile
    """What the workspace would set."""
    public_url: str
    now: datetime


def good(what: str, says: str) -> Check:
    """Return a check that is passed."""
    return Check(what=what, good=True, says=says)


def bad(what: str, says: str, remedy: str) -> Check:
    """Return a check that is failed."""
    return Check(what=what, good=False, says=says, remedy=remedy)


async def of_page(patient: Patient) -> AsyncIterator[Check]:
    """Look at token, permissions, subscription and profile of a Page; never raises for what the platform says."""
    async for check in _token(patient):
        yield check
    try:
        yield subscription(await patient.client.subscriptions(), patient.app_id)
        yield profile(await patient.client.profile_set(tuple(patient.wanted)), patient.wanted)
    except GraphError as error:
        yield bad("Page", str(error), _why(error))


def _why(error: GraphError) -> str:
    if not error.answered:
        return "Check DOORSTEP_GRAPH_URL and the way to the internet."
    return "Check that the token is a Page token with pages_messaging and pages_manage_metadata."


async def _token(patient: Patient) -> AsyncIterator[Check]:
    if patient.app is None:
        remedy = "To have them checked set DOORSTEP_MESSENGER_APP_ID: App settings → Basic → App ID."
        yield Check(what="token", good=True, says="Its permissions and its end were not looked at.", remedy=remedy)
        return
    try:
        state = await patient.app.token(patient.token)
        for check in token(state, patient.page, patient.now):
            yield check
        yield callback(*await patient.app.callback(), patient.public_url)
    except GraphError as error:
        own = "Check DOORSTEP_MESSENGER_APP_ID and DOORSTEP_MESSENGER_APP_SECRET."
        yield bad("app", str(error), own if error.answered else _why(error))


def token(state: TokenState, page: str, now: datetime) -> list[Check]:
    """Judge a token: valid, of this Page, with its permissions, and not about to end."""
    anew = "Make a new Page token: Meta console → Messenger → Settings → Generate token."
    if not state.valid:
        return [bad("token", "The platform does not accept it any more.", anew)]
    found = [good("token", "It is valid.")]
    if state.page and state.page != page:
        found = [bad("token", f"It belongs to Page {state.page}.", "Put each token under its own Page's id.")]
    missing = [one for one in SCOPES if one not in state.scopes]
    if missing:
        found.append(bad("permissions", f"{', '.join(missing)} missing.", f"{anew} App Review grants them for others."))
    for scope, why in WANTED_SCOPES.items():
        if scope not in state.scopes:
            found.append(bad("permissions", f"{scope} is missing: {why}.", anew))
    for what, end in (("token", state.expires_at), ("data access", state.data_expires_at)):
        if end is not None and end - now < SOON:
            says = f"It ended on {end:%Y-%m-%d}." if end <= now else f"It ends on {end:%Y-%m-%d}."
            found.append(bad(what, says, anew))
    return found


def callback(url: str, active: bool, public_url: str) -> Check:  # noqa: FBT001  what the platform says, in its order
    """Judge where the app's webhooks go."""
    wanted = f"{public_url}{PATH}"
    remedy = f"Meta console → Messenger → Settings → Webhooks: callback URL {wanted}"
    if not url:
        return bad("webhook", "The app has no callback for Pages.", remedy)
    if not active:
        return bad("webhook", f"The platform has switched {urlsplit(url).netloc} off.", f"{remedy}, verify it again.")
    if public_url and url != wanted:
        return bad("webhook", f"It goes to {url}.", remedy)
    return good("webhook", f"It goes to {url}.")


def subscription(apps: Mapping[str, tuple[str, ...]], app_id: str) -> Check:
    """Judge whether the Page tells the app everything."""
    missing = missing_fields(apps, app_id)
    if missing:
        nobody = "Our app is not subscribed." if any(apps.values()) else "No app is subscribed."
        says = nobody if len(missing) == len(FIELDS) else f"Not subscribed to {', '.join(missing)}."
        return bad("subscription", says, "doorstep messenger setup")
    return good("subscription", f"All {len(FIELDS)} fields.")


def profile(found: Mapping[str, object], wanted: Profile) -> Check:
    """Judge whether what stands on the Page is what the workspace says."""
    missing = [name.replace("_", "-") for name in wanted if not found.get(name)]
    if missing:
        return bad("profile", f"Not set: {', '.join(missing)}.", "doorstep messenger setup")
    others = [name.replace("_", "-") for name in wanted if not _holds(found[name], wanted[name])]
    if others:
        return bad("profile", f"Not as the workspace says: {', '.join(others)}.", "doorstep messenger setup")
    return good("profile", f"Set: {', '.join(name.replace('_', '-') for name in wanted)}.")


def _holds(found: object, wanted: object) -> bool:
    """Tell whether all that is wanted stands there; what the platform adds is let be, and the order of locales."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(_holds(found.get(name), one) for name, one in wanted.items())
    if isinstance(wanted, list):
        same = isinstance(found, list) and len(found) == len(wanted)
        return same and all(map(_holds, _in_order(found), _in_order(wanted)))
    return found == wanted


def _in_order(values: object) -> list[object]:
    known = values if isinstance(values, list) else []
    return sorted(known, key=lambda one: str(one.get("locale", "")) if isinstance(one, Mapping) else "")


async def of_installation(session: aiohttp.ClientSession, public_url: str, verify_token: str) -> AsyncIterator[Check]:
    """Look at a running installation from outside, as the platform does."""
    remedy = f"Is doorstep run up, and does {public_url} lead to it by https?"
    query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": CHALLENGE}
    for what, path, params, wanted in (
        ("service", "/readyz", {}, ""), ("handshake", PATH, query, CHALLENGE),
    ):  # fmt: skip
        try:
            timeout = aiohttp.ClientTimeout(total=LATE_S)
            async with session.get(public_url + path, params=params, timeout=timeout) as response:
                text = await response.text()
                fits = response.ok and (not wanted or text == wanted)
                says = "It answers." if fits else f"{path} answers {response.status}."
                yield good(what, says) if fits else bad(what, says, remedy)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            yield bad(what, f"{path} cannot be reached ({type(error).__name__}).", remedy)


async def of_silence(store: Store, page: str, now: datetime) -> Check:
    """Look at when the last webhook of a Page came."""
    known = webhook_gap.decode(await store.meta(meta_name(page)))
    if known is None:
        return bad("hearing", "No webhook has ever come.", "Write a message to the Page, then look again.")
    ago = int((now - known.last).total_seconds() // 60)
    says = f"The last webhook came {known.last:%Y-%m-%d %H:%M} UTC, {ago:,} minutes ago."
    if webhook_gap.is_deaf(known, now):
        remedy = "doorstep messenger setup, then write to the Page."
        return bad("hearing", f"{says} That is much longer than usual.", remedy)
    return good("hearing", says)
