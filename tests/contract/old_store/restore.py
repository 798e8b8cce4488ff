"""Where the old store lies, and how it comes back into an empty server."""

import json
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import redis
import zstandard

FOLDER = Path(__file__).parent
STORE = FOLDER / "store.msgpack.zst"
EXPECTED = FOLDER / "expected.json.zst"
SECRET = "an old store's secret, of more than 32 bytes"
PAGE = "4711"
NOW = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
"""When the store was left: three days after the first conversations in it, five minutes after the last."""


def read_expected() -> Any:  # noqa: ANN401  parsed JSON
    """Return what the version that wrote the store read, decided and sent."""
    return json.loads(zstandard.ZstdDecompressor().decompress(EXPECTED.read_bytes()))


def restore(url: str) -> None:
    """Write every key of the old store to an empty embedded server."""
    server = redis.Redis(unix_socket_path=url.removeprefix("unix://").partition("?")[0])
    today = server.time()[0] // 86_400
    for key, kind, content in msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(STORE.read_bytes())):
        match kind:
            case "deflated":
                # The files of an edition: stored compressed, kept here as they are, since three of them are alike.
                server.set(key, zlib.compress(content))
            case "string":
                server.set(key, content)
            case "list":
                server.rpush(key, *content)
            case "set":
                # Events are known for a week by the server's day, so those of the old store were committed today.
                server.sadd(key.replace(b":seen:0", b":seen:%d" % today), *content)
            case "hash":
                server.hset(key, mapping=dict(content))
            case _:
                server.zadd(key, dict(content))
    server.close()


def as_json(value: object) -> Any:  # noqa: ANN401  parsed JSON
    """Return a value as it comes back from a JSON file."""
    return json.loads(json.dumps(msgspec.to_builtins(value, str_keys=True)))
