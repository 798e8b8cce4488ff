"""What a store URL names."""

import pytest

from domain.ports import StoreSettingsError
from store.address import EMBEDDED, Host, StoreAddress, name_place, read_address
from store.valkey.cluster_map import SLOTS, ClusterMap, read_own_slots, read_redirection, read_slots, slot_of


def summarize(address: StoreAddress) -> tuple[str, tuple[Host, ...], str, int]:
    """Return what tells addresses apart."""
    return address.kind, address.hosts, address.name, address.replicas


@pytest.mark.parametrize(
    ("url", "summary"),
    [
        ("redis://h", ("server", (("h", 6379),), "", 0)),
        ("rediss://u:p%40@h:1/2?replicas=1", ("server", (("h", 1),), "", 1)),
        ("redis+cluster://a:7000,b", ("cluster", (("a", 7000), ("b", 6379)), "", 0)),
        ("rediss+cluster://u:p@[::1]:7000?replicas=2", ("cluster", (("::1", 7000),), "", 2)),
        ("redis+sentinel://a,b:5/main", ("sentinel", (("a", 26379), ("b", 5)), "main", 0)),
        ("redis+sentinel://:p@a/main/3?replicas=1", ("sentinel", (("a", 26379),), "main", 1)),
    ],
)
def test_hosts_and_options(url: str, summary: tuple[str, tuple[Host, ...], str, int]) -> None:
    """Hosts have the usual ports, and what is ours is taken out of the options."""
    assert summarize(read_address(url)) == summary


def test_user_password_and_times_hold_for_every_host() -> None:
    """They are decoded; sentinels have their own."""
    address = read_address("redis+sentinel://u%2F:p%40@a,b/main/3?socket_timeout=2&sentinel_password=s")
    assert {name: address.options[name] for name in ("username", "password", "db")} == {
        "username": "u/",
        "password": "p@",
        "db": 3,
    }
    assert (address.timeout, address.connect_timeout) == (2.0, 5.0)
    assert address.sentinel_options["password"] == "s"
    assert not {"username", "db"} & address.sentinel_options.keys()
    assert address.at(("c", 9)).hosts == (("c", 9),)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://h", "redis\\+cluster://"),
        ("redis+cluster://a:x", "port"),
        ("redis://h?colour=red", "option"),
        ("redis://h?replicas=two", "option"),
        ("redis+sentinel://a", "NAME"),
        ("redis+cluster://a/3", "database"),
    ],
)
def test_impossible_addresses(url: str, words: str) -> None:
    """The message names the setting and says what is possible."""
    with pytest.raises(StoreSettingsError, match=words) as caught:
        read_address(url)
    assert "DOORSTEP_STORE_URL" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("", EMBEDDED),
        ("redis://u:p@h/0", "h:6379/0"),
        ("redis://h:7", "h:7"),
        ("unix:///v/s", "/v/s"),
        ("redis+cluster://u:p@b:1,a:2", "a:2,b:1"),
        ("redis+cluster://a:2,b:1", "a:2,b:1"),
        ("rediss+sentinel://p@a/main", "a:26379/main"),
    ],
)
def test_places(url: str, place: str) -> None:
    """A place has no password, and is the same however its hosts are ordered."""
    assert name_place(url) == place


def test_slots_of_hash_tags() -> None:
    """As the cluster specification has it: ``123456789`` has the CRC 0x31C3."""
    assert slot_of(b"{123456789}") == 0x31C3 % SLOTS


def test_maps() -> None:
    """Ranges, holes, nodes without an address, redirections."""
    answer = [[0, 100, [b"a", 1, b"id"]], [101, 200, [None, 2, b"id"], [b"replica", 3, b"id"]]]
    found = read_slots(answer, ("asked", 9))
    assert [found.find_primary(slot) for slot in (0, 100, 101, 201)] == [("a", 1), ("a", 1), ("asked", 2), None]
    assert not found.is_whole()
    assert ClusterMap([(0, SLOTS - 1, ("a", 1))]).is_whole()
    assert read_redirection("MOVED 3999 127.0.0.1:6381", ("x", 1)) == ("127.0.0.1", 6381)
    assert read_redirection("ASK 3999 :6381", ("x", 1)) == ("x", 6381)
    nodes = b"n1 h:1@2 master - 0 0 1 connected 0-5\nn2 h:3@4 myself,master - 0 0 2 connected 6-9 [93->-n1]\n"
    assert read_own_slots(nodes) == ("n2", "6-9", "[93->-n1]")
