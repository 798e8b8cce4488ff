"""The platform, as the service on the old store meets it: it takes everything, and notes it."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.contract.old_store.restore import PAGE

COMMENTER = "40"
"""Who had commented; the platform tells it once the private reply was delivered."""


@dataclass
class Platform:
    """The Graph API: takes everything, and notes it by person."""

    requests: defaultdict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    count: int = 0

    def build_application(self) -> web.Application:
        """Return the application to run on 127.0.0.1."""
        application = web.Application()
        application.add_routes([web.route("*", "/{version}/{path:.*}", self._receive)])
        return application

    async def _receive(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        fields = {name: _parse(str(value)) for name, value in {**request.query, **await request.post()}.items()}
        fields = {name: value for name, value in fields.items() if name not in ("access_token", "appsecret_proof")}
        if path.endswith("/ids_for_pages"):
            self.requests["app"].append([path, fields])
            return web.json_response({"data": [{"id": "1", "page": {"id": PAGE}}]})
        if "recipient" in fields:
            recipient = next(iter(fields["recipient"].values()))
            self.requests[recipient].append([path, fields])
            return web.json_response(self._answer(fields, recipient))
        if fields.get("fields") == "first_name,locale,timezone":
            self.requests[f"profile of {path}"].append([path, fields])  # at any moment between the messages
            return web.json_response({"first_name": "Ann", "locale": "en_US", "timezone": 2, "id": path})
        return web.json_response({"data": []})

    def _answer(self, fields: dict[str, Any], recipient: str) -> dict[str, str]:
        self.count += 1
        known = COMMENTER if "comment_id" in fields["recipient"] else recipient
        return {"recipient_id": known, "message_id": f"m_{self.count}", "attachment_id": "a1"}


def _parse(value: str) -> Any:  # noqa: ANN401  parsed JSON
    return json.loads(value) if value[:1] in ("{", "[") else value
