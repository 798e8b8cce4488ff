"""A walk over all keys tells each of them once, in little memory."""

from store.valkey.scan import MetKeys


def test_a_key_is_met_once() -> None:
    """Also where thousands share a group, and where a key comes again much later."""
    keys, met = [b"{%d}:s:%d" % (number % 256, number) for number in range(50_000)], MetKeys()
    assert all(met.add(key) for key in keys)
    assert not any(met.add(key) for key in keys)
    assert met.add(b"another")
