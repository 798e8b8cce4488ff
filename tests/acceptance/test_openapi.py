"""The description at /openapi.json: valid, of the routes that there are, and true whatever is sent to them."""

import asyncio
import os
from collections.abc import AsyncIterator
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
from tests.support.running_service import RunningService, run_service

EXAMPLES = int(os.environ.get("DOORSTEP_TEST_EXAMPLES", "3"))
"""Requests to each route; ``make api`` sends more."""
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

    await asyncio.to_thread(drive_routes, description, running.demo.url, running.demo.secrets.api_token)


def drive_routes(description: dict[str, Any], url: str, token: str) -> None:
    """Send random requests that fit the description to every route; tell all that is wrong at once."""
    failures: list[str] = []
    for found in schemathesis.openapi.from_dict(description).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        auth = {"Authorization": f"Bearer {token}"} if operation.definition.raw.get("security") else {}
        try:
            drive_route(operation, url, auth)
        except FailureGroup as failed:
            failures += [f"{operation.label}: {failure.title} {failure.message}" for failure in failed.exceptions]
    assert failures == []


def drive_route(operation: Any, url: str, auth: dict[str, str]) -> None:  # noqa: ANN401  generic in four ways
    """Send random requests to one route."""

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
