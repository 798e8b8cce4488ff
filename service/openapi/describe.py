"""``GET /openapi.json``: describes the routes that an application really has, by the rows of the table."""

import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import msgspec
from aiohttp import web

from service.openapi.route_table import JSON, ROUTES, AnswerRow, RouteRow

PATH = "/openapi.json"
OURS = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"\{(\w+)\}")


class UndescribedRouteError(LookupError):
    """A route has no row in :mod:`service.openapi.route_table`, or a row has no route.  Add or remove the row."""


def describe_routes(app: web.Application) -> dict[str, Any]:
    """Return the description of an application's routes.  Raises :class:`UndescribedRouteError`."""
    routes = list_routes(app)
    if routes != set(ROUTES):
        missing = ", ".join(f"{method} {path}" for method, path in sorted(routes ^ set(ROUTES)))
        message = f"rows of service/openapi/route_table.py and routes differ: {missing}"
        raise UndescribedRouteError(message)
    types = [body for row in ROUTES.values() for body in _types_of(row)]
    schemas, components = msgspec.json.schema_components(types, ref_template=OURS)
    by_type = dict(zip(map(id, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), row in ROUTES.items():
        paths.setdefault(path, {})[method.lower()] = _describe_route(method, path, row, by_type)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Doorstep", "version": version("doorstep"), "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearerToken": {"type": "http", "scheme": "bearer", "description": "DOORSTEP_API_TOKEN."},
                "mailjetLogin": {"type": "http", "scheme": "basic", "description": "DOORSTEP_MAILJET_EVENTS."},
                "writeKey": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "DOORSTEP_API_TOKEN as user name; the password is not looked at.",
                },
            },
        },
    }


def list_routes(app: web.Application) -> set[tuple[str, str]]:
    """Return method and path of every route; HEAD comes with GET and is left out."""
    routes = ((route.method, route.resource.canonical if route.resource else "") for route in app.router.routes())
    return {(method, path) for method, path in routes if method != "HEAD"}


def add_description(app: web.Application) -> None:
    """Add ``GET /openapi.json``, which describes all routes that the application has by then."""

    async def answer_description(_: web.Request) -> web.Response:
        return web.Response(body=described, content_type="application/json")

    app.router.add_get(PATH, answer_description)
    described = msgspec.json.encode(describe_routes(app))


def _describe_content(answer: AnswerRow, by_type: dict[int, dict[str, Any]]) -> dict[str, Any]:
    if answer.body:
        return {"content": {JSON: {"schema": by_type[id(answer.body)]}}}
    return {"content": {kind: {"schema": {"type": "string"}} for kind in answer.content}} if answer.content else {}


def _types_of(row: RouteRow) -> Iterable[type]:
    return (body for body in (row.body, *(answer.body for answer in row.answers.values())) if body is not None)


def _describe_route(method: str, path: str, row: RouteRow, by_type: dict[int, dict[str, Any]]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_"),
        "summary": row.summary,
        "tags": [row.tag],
        "responses": {
            str(status): {
                "description": answer.meaning,
                **_describe_content(answer, by_type),
            }
            for status, answer in sorted(row.answers.items())
        },
    }
    if row.security:
        described["security"] = [{name: []} for name in row.security]
    if row.body:
        described["requestBody"] = {"required": True, "content": {row.content: {"schema": by_type[id(row.body)]}}}
    places = [("path", name) for name in _PARAMETER.findall(path)]
    places += [("query", name) for name in row.query] + [("header", name) for name in row.headers]
    if places:
        described["parameters"] = [
            {"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}}
            for place, name in places
        ]
    return described
