"""Opening a connection: to the server that an address names, or to the primary that its sentinels name."""

import asyncio

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from domain.ports import StoreAwayError, StoreSettingsError
from store.address import TIMEOUT_SECONDS, Host, StoreAddress
from store.valkey.pipeline import Answer

_REFUSED_LOGIN = (AuthenticationError, ResponseError)


async def dial(address: StoreAddress) -> AbstractConnection:
    """Return a new, authenticated connection to a server that takes writes, as far as its sentinels know.

    Raises :class:`StoreAwayError` and :class:`StoreSettingsError`.
    """
    if address.kind == "sentinel":
        return await _dial_primary(address)
    connection = address.make_idle()
    await _connect(connection)
    return connection


async def _connect(connection: AbstractConnection, whose: str = "the store") -> None:
    try:
        await connection.connect()  # type: ignore[no-untyped-call]  # redis-py leaves it unannotated
    except (RedisError, OSError) as error:
        # redis-py wraps what the server answered to AUTH or SELECT in its own ConnectionError
        if isinstance(error, _REFUSED_LOGIN) or isinstance(error.__cause__, _REFUSED_LOGIN):
            message = f"{whose} refuses to let us in: mend user, password or database in DOORSTEP_STORE_URL"
            raise StoreSettingsError(message) from error
        message = f"{whose} is not reachable ({type(error).__name__})"
        raise StoreAwayError(message) from error


async def _ask(connection: AbstractConnection, *command: str) -> Answer:
    """Return the answer to one command on a connection of redis-py; raises :class:`StoreAwayError`."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await connection.send_command(*command)
            return await connection.read_response()
    except (RedisError, OSError) as error:
        message = f"the store does not answer ({type(error).__name__})"
        raise StoreAwayError(message) from error


async def _dial_primary(address: StoreAddress) -> AbstractConnection:
    """Ask one sentinel after another; a sentinel that was cut off may name a primary of former times."""
    answered, named = 0, False
    for sentinel in address.hosts:
        try:
            place = await _ask_sentinel(address, sentinel)
            answered += 1
            if place is None:
                continue
            named = True
            connection = address.at(place).make_idle()
            await _connect(connection)
            # A sentinel that was cut off still names the old primary, which may be a replica by now.
            if await _is_primary(connection):
                return connection
        except StoreAwayError:
            continue
    # One sentinel that does not know the name may just have been started.
    if answered == len(address.hosts) and not named:
        message = f"the sentinels in DOORSTEP_STORE_URL know no primary named {address.name}"
        raise StoreSettingsError(message)
    message = f"no primary is reachable; {answered} of {len(address.hosts)} sentinels answered"
    raise StoreAwayError(message)


async def _is_primary(connection: AbstractConnection) -> bool:
    """Return whether it leads to a primary; end it if not."""
    role = None
    try:
        role = await _ask(connection, "ROLE")
    finally:
        if role is None or role[0] != b"master":
            await connection.disconnect(nowait=True)
    return bool(role[0] == b"master")


async def _ask_sentinel(address: StoreAddress, sentinel: Host) -> Host | None:
    connection = address.make_idle_to_sentinel(sentinel)
    await _connect(connection, "a sentinel")
    try:
        found = await _ask(connection, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", address.name)
    finally:
        await connection.disconnect(nowait=True)
    return None if found is None else (found[0].decode(), int(found[1]))
