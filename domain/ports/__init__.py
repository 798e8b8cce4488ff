"""The ports: what the product needs from a store, and from the source of time.

``store`` implements :class:`Store` twice (memory and Valkey/Redis) under one contract suite; ``service`` hands an
implementation to the other packages as a value.  A part that needs little takes one of the smaller protocols.
:mod:`domain.ports.clock` tells the two clocks apart.
"""

from domain.ports.addresses import AddressStore, ConfirmationCounts
from domain.ports.clock import Clock, Entropy
from domain.ports.condition import ServerHealth, StoreCondition, StoreKeeping, StoreSight
from domain.ports.errors import (
    StoreAwayError,
    StoreError,
    StoreInUseError,
    StoreMismatchError,
    StoreReplacedError,
    StoreSettingsError,
    StoreTakesNoWritesError,
)
from domain.ports.hooks import HookAnswer
from domain.ports.lanes import HOOKS, INTERNAL, LATER, MARKETING, TRANSACTIONAL, chat_lane
from domain.ports.ledgers import LedgerStore, SendLine, SendStatus
from domain.ports.meta import MetaStore
from domain.ports.outbox import Attempt, Begun, Claim, OutboxStore, Work
from domain.ports.quarantine import QuarantinedRecord, QuarantineStore
from domain.ports.readers import ReaderStore
from domain.ports.records import (
    Commit,
    CommitStatus,
    Committed,
    ErasureStore,
    Loaded,
    Posting,
    RecordStore,
)
from domain.ports.seats import SeatsAnswer, SeatStore
from domain.ports.sharing import WorkSharing
from domain.ports.store import Store
from domain.ports.transact import Transact, Transacted, TransactHeld
from domain.ports.vouchers import VoucherStore

__all__ = [
    "HOOKS",
    "INTERNAL",
    "LATER",
    "MARKETING",
    "TRANSACTIONAL",
    "AddressStore",
    "Attempt",
    "Begun",
    "Claim",
    "Clock",
    "Commit",
    "CommitStatus",
    "Committed",
    "ConfirmationCounts",
    "Entropy",
    "ErasureStore",
    "HookAnswer",
    "LedgerStore",
    "Loaded",
    "MetaStore",
    "OutboxStore",
    "Posting",
    "QuarantineStore",
    "QuarantinedRecord",
    "ReaderStore",
    "RecordStore",
    "SeatStore",
    "SeatsAnswer",
    "SendLine",
    "SendStatus",
    "ServerHealth",
    "Store",
    "StoreAwayError",
    "StoreCondition",
    "StoreError",
    "StoreInUseError",
    "StoreKeeping",
    "StoreMismatchError",
    "StoreReplacedError",
    "StoreSettingsError",
    "StoreSight",
    "StoreTakesNoWritesError",
    "Transact",
    "TransactHeld",
    "Transacted",
    "VoucherStore",
    "Work",
    "WorkSharing",
    "chat_lane",
]
