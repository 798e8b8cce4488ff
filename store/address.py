"""The address of a store: ``DOORSTEP_STORE_URL``, read once.

``redis://host:port/db``, ``rediss://`` (TLS), ``unix://``: one server.  ``redis+sentinel://host,host/name`` tells the
sentinels that know where the primary ``name`` is, ``redis+cluster://host,host`` some nodes of a cluster; both exist
with TLS as ``rediss+…``.  User and password stand before the hosts and hold for all of them.

Options: ``replicas`` that must have every write, ``socket_timeout`` and ``socket_connect_timeout`` in seconds,
``sentinel_username`` and ``sentinel_password`` where the sentinels ask for them, and what redis-py knows of TLS.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast
from urllib.parse import parse_qs, urlencode, urlsplit

from redis.asyncio.connection import AbstractConnection, Connection, UnixDomainSocketConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from domain.ports import StoreSettingsError

SCHEMES = (
    "redis", "rediss", "unix", "redis+cluster", "rediss+cluster", "redis+sentinel", "rediss+sentinel",
)  # fmt: skip
"""Schemes of a store URL."""

TIMEOUT_SECONDS = 5.0
"""Seconds without any answer after which a connection is given up, unless ``socket_timeout`` says otherwise."""

Host = tuple[str, int]
"""Host and port of a server."""

Kind = Literal["server", "sentinel", "cluster"]
_DEFAULT_PORTS: dict[Kind, int] = {"server": 6379, "sentinel": 26379, "cluster": 6379}
_OWN_OPTIONS = ("replicas", "socket_timeout", "socket_connect_timeout", "sentinel_username", "sentinel_password")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAddress:
    """Where a store is, and how to get in."""

    kind: Kind
    hosts: tuple[Host, ...]
    """The server, the sentinels, or some nodes of the cluster; empty for a unix socket."""
    name: str = ""
    """Name by which the sentinels know the primary."""
    replicas: int = 0
    """Replicas that must have a write before it counts as done."""
    timeout: float = TIMEOUT_SECONDS
    connect_timeout: float = TIMEOUT_SECONDS
    connection_class: type[AbstractConnection] = Connection
    options: Mapping[str, Any]
    """Options of redis-py's connections to servers."""
    sentinel_options: Mapping[str, Any]
    """The same to sentinels."""

    def at(self, host: Host) -> "StoreAddress":
        """Return the address of one server, reached in the same way."""
        return replace(self, kind="server", hosts=(host,))

    def make_idle(self) -> AbstractConnection:
        """Return a connection to the server that is not open yet; redis-py tries nothing again by itself."""
        place = dict(zip(("host", "port"), self.hosts[0], strict=True)) if self.hosts else {}
        return self._build({**self.options, **place})

    def make_idle_to_sentinel(self, host: Host) -> AbstractConnection:
        """Return a connection to a sentinel that is not open yet."""
        return self._build({**self.sentinel_options, "host": host[0], "port": host[1]})

    def _build(self, options: Mapping[str, Any]) -> AbstractConnection:
        retry = Retry(NoBackoff(), 0)
        return self.connection_class(
            protocol=2, socket_connect_timeout=self.connect_timeout, retry=retry, **dict(options)
        )


def read_address(url: str) -> StoreAddress:
    """Return what a store URL names; raises :class:`StoreSettingsError`, whose text does not repeat the URL."""
    try:
        address = _read_url(url)
        address.make_idle()  # an option that redis-py does not know raises TypeError here, at start
    except (TypeError, ValueError):
        message = (
            f"DOORSTEP_STORE_URL begins with none of {', '.join(f'{one}://' for one in SCHEMES)}, "
            "or has a host, port or option that nobody knows"
        )
        raise StoreSettingsError(message) from None
    if address.kind == "sentinel" and not address.name:
        message = "DOORSTEP_STORE_URL names no primary: redis+sentinel://host:26379/NAME as in `sentinel monitor`"
        raise StoreSettingsError(message)
    if address.kind == "cluster" and address.options.get("db"):
        message = "DOORSTEP_STORE_URL names a database; a cluster has none but 0: leave it out"
        raise StoreSettingsError(message)
    return address


EMBEDDED = "embedded"
"""Place of the store that Doorstep runs itself."""


def name_place(url: str) -> str:
    """Return where the store of a URL is, without user and password; ``embedded`` for an empty URL."""
    if not url:
        return EMBEDDED
    address = read_address(url)
    if address.kind != "server":  # the same however the hosts are ordered
        hosts = ",".join(sorted(f"{host}:{port}" for host, port in address.hosts))
        return f"{hosts}/{address.name}" if address.name else hosts
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 6379}{parts.path}" if parts.hostname else parts.path


def _read_url(url: str) -> StoreAddress:
    scheme, mark, rest = url.partition("://")
    transport, _, kind_name = scheme.partition("+")
    if scheme not in SCHEMES or not mark:
        raise ValueError(scheme)
    if transport == "unix":
        return _read_server("server", url, (), "")
    kind = cast("Kind", kind_name or "server")
    authority = rest[: min(index for index in (rest.find("/"), rest.find("?"), len(rest)) if index >= 0)]
    login, at, host_list = authority.rpartition("@")
    path, _, query = rest[len(authority) :].partition("?")
    name = ""
    if kind == "sentinel":
        name, _, path = path.lstrip("/").partition("/")
    # redis-py reads each part; what it cannot read are several hosts at once.
    hosts = tuple(_read_host(one, _DEFAULT_PORTS[kind]) for one in host_list.split(","))
    base = f"{transport}://{login}{at}{host_list.split(',')[0]}/{path.lstrip('/')}?{query}"
    return _read_server(kind, base, hosts, name)


def _read_host(text: str, port: int) -> Host:
    parsed: dict[str, Any] = dict(parse_url(f"redis://{text}"))
    return parsed.get("host", "localhost"), int(parsed.get("port", port))


def _read_server(kind: Kind, url: str, hosts: tuple[Host, ...], name: str) -> StoreAddress:
    base, _, query = url.partition("?")
    options = {option: values[-1] for option, values in parse_qs(query, strict_parsing=bool(query)).items()}
    own = {option: options.pop(option) for option in _OWN_OPTIONS if option in options}
    parsed: dict[str, Any] = dict(parse_url(f"{base}?{urlencode(options)}"))
    connection_class = parsed.pop("connection_class", Connection)
    if connection_class is not UnixDomainSocketConnection:
        # A peer that vanished without a word is noticed by TCP even while no command is outstanding.
        parsed.setdefault("socket_keepalive", True)
    for part in ("host", "port"):
        parsed.pop(part, None)
    login = {"username": own.get("sentinel_username"), "password": own.get("sentinel_password")}
    return StoreAddress(
        kind=kind,
        hosts=hosts,
        name=name,
        replicas=int(own.get("replicas", "0")),
        timeout=float(own.get("socket_timeout", TIMEOUT_SECONDS)),
        connect_timeout=float(own.get("socket_connect_timeout", TIMEOUT_SECONDS)),
        connection_class=connection_class,
        options=parsed,
        sentinel_options={
            option: value for option, value in parsed.items() if option not in ("username", "password", "db")
        }
        | {option: value for option, value in login.items() if value},
    )
