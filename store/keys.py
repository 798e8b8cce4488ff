"""The builder of all keys.  Keys are formatted only here, and they hold no personal data.

Every key begins with a hash tag, so that all keys of a partition (or of ``meta``) live in one cluster slot and one
script may touch them.  ``<sub>`` is a subscriber's keyed hash.

=============================  ==========  ======================================================================
``{p}:s:<sub>``                string      record: version (8 bytes, big-endian), then the packed record
``{p}:seen:<server day>``      set         short ids of the events committed on that day (days since 1970)
``{p}:due:chat|mail``          sorted set  subscriber by next due business ms
``{p}:q:<lane>:<sub>``         list        items of a lane, in order
``{p}:ready:<lane>``           sorted set  subscriber by when the head may be tried; a claim's score is its token
``{p}:try:<lane>:<sub>``       string      ``begun count failures waits`` of the head's attempts
``{p}:token``                  string      claims made; makes tokens of the same ms differ
``{p}:send:<sub>``             hash        send id: ``status at note``
``{p}:sends:<status>``         set         ``<sub> <send id>`` of the lines attempting or unknown
``{p}:ledger:<sub>``           list        consent ledger, each line in its compact form
``{p}:wording``                hash        consent texts by their hash
``{p}:log:<sub>``              list        newest history lines, each compressed
``{p}:n:<business day>``       hash        counters
``{p}:stuck``                  hash        subscriber: ``failures until error``
``{p}:epoch``                  string      number of the edition that is live; the same in every partition
``{p}:notes:<book>``           list        newest entries of a list of the team, each compressed
``{p}:topic:<topic>``          sorted set  subscriber by when they confirmed (s), or minus when they withdrew
``{p}:pool:left:<pool>``       list        vouchers that are left
``{p}:pool:known:<pool>``      set         all vouchers that were ever in the pool
``{p}:pool:given:<pool>``      hash        voucher by holder
``{p}:seats:<thing>``          hash        ``seats ms request`` by holder; under an empty name, the seats taken by all
``{p}:seated:<sub>``           set         things of which a subscriber asked for seats
``{p}:addr:<hash>``            string      address aggregate, with a version like a record's
``{p}:user:<hash>``            string      subscriber of a product user
``{p}:users:<sub>``            set         hashes of the product users that were linked to a subscriber
``{meta}:layout``              hash        what the store was made with
``{meta}:workers``             sorted set  worker by end of its lease (server ms)
``{meta}:leases``              hash        partition: worker
``{meta}:numbers``             hash        number of a worker, in which its claims' tokens end: worker
``{meta}:lanes``               set         every lane that was ever posted to
``{meta}:topics``              set         every topic that has an index of readers
``{meta}:value:<name>``        string      a value of the whole store
``{meta}:mark``                string      server ms of the newest mark that a process left
``{meta}:asked``               hash        confirmation mails and confirmations of the last hour, by minute
``{meta}:barrier``             string      empty; written before replicas are asked what they have
``{meta}:epoch``               string      in a cluster, the number of the edition that is live
``{p}:layout|mark|barrier``    as in meta  in a cluster, where each partition may be lost for itself
``{p}:probe``                  string      in a cluster; empty, written to see whether a node takes writes
``{meta}:hints``               channel     partitions with new work
=============================  ==========  ======================================================================
"""

from collections.abc import Iterable
from zlib import crc32

from store.layout import SEEN_DAYS, partition_of

LAYOUT_KEY = b"{meta}:layout"
WORKERS_KEY = b"{meta}:workers"
LEASES_KEY = b"{meta}:leases"
NUMBERS_KEY = b"{meta}:numbers"
LANES_KEY = b"{meta}:lanes"
TOPICS_KEY = b"{meta}:topics"
BARRIER_KEY = b"{meta}:barrier"
MARK_KEY = b"{meta}:mark"
ASKED_KEY = b"{meta}:asked"
LIVE_EDITION_KEY = b"{meta}:epoch"
HINTS_CHANNEL = b"{meta}:hints"


def meta_value_key(name: str) -> bytes:
    """Return the key of a value of the whole store."""
    return b"{meta}:value:%b" % name.encode()


def tag_of(key: bytes) -> bytes:
    """Return the hash tag of a key, braces included."""
    return key[: key.index(b"}") + 1]


def barrier_of(tag: bytes) -> bytes:
    """Return the key by which replicas are asked what they have of a slot."""
    return tag + b":barrier"


class PartitionKeys:
    """The keys of one partition."""

    def __init__(self, number: int) -> None:
        """Build the keys that do not depend on a subscriber."""
        # b"{5}:" - Redis Cluster hashes only what stands between the braces.
        self.tag = tag = b"{%d}:" % number
        self.due_chat = tag + b"due:chat"
        self.due_mail = tag + b"due:mail"
        self.claim_count = tag + b"token"
        self.wordings = tag + b"wording"
        self.quarantined = tag + b"stuck"
        self.attempting_lines = tag + b"sends:attempting"
        self.unknown_lines = tag + b"sends:unknown"
        self.live_edition = tag + b"epoch"
        self.layout = tag + b"layout"
        self.mark = tag + b"mark"
        self.probe = tag + b"probe"
        self._seen_day = -1
        self._seen_sets: tuple[bytes, ...] = ()

    def seen_sets(self, today: int) -> tuple[bytes, ...]:
        """Return the keys of the sets of event ids, one a server day, today's first."""
        # Built once a day: this runs for every webhook.
        if today != self._seen_day:
            self._seen_sets = tuple(b"%bseen:%d" % (self.tag, today - ago) for ago in range(SEEN_DAYS))
            self._seen_day = today
        return self._seen_sets

    def day_counters(self, day: str) -> bytes:
        """Return the key of a business day's counters."""
        return b"%bn:%b" % (self.tag, day.encode())

    def record_key(self, name: bytes) -> bytes:
        """Return the key of a record."""
        return self.tag + b"s:" + name

    def send_ledger(self, name: bytes) -> bytes:
        """Return the key of a send ledger."""
        return self.tag + b"send:" + name

    def consent_ledger(self, name: bytes) -> bytes:
        """Return the key of a consent ledger."""
        return self.tag + b"ledger:" + name

    def history_key(self, name: bytes) -> bytes:
        """Return the key of a history."""
        return self.tag + b"log:" + name

    def waiting_list(self, lane: bytes, name: bytes = b"") -> bytes:
        """Return the key of a list of waiting items; without a name, the prefix of all lists of the lane."""
        return b"%bq:%b:%b" % (self.tag, lane, name)

    def ready_set(self, lane: bytes) -> bytes:
        """Return the key of a lane's ready scores."""
        return b"%bready:%b" % (self.tag, lane)

    def attempts_key(self, lane: bytes, name: bytes = b"") -> bytes:
        """Return the key of a head's attempts; without a name, the prefix of those of the lane."""
        return b"%btry:%b:%b" % (self.tag, lane, name)

    def team_list(self, list_name: str) -> bytes:
        """Return the key of a list of the team."""
        return b"%bnotes:%b" % (self.tag, list_name.encode())

    def topic_readers(self, topic: str) -> bytes:
        """Return the key of the index of a topic's readers."""
        return b"%btopic:%b" % (self.tag, topic.encode())

    def voucher_pool(self, name: str) -> tuple[bytes, bytes, bytes]:
        """Return the keys of a pool: vouchers left, vouchers ever known, vouchers by holder."""
        pool = name.encode()
        return (
            b"%bpool:left:%b" % (self.tag, pool),
            b"%bpool:known:%b" % (self.tag, pool),
            b"%bpool:given:%b" % (self.tag, pool),
        )

    def seats_of(self, thing: str) -> bytes:
        """Return the key of the seats of a thing, by holder."""
        return b"%bseats:%b" % (self.tag, thing.encode())

    def things_of(self, name: bytes) -> bytes:
        """Return the key of the things of which a subscriber asked for seats."""
        return self.tag + b"seated:" + name

    def address_key(self, name: str) -> bytes:
        """Return the key of an address aggregate."""
        return b"%baddr:%b" % (self.tag, name.encode())

    def user_key(self, name: str) -> bytes:
        """Return the key of a product user's link."""
        return b"%buser:%b" % (self.tag, name.encode())

    def users_of(self, name: bytes) -> bytes:
        """Return the key of the product users of a subscriber."""
        return self.tag + b"users:" + name


class StoreKeys:
    """The keys of a store with a given number of partitions."""

    def __init__(self, partitions: int) -> None:
        """Build the partitions."""
        self.partitions = tuple(PartitionKeys(number) for number in range(partitions))

    def keys_of(self, name: str) -> PartitionKeys:
        """Return the partition of a subscriber, address hash, user hash, pool or thing with seats."""
        return self.partitions[partition_of(name, len(self.partitions))]

    def address_keys(self, names: Iterable[str]) -> list[bytes]:
        """Return the keys of many address aggregates."""
        partitions, number = self.partitions, len(self.partitions)
        # As keys_of and address_key of each, at half the time: a body of Mailjet names thousands.
        return [b"%baddr:%b" % (partitions[crc32(raw) % number].tag, raw) for raw in map(str.encode, names)]
