"""The description at /openapi.json: valid, of the routes that there are, and true whatever is sent to them."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from aiohttp import web
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.openapi.describe import UndescribedRouteError, describe_routes
from tests.fuzz.targets import TARGETS, make_input
from tests.support.running_service import RunningService, own_links, run_service

EXAMPLES = int(os.environ.get("DOORSTEP_TEST_EXAMPLES", "3"))
"""Requests to each route; ``make api`` sends more."""
PAGE_OF_TOKEN = re.compile("/(confirm|unsubscribe|preferences)/")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[RunningService]:
    """Return a running service that has no subscribers yet."""
    async with run_service(tmp_path) as running:
        yield running


async def test_every_route_does_what_its_description_says(running: RunningService) -> None:
    """Valid OpenAPI 3.1; random requests are answered with a status, a content type and a body that it tells."""
    async with running.http.get(f"{running.demo.url}/openapi.json") as answer:
        description = await answer.json()
    OpenAPIV31SpecValidator(description).validate()

    secrets = running.demo.secrets
    tokens = await list_tokens(running)
    assert len(tokens) > 2
    await asyncio.to_thread(drive_routes, description, running.demo.url, secrets.api_token, tokens)


async def list_tokens(running: RunningService) -> list[str]:
    """Return the tokens of a reader's mails: they open doors that a random one finds shut."""
    await running.subscribe_person("2711", "mia@example.org")
    links = {link for mail in running.demo.inbox.received for link in own_links(mail)}
    return sorted(link.partition("?")[0].rpartition("/")[2] for link in links if PAGE_OF_TOKEN.search(link))


@pytest.mark.parametrize("first", range(0, 40 * EXAMPLES, 40))
async def test_signed_webhooks_out_of_all_shape_are_answered(running: RunningService, first: int) -> None:
    """What Messenger signed is taken, or is said to be no webhook; nothing that it may send fails."""
    target = TARGETS[0]
    assert target.name == "webhook bodies"
    bodies = [make_input(target, number).encode("utf-8", "surrogatepass") for number in range(first, first + 40)]

    assert {await running.post_webhook(body) for body in bodies} == {200, 400}


def drive_routes(description: dict[str, Any], url: str, token: str, tokens: Sequence[str]) -> None:
    """Send random requests that fit the description to every route; tell all that is wrong at once."""
    failures: list[str] = []
    for found in schemathesis.openapi.from_dict(description).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        auth = {"Authorization": f"Bearer {token}"} if operation.definition.raw.get("security") else {}
        try:
            drive_route(operation, url, auth, tokens if "{token}" in operation.path else ())
        except FailureGroup as failed:
            failures += [f"{operation.label}: {failure.title} {failure.message}" for failure in failed.exceptions]
    assert failures == []


def drive_route(operation: Any, url: str, auth: dict[str, str], tokens: Sequence[str]) -> None:  # noqa: ANN401  generic in four ways
    """Send random requests to one route, each as it is and with every genuine token."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: schemathesis.Case[Any]) -> None:
        for token in (None, *tokens):
            if token:
                case.path_parameters["token"] = token
            response = case.call(base_url=url, headers=auth, allow_redirects=False)
            case.validate_response(response, checks=CHECKS)

    send()


def test_a_route_without_a_row_is_named() -> None:
    """Nobody adds a route that the description does not know."""
    app = web.Application()

    async def answer_nothing(_: web.Request) -> web.Response:
        return web.Response()

    app.router.add_get("/new", answer_nothing)

    with pytest.raises(UndescribedRouteError, match="GET /new"):
        describe_routes(app)
