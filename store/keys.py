"""The one builder of keys.  No key is formatted anywhere else, and none holds personal data.

Every key begins with a hash tag, so that all keys of a partition (or of ``meta``) live in one cluster slot and one
script may touch them.  ``<sub>`` is a subscriber's keyed hash.

=============================  ==========  ======================================================================
``{p}:s:<sub>``                string      record: version (8 bytes, big-endian), then the value given to commit
``{p}:seen:<server day>``      set         short ids of the events committed on that day (days since 1970)
``{p}:due:chat|mail``          sorted set  subscriber by next due business ms
``{p}:q:<lane>:<sub>``         list        what waits in a lane, in order
``{p}:ready:<lane>``           sorted set  subscriber by when the head may be tried; a claim's score is its token
``{p}:try:<lane>:<sub>``       string      ``begun count failures waits`` of the head's attempts
``{p}:token``                  string      claims made; makes tokens of the same ms differ
``{p}:send:<sub>``             hash        send id: ``status at note``
``{p}:sends:<status>``         set         ``<sub> <send id>`` of the lines attempting or unknown
``{p}:ledger:<sub>``           list        consent ledger, each line compressed
``{p}:wording``                hash        consent texts by their hash
``{p}:log:<sub>``              list        newest log lines, each compressed
``{p}:n:<business day>``       hash        counters
``{p}:stuck``                  hash        subscriber: ``failures until error``
``{p}:epoch``                  string      number of the edition that is live; the same in every partition
``{p}:notes:<book>``           list        newest lines of a book, each compressed
``{p}:pool:left:<pool>``       list        codes that nobody has yet
``{p}:pool:known:<pool>``      set         all codes that were ever in the pool
``{p}:pool:given:<pool>``      hash        code by holder
``{p}:addr:<hash>``            string      address aggregate, with a version like a record's
``{p}:user:<hash>``            string      subscriber of a product user
``{p}:users:<sub>``            set         hashes of the product users that were linked to a subscriber
``{meta}:layout``              hash        what the store was made with
``{meta}:workers``             sorted set  worker by end of its lease (server ms)
``{meta}:leases``              hash        partition: worker
``{meta}:lanes``               set         every lane that was ever posted to
``{meta}:value:<name>``        string      a value of the whole store
``{meta}:barrier``             string      empty; written before replicas are asked what they have
``{meta}:hints``               channel     partitions with new work
=============================  ==========  ======================================================================
"""

from store.layout import SEEN_DAYS, partition_of

LAYOUT_KEY = b"{meta}:layout"
WORKERS = b"{meta}:workers"
LEASES = b"{meta}:leases"
LANES = b"{meta}:lanes"
BARRIER = b"{meta}:barrier"
HINTS = b"{meta}:hints"


def meta_value(name: str) -> bytes:
    """Return the key of a value of the whole store."""
    return b"{meta}:value:%b" % name.encode()


class Partition:
    """The keys of one partition."""

    def __init__(self, number: int) -> None:
        """Build the keys that do not depend on a subscriber."""
        self.tag = tag = b"{%d}:" % number
        self.due_chat = tag + b"due:chat"
        self.due_mail = tag + b"due:mail"
        self.token = tag + b"token"
        self.wording = tag + b"wording"
        self.stuck = tag + b"stuck"
        self.attempting = tag + b"sends:attempting"
        self.unknown = tag + b"sends:unknown"
        self.epoch = tag + b"epoch"
        self._seen_day = -1
        self._seen: tuple[bytes, ...] = ()

    def seen(self, today: int) -> tuple[bytes, ...]:
        """Return the sets of the server days in which an event is recognised, today's first."""
        if today != self._seen_day:
            self._seen = tuple(b"%bseen:%d" % (self.tag, today - ago) for ago in range(SEEN_DAYS))
            self._seen_day = today
        return self._seen

    def counters(self, day: str) -> bytes:
        """Return the key of a business day's counters."""
        return b"%bn:%b" % (self.tag, day.encode())

    def record(self, name: bytes) -> bytes:
        """Return the key of a record."""
        return self.tag + b"s:" + name

    def sends(self, name: bytes) -> bytes:
        """Return the key of a send ledger."""
        return self.tag + b"send:" + name

    def ledger(self, name: bytes) -> bytes:
        """Return the key of a consent ledger."""
        return self.tag + b"ledger:" + name

    def log(self, name: bytes) -> bytes:
        """Return the key of a log."""
        return self.tag + b"log:" + name

    def waiting(self, lane: bytes, name: bytes = b"") -> bytes:
        """Return the key of a list; without a name, what all lists of the lane begin with."""
        return b"%bq:%b:%b" % (self.tag, lane, name)

    def ready(self, lane: bytes) -> bytes:
        """Return the key of a lane's ready scores."""
        return b"%bready:%b" % (self.tag, lane)

    def attempts(self, lane: bytes, name: bytes = b"") -> bytes:
        """Return the key of a head's attempts; without a name, what those of the lane begin with."""
        return b"%btry:%b:%b" % (self.tag, lane, name)

    def notes(self, book: str) -> bytes:
        """Return the key of a book."""
        return b"%bnotes:%b" % (self.tag, book.encode())

    def pool(self, name: str) -> tuple[bytes, bytes, bytes]:
        """Return the keys of a pool: codes left, codes ever known, codes by holder."""
        pool = name.encode()
        return (
            b"%bpool:left:%b" % (self.tag, pool),
            b"%bpool:known:%b" % (self.tag, pool),
            b"%bpool:given:%b" % (self.tag, pool),
        )

    def address(self, name: str) -> bytes:
        """Return the key of an address aggregate."""
        return b"%baddr:%b" % (self.tag, name.encode())

    def user(self, name: str) -> bytes:
        """Return the key of a product user's link."""
        return b"%buser:%b" % (self.tag, name.encode())

    def users(self, name: bytes) -> bytes:
        """Return the key of the product users of a subscriber."""
        return self.tag + b"users:" + name


class Keys:
    """The keys of a store with so many partitions."""

    def __init__(self, partitions: int) -> None:
        """Build the partitions."""
        self.partitions = tuple(Partition(number) for number in range(partitions))

    def of(self, name: str) -> Partition:
        """Return the partition of a subscriber, address hash, user hash or pool."""
        return self.partitions[partition_of(name, len(self.partitions))]
