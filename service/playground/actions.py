"""What a player does, sent as the platform and the product would: signed webhooks and API calls over HTTP."""

import json
import shlex
from dataclasses import dataclass

from msgspec.structs import replace

from bot.inbound.webhook import PATH as WEBHOOK
from service.playground.player import Player, Stage, profile_of
from service.playground.thread import Said
from service.playground.views import Action, Door, Told
from service.stand_ins.graph_api import message_payload, postback_payload, sign
from service.stand_ins.graph_edges import APP_ID
from service.stand_ins.graph_webhooks import Item, batch, control_item, echo_item, message_item, postback_item

EVENTS = "/api/events"
PAGE_INBOX = "263902037430900"
"""App id of the Page inbox, by which the team's own messages come back as echoes."""
PHOTO = "https://scontent.example/photo.jpg"
"""Where the photo lies that a player sends."""

FRESH = "FRESH"
"""Stands in a curl for what the page makes anew at each copy: an event is taken once for each id."""

AD = "120210000000000001"
"""Id of the made-up ad."""

GET_STARTED = "get_started"
"""Payload of the get-started button, as ``messenger setup`` sets it."""
STARTED = "Get started"
"""Its title."""


def is_ad(ref: str) -> bool:
    """Tell whether a ref names an ad, such as ``ad_autumn``."""
    return ref.replace("-", "_").startswith("ad_")


class NotTakenError(ValueError):
    """The service did not take a webhook.  Its log says why; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Speaks for the players."""

    stage: Stage

    def introduced(self, player: Player, language: str) -> Player:
        """Let the platform know a player who comes by this language's door; return the player."""
        coming = replace(player, language=language)
        profile = profile_of(coming)
        if profile:
            self.stage.profiles[player.psid] = profile
        return coming

    async def come(self, player: Player, door: Door) -> Said:
        """Press get-started after following the door's link; without a link, type its word."""
        if door.ref:
            return await self._tapped(player, STARTED, GET_STARTED, ref=door.ref)
        return await self.say(player, door.word) if door.word else await self._tapped(player, STARTED, GET_STARTED)

    async def follow(self, player: Player, ref: str, *, newcomer: bool) -> Said:
        """Come by a link or an ad: a newcomer presses get-started, of who is known the platform only tells."""
        way = "an ad" if is_ad(ref) else "the link"
        said = replace(self._said(player, f"{player.name} came by {way}: ref={ref}"), ref=ref)
        referral: Item = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
        if is_ad(ref):
            referral |= {"source": "ADS", "ad_id": AD}
        item = postback_item(
            page=self.stage.page, psid=player.psid, mid=said.mid, at=said.at, payload=GET_STARTED, title=STARTED
        )
        if newcomer:
            item["postback"] = {"mid": said.mid, "title": STARTED, "payload": GET_STARTED, "referral": referral}
        else:
            del item["postback"]
            item["referral"] = referral
        await self._post(batch(self.stage.page, [item], said.at), by=player)
        return said

    async def say(self, player: Player, text: str, quick_reply: str = "") -> Said:
        """Type a text, or tap a quick reply of this payload."""
        said = self._said(player, text)
        body = message_payload(
            page=self.stage.page, psid=player.psid, mid=said.mid, at=said.at, text=text, quick_reply=quick_reply
        )
        await self._post(body, by=player)
        return said

    async def send_photo(self, player: Player) -> Said:
        """Send a picture."""
        said = replace(self._said(player, ""), photo=True)
        item = message_item(page=self.stage.page, psid=player.psid, mid=said.mid, at=said.at, text="")
        item["message"] = {"mid": said.mid, "attachments": [{"type": "image", "payload": {"url": PHOTO}}]}
        await self._post(batch(self.stage.page, [item], said.at), by=player)
        return said

    async def answer(self, player: Player, text: str) -> Said:
        """Write to the player as somebody of the team would from the Page inbox."""
        said = replace(self._said(player, text), team=True)
        item = echo_item(
            page=self.stage.page, psid=player.psid, mid=said.mid, at=said.at, app_id=PAGE_INBOX, message={"text": text}
        )
        await self._post(batch(self.stage.page, [item], said.at))
        return said

    async def hand_back(self, player: Player) -> None:
        """Pass the conversation back to the bot's app, as the Page inbox does when the team is done."""
        at, page = self.stage.clock.now(), self.stage.page
        apps = {"previous_owner_app_id": PAGE_INBOX, "new_owner_app_id": APP_ID}
        item = control_item(page=page, psid=player.psid, at=at, kind="pass_thread_control", **apps)
        await self._post(batch(page, [item], at))

    async def tap(self, player: Player, title: str, payload: str, *, postback: bool) -> Said:
        """Tap a quick reply or (``postback``) a template button."""
        return await self._tapped(player, title, payload) if postback else await self.say(player, title, payload)

    async def _tapped(self, player: Player, title: str, payload: str, ref: str = "") -> Said:
        said = self._said(player, title)
        body = postback_payload(
            page=self.stage.page, psid=player.psid, mid=said.mid, at=said.at, payload=payload, title=title, ref=ref
        )
        await self._post(body, by=player)
        return said

    def _said(self, player: Player, text: str) -> Said:
        mid = f"m_{self.stage.entropy().hex()}"
        return Said(psid=player.psid, mid=mid, text=text, at=self.stage.clock.now())

    async def _post(self, body: bytes, by: Player | None = None) -> None:
        """Bring a webhook; what a player did opens the messaging window, what the team wrote does not."""
        if by:
            self.stage.graph.heard(self.stage.page, by.psid)
        headers = {"X-Hub-Signature-256": sign(body, self.stage.app_secret), "Content-Type": "application/json"}
        async with self.stage.http.post(self.stage.url + WEBHOOK, data=body, headers=headers) as response:
            if response.status != 200:  # noqa: PLR2004  what the platform counts as taken
                message = f"The webhook answered {response.status}; nothing was changed. Try again."
                raise NotTakenError(message)

    def actions(self, player: Player, email: str) -> tuple[Action, ...]:
        """Return the product events that the workspace declares; what its flows record is not the product's."""
        edition, known = self.stage.editions.current, email or player.email
        config, flows = edition.config, edition.rules.flows.flows.values()
        recorded = {step.marks.event for flow in flows for step in flow.steps.values() if step.marks}
        return tuple(
            Action(event=name, label=config.text(one.label, "en"), curl=self._curl(self._body(name, known, FRESH)))
            for name, one in config.events.items()
            if name not in recorded
        )

    def _body(self, event: str, email: str, name: str) -> str:
        declared = self.stage.editions.current.config.events
        if event not in declared:
            message = f"The workspace declares no event “{event}”."
            raise ValueError(message)
        item = {
            "id": f"playground-{name}", "event": event, "email": email, "properties": declared[event].example,
        }  # fmt: skip
        return json.dumps({"events": [item]}, ensure_ascii=False)

    def _curl(self, body: str) -> str:
        bearer = shlex.quote(f"Authorization: Bearer {self.stage.api_token}")
        return (
            f"curl -X POST {self.stage.url}{EVENTS} -H {bearer} -H 'Content-Type: application/json' "
            f"-d {shlex.quote(body)}"
        )

    async def post_event(self, player: Player, event: str, email: str) -> Told:
        """Tell the events API; return its answer."""
        headers = {"Authorization": f"Bearer {self.stage.api_token}", "Content-Type": "application/json"}
        body = self._body(event, email or player.email, self.stage.entropy().hex()[:12])
        async with self.stage.http.post(self.stage.url + EVENTS, data=body, headers=headers) as response:
            answer = await response.json()
        first = (answer.get("results") or [{}])[0]
        words = [str(first.get(name, "")).replace("_", " ") for name in ("result", "why", "hint")]
        return Told(status=response.status, text=" ".join(one for one in words if one) or "refused")
