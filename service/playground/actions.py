"""Sends what a player does as the platform and the product would: signed webhooks and API calls over HTTP."""

import json
import shlex
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from bot.inbound.webhook import PATH as WEBHOOK
from language.cldr import zone_of
from service.playground.player import DemoServices, Player, profile_of
from service.playground.thread import ChatEntry
from service.playground.views import ActionView, EventAnswerView, LanguageEntryView
from service.stand_ins.graph_api import message_payload, postback_payload, sign_body
from service.stand_ins.graph_edges import APP_ID
from service.stand_ins.graph_webhooks import Item, control_item, echo_item, message_item, postback_item, write_batch

EVENTS_PATH = "/api/events"
PAGE_INBOX = "263902037430900"
"""App id of the Page inbox; the team's messages come back as echoes with it (source: Messenger Platform, handover)."""
PHOTO_URL = "https://scontent.example/photo.jpg"
"""Address of the photo that a player sends."""

FRESH_ID = "FRESH"
"""Placeholder in a curl, which the page replaces at each copy: an event counts once for each id."""

AD_ID = "120210000000000001"
"""Id of the invented ad."""

GET_STARTED = "get_started"
"""Payload of the get-started button, as ``messenger setup`` sets it."""
GET_STARTED_TITLE = "Get started"
"""Its title."""


def is_ad(ref: str) -> bool:
    """Return True if a ref names an ad, such as ``ad_autumn``."""
    return ref.replace("-", "_").startswith("ad_")


class WebhookRefusedError(ValueError):
    """The service did not take a webhook.  Its log says why; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerActions:
    """Acts for the players."""

    demo: DemoServices

    def introduce_player(self, player: Player, language: str) -> Player:
        """Give the platform the profile of a player who arrives in this language; return the player."""
        arriving = replace(player, language=language)
        zone = zone_of(self.demo.editions.current_config().timezone)
        offset = self.demo.clock.now().astimezone(zone).utcoffset() or timedelta(0)
        profile = profile_of(arriving, offset / timedelta(hours=1))
        if profile:
            self.demo.profiles[player.psid] = profile
        return arriving

    async def get_started(self, player: Player, entry: LanguageEntryView) -> ChatEntry:
        """Press get-started after following the language's link; without a link, type its word."""
        # Messenger shows get-started to newcomers only, so the link's ref travels with its postback.
        if entry.ref:
            return await self._press_postback(player, GET_STARTED_TITLE, GET_STARTED, ref=entry.ref)
        return (
            await self.type_text(player, entry.word)
            if entry.word
            else await self._press_postback(player, GET_STARTED_TITLE, GET_STARTED)
        )

    async def follow_link(self, player: Player, ref: str, *, newcomer: bool) -> ChatEntry:
        """Come by a link or an ad; a newcomer also presses get-started."""
        came_by = "an ad" if is_ad(ref) else "the link"
        entry = replace(self._new_entry(player, f"{player.name} came by {came_by}: ref={ref}"), ref=ref)
        referral: Item = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
        if is_ad(ref):
            referral |= {"source": "ADS", "ad_id": AD_ID}
        item = postback_item(
            page=self.demo.page,
            psid=player.psid,
            mid=entry.mid,
            at=entry.at,
            payload=GET_STARTED,
            title=GET_STARTED_TITLE,
        )
        # In a new thread the referral is part of the get-started postback; in a known one it is an item of its own.
        if newcomer:
            item["postback"] = {
                "mid": entry.mid,
                "title": GET_STARTED_TITLE,
                "payload": GET_STARTED,
                "referral": referral,
            }
        else:
            del item["postback"]
            item["referral"] = referral
        await self._post_webhook(write_batch(self.demo.page, [item], entry.at), by=player)
        return entry

    async def type_text(self, player: Player, text: str, quick_reply: str = "") -> ChatEntry:
        """Type a text, or tap a quick reply of this payload."""
        entry = self._new_entry(player, text)
        body = message_payload(
            page=self.demo.page, psid=player.psid, mid=entry.mid, at=entry.at, text=text, quick_reply=quick_reply
        )
        await self._post_webhook(body, by=player)
        return entry

    async def send_photo(self, player: Player) -> ChatEntry:
        """Send a picture."""
        entry = replace(self._new_entry(player, ""), photo=True)
        item = message_item(page=self.demo.page, psid=player.psid, mid=entry.mid, at=entry.at, text="")
        item["message"] = {"mid": entry.mid, "attachments": [{"type": "image", "payload": {"url": PHOTO_URL}}]}
        await self._post_webhook(write_batch(self.demo.page, [item], entry.at), by=player)
        return entry

    async def answer_as_team(self, player: Player, text: str) -> ChatEntry:
        """Write to the player as the team does from the Page inbox."""
        entry = replace(self._new_entry(player, text), team=True)
        item = echo_item(
            page=self.demo.page, psid=player.psid, mid=entry.mid, at=entry.at, app_id=PAGE_INBOX, message={"text": text}
        )
        await self._post_webhook(write_batch(self.demo.page, [item], entry.at))
        return entry

    async def hand_back(self, player: Player) -> None:
        """Pass the conversation back to the bot's app, as the Page inbox does when the team is done."""
        at, page = self.demo.clock.now(), self.demo.page
        # ``pass_thread_control`` names both apps; ours is the new owner.
        apps = {"previous_owner_app_id": PAGE_INBOX, "new_owner_app_id": APP_ID}
        item = control_item(page=page, psid=player.psid, at=at, kind="pass_thread_control", **apps)
        await self._post_webhook(write_batch(page, [item], at))

    async def tap_choice(self, player: Player, title: str, payload: str, *, postback: bool) -> ChatEntry:
        """Tap a quick reply or (``postback``) a template button."""
        return (
            await self._press_postback(player, title, payload)
            if postback
            else await self.type_text(player, title, payload)
        )

    async def _press_postback(self, player: Player, title: str, payload: str, ref: str = "") -> ChatEntry:
        entry = self._new_entry(player, title)
        body = postback_payload(
            page=self.demo.page, psid=player.psid, mid=entry.mid, at=entry.at, payload=payload, title=title, ref=ref
        )
        await self._post_webhook(body, by=player)
        return entry

    def _new_entry(self, player: Player, text: str) -> ChatEntry:
        mid = f"m_{self.demo.entropy().hex()}"
        return ChatEntry(psid=player.psid, mid=mid, text=text, at=self.demo.clock.now())

    async def _post_webhook(self, body: bytes, by: Player | None = None) -> None:
        """Deliver a webhook; raises :class:`WebhookRefusedError`.

        With ``by``, the messaging window of that player opens, as it does for all that a person does.
        """
        if by:
            self.demo.graph.open_window(self.demo.page, by.psid)
        headers = {"X-Hub-Signature-256": sign_body(body, self.demo.app_secret), "Content-Type": "application/json"}
        async with self.demo.http.post(self.demo.url + WEBHOOK, data=body, headers=headers) as response:
            if response.status != 200:  # noqa: PLR2004  what the platform counts as taken
                message = f"The webhook answered {response.status}; nothing was changed. Try again."
                raise WebhookRefusedError(message)

    def list_actions(self, player: Player, email: str) -> tuple[ActionView, ...]:
        """Return the declared product events, without those that flows record themselves."""
        edition, address = self.demo.editions.current, email or player.email
        config, flows = edition.config, edition.rules.flows.flows.values()
        # An event that a flow records with ``event:`` comes from the chat; reporting it here too would count it twice.
        recorded = {step.changes.recorded_event for flow in flows for step in flow.steps.values() if step.changes}
        return tuple(
            ActionView(
                event=name,
                label=config.pick_text(event.label, "en"),
                curl=self._curl_command(self._event_body(name, address, FRESH_ID)),
            )
            for name, event in config.events.items()
            if name not in recorded
        )

    def _event_body(self, event: str, email: str, name: str) -> str:
        declared = self.demo.editions.current.config.events
        if event not in declared:
            message = f"The workspace declares no event “{event}”."
            raise ValueError(message)
        item = {
            "id": f"playground-{name}", "event": event, "email": email, "properties": declared[event].example,
        }  # fmt: skip
        return json.dumps({"events": [item]}, ensure_ascii=False)

    def _curl_command(self, body: str) -> str:
        # Quoted for a POSIX shell: labels and examples of a workspace may hold quotes of their own.
        bearer = shlex.quote(f"Authorization: Bearer {self.demo.api_token}")
        return (
            f"curl -X POST {self.demo.url}{EVENTS_PATH} -H {bearer} -H 'Content-Type: application/json' "
            f"-d {shlex.quote(body)}"
        )

    async def post_event(self, player: Player, event: str, email: str) -> EventAnswerView:
        """Report an event to the events API; return its answer."""
        headers = {"Authorization": f"Bearer {self.demo.api_token}", "Content-Type": "application/json"}
        # The address says who did it: the proven one, else the profile's, which the API may not know.
        body = self._event_body(event, email or player.email, self.demo.entropy().hex()[:12])
        async with self.demo.http.post(self.demo.url + EVENTS_PATH, data=body, headers=headers) as response:
            answer = await response.json()
        # One event was sent, so there is one result: {"result": "accepted"}, or "rejected" with why and hint.
        result = (answer.get("results") or [{}])[0]
        parts = [str(result.get(name, "")).replace("_", " ") for name in ("result", "why", "hint")]
        return EventAnswerView(status=response.status, text=" ".join(part for part in parts if part) or "refused")
