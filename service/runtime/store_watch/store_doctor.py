"""What is good, doubtful or wrong about the servers of a store, each with its remedy."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from domain.ports import ServerHealth
from service.runtime.store_watch.memory_notes import LEAST_DAYS, measure_growth

Verdict = Literal["good", "doubtful", "wrong"]
MANY_DAYS = 60
"""A store that is full later than this needs nobody's attention now."""
NEARLY_FULL = 0.8
"""Part of the memory above which there is little room for a crowded day."""
_THOUSAND = 1_000
_UNITS = ("B", "kB", "MB", "GB", "TB")


class ServerReading(Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    place: str
    """The server; empty if it concerns the whole store."""
    what: str
    found: str
    verdict: Verdict = "good"
    remedy: str = ""


def examine_store(servers: Sequence[ServerHealth], wanted: int | None, notes: dict[date, int]) -> list[ServerReading]:
    """Return everything that was looked at, server by server, then the whole.

    ``wanted`` replicas must have each write; None for the embedded store, which has none.
    """
    found = [row for server in servers for row in _examine_server(server, wanted)]
    return [*found, _foretell_memory(servers, notes)]


def _examine_server(server: ServerHealth, wanted: int | None) -> list[ServerReading]:
    return [
        ServerReading(place=server.place, what="server", found=f"{server.version}, {server.keys:,} keys"),
        _judge(
            server, "when full", server.evicts,
            "set maxmemory-policy noeviction: an evicted key is a lost consent", wrong=server.evicts != "noeviction",
        ),
        _judge(
            server, "append-only file", "on" if server.appends else "off",
            "set appendonly yes: stopped, it forgets what came since its last snapshot", wrong=not server.appends,
        ),
        _judge(
            server, "its last write", "failed" if server.append_failed else "went well",
            "look at the disk: full, or not writable", wrong=server.append_failed,
        ),
        _examine_fsync(server),
        *([] if wanted is None else [_examine_replicas(server, wanted)]),
        _examine_room(server),
    ]  # fmt: skip


def _judge(server: ServerHealth, what: str, found: str, remedy: str, *, wrong: bool) -> ServerReading:
    verdict: Verdict = "wrong" if wrong else "good"
    return ServerReading(place=server.place, what=what, found=found, verdict=verdict, remedy=remedy if wrong else "")


def _examine_fsync(server: ServerHealth) -> ServerReading:
    verdicts: dict[str, tuple[Verdict, str]] = {
        "always": ("good", ""),
        "everysec": ("doubtful", "a power cut loses up to a second of answered webhooks: set appendfsync always"),
        "no": ("wrong", "a power cut loses half a minute of answered webhooks: set appendfsync always"),
        "": ("doubtful", "it does not say; ask whoever runs it"),
    }
    verdict, remedy = verdicts.get(server.fsync, ("doubtful", ""))
    found = server.fsync or "unknown"
    return ServerReading(place=server.place, what="file to disk", found=found, verdict=verdict, remedy=remedy)


def _examine_replicas(server: ServerHealth, wanted: int) -> ServerReading:
    verdict: Verdict = "good"
    remedy = ""
    if server.replicas < wanted:
        verdict, remedy = "wrong", f"every commit waits for {wanted} (?replicas={wanted}) and is refused: start them"
    elif not server.replicas:
        verdict, remedy = "doubtful", "everything is on one machine: add a replica, and ?replicas=1 to the URL"
    elif server.replicas and not wanted:
        verdict, remedy = "doubtful", "a failover loses what they do not have yet: add ?replicas=1 to the URL"
    found = f"{server.replicas}, {wanted} waited for"
    return ServerReading(place=server.place, what="replicas", found=found, verdict=verdict, remedy=remedy)


def _examine_room(server: ServerHealth) -> ServerReading:
    whose = "its limit" if server.limited else "its machine's memory"
    full = server.limit_bytes > 0 and server.used_bytes > NEARLY_FULL * server.limit_bytes
    verdict: Verdict = "wrong" if full else "good"
    remedy = "give it more memory, or move to a larger store; when full, every webhook is answered 503"
    found = f"{spell_bytes(server.used_bytes)} of {spell_bytes(server.limit_bytes)}, {whose}"
    return ServerReading(place=server.place, what="memory", found=found, verdict=verdict, remedy=remedy if full else "")


def _foretell_memory(servers: Sequence[ServerHealth], notes: dict[date, int]) -> ServerReading:
    growth = measure_growth(notes)
    if growth is None:
        found = f"too early to say: the service notes it each day, and needs {LEAST_DAYS} days"
        return ServerReading(place="", what="growth", found=found)
    left = sum(server.limit_bytes - server.used_bytes for server in servers)
    if growth < 1:
        return ServerReading(place="", what="growth", found="it does not grow")
    days = left / growth
    found = f"{spell_bytes(growth)} a day; full in about {round(days):,} days"
    if days > MANY_DAYS:
        return ServerReading(place="", what="growth", found=found)
    remedy = "plan for more memory, or for a cluster: doorstep store move"
    return ServerReading(place="", what="growth", found=found, verdict="doubtful", remedy=remedy)


def spell_bytes(number: float) -> str:
    """Return a number of bytes for people, in powers of 1000."""
    unit = 0
    while number >= _THOUSAND and unit < len(_UNITS) - 1:
        number, unit = number / _THOUSAND, unit + 1
    return f"{number:.3g} {_UNITS[unit]}"
