"""The release asks every reader once, whatever dies, and holds when it is told to."""

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

import pytest
from msgspec.structs import replace

from domain.decision import Decision
from domain.effects import SendMail, decode_posted
from domain.events import Unsubscribed
from domain.ports import MARKETING, Claim, StoreAwayError
from domain.record import Profile
from language.conditions.parse import Condition
from onboarding.issues.catalog import IssueCatalog
from onboarding.tuning.simulate import confirmed_person
from service.engine.build_commit import build_commit
from service.issues import change_issue
from service.issues.change_issue import IssueRefusedError
from service.issues.choose_winner import tell_winner
from service.issues.count_readers import LEFT_OUT, SENT, UNDER_WAY, WAITING
from service.issues.index_readers import index_readers, is_indexed
from service.issues.plan import IssuePlanner
from service.issues.release import IssueRelease
from service.issues.releases import read_release
from service.issues.states import IssueState, load_states
from service.issues.status import NOT_ASKED, IssueStatus, StatusReader
from service.issues.watch import IssueWatch
from service.workspace.edition import Edition, compile_edition, shipped_files
from tests.support.people import KEYS, NOON
from tests.support.shipped_workspace import shipped_edition
from tests.support.transactors import TransactorBench

NAME, TOPIC = "winter_teas", "friday_leaf"
HOUR = timedelta(hours=1)


@dataclass
class ReleaseBench(TransactorBench):
    """A store with readers, and the workers that release to them."""

    edition: Edition = field(default_factory=shipped_edition)
    leads: bool = True
    naps: int = 0

    async def add_readers(self, psids: Iterable[str], zone: str = "") -> None:
        """Put readers into the store, as an older Doorstep would: without an index."""
        for psid in psids:
            record = confirmed_person(self.edition.config, KEYS, TOPIC, NOON - 30 * HOUR, psid=psid)
            record = replace(record, version=1, profile=Profile(timezone=zone))
            decision = Decision(record=record, effects=(), wake_chat=None, wake_mail=None, reasons=())
            await self.store.commit(build_commit(decision, version=0, events=(), now=NOON, claim_ms=0))

    async def make_worker(self, most_heads: int = 1000) -> IssueRelease:
        """Return the release of one process that has just started."""
        watch = IssueWatch(store=self.store)
        await watch.look()
        return IssueRelease(
            store=self.store, transact=self.make_transactor(), keys=KEYS, clock=lambda: self.now,
            find_edition=self._find_edition, watch=watch, is_leader=lambda: self.leads, most_heads=most_heads,
            sleep=self._nap,
        )  # fmt: skip

    async def _find_edition(self, name: str) -> Edition | None:
        return self.edition if name == self.edition.hash else None

    async def _nap(self, _seconds: float) -> None:
        self.naps += 1
        for claim in await self.claim_all():
            await self.settle(claim, "sent")

    async def claim_all(self) -> list[Claim]:
        """Claim every waiting head."""
        works = [
            await self.store.poll(part, now_ms=0, lanes=(MARKETING,), most_due=0, most_claims=1000, lease_ms=60_000)
            for part in range(self.store.partitions)
        ]
        return [claim for work in works for claim in work.claims]

    async def settle(self, claim: Claim, status: str) -> None:
        """Bring a claimed mail to its end."""
        mail = decode_posted(claim.item)
        assert isinstance(mail, SendMail)
        assert await self.store.begin(claim, send_id=mail.id)
        await self.store.settle(claim, send_id=mail.id, status=status, note=mail.edition)  # type: ignore[arg-type]  # a literal

    async def send_all(self) -> Counter[str]:
        """Send what waits; return how many mails each person got."""
        claims = await self.claim_all()
        for claim in claims:
            await self.settle(claim, "sent")
        return Counter(claim.subscriber for claim in claims)

    async def release(self, moment: str = "now") -> None:
        """Plan and release the issue."""
        await index_readers(self.store)
        await change_issue.note_plan(self.store, NAME, 1, self.edition.hash, self.now)
        await change_issue.release_issue(self.store, NAME, self.edition.hash, moment, self.now)

    async def take_turns(self, worker: IssueRelease, turns: int = 1) -> None:
        """Let a worker take turns, each after a minute."""
        for _ in range(turns):
            await worker.watch.look()
            await worker.take_turn()
            self.now += timedelta(minutes=1)

    async def state(self) -> str:
        """Return the state of the issue."""
        return (await load_states(self.store))[NAME].state

    async def count(self) -> IssueStatus:
        """Return what became of the issue."""
        state = (await load_states(self.store))[NAME]
        release = read_release(NAME, state, self.edition)
        assert release
        return await StatusReader(
            store=self.store, keys=KEYS, config=self.edition.config, release=release, state=state, now=self.now
        ).count()


@pytest.fixture(name="bench")
def _bench() -> ReleaseBench:
    return ReleaseBench()


async def test_everybody_gets_it_once_and_then_it_is_done(bench: ReleaseBench) -> None:
    """A second pass, a second worker and a restart ask nobody again."""
    await bench.add_readers(map(str, range(40)))
    await bench.release()
    worker = await bench.make_worker()
    await bench.take_turns(worker)
    assert await bench.state() == "sending"
    assert (await bench.count()).outcomes == {UNDER_WAY: 40}
    got = await bench.send_all()
    another = await bench.make_worker()
    await bench.take_turns(worker, 2)
    await bench.take_turns(another, 2)
    got += await bench.send_all()
    assert (len(got), set(got.values())) == (40, {1})
    assert await bench.state() == "done"
    status = await bench.count()
    assert (status.outcomes, status.editions) == ({SENT: 40}, {bench.edition.hash: 40})
    assert (await load_states(bench.store))[NAME].result == {SENT: 40}


@pytest.mark.parametrize(("zone", "picked"), [("Europe/Paris", 5), ("Europe/Rome", 0), ("Europe/", 12)])
async def test_who_is_not_meant_is_told_apart_from_who_is_left_out(bench: ReleaseBench, zone: str, picked: int) -> None:
    """Some, nobody, everybody: all who confirmed the topic are counted once, and only those who are meant get it."""
    condition = Condition(text="reads there", test=lambda person, _: person.profile.timezone.startswith(zone))
    issue = dataclasses.replace(bench.edition.issues.issues[NAME], to=condition)
    bench.edition = dataclasses.replace(bench.edition, issues=IssueCatalog(issues=MappingProxyType({NAME: issue})))
    await bench.add_readers(map(str, range(5)), "Europe/Paris")
    await bench.add_readers(map(str, range(5, 12)), "Europe/London")
    await bench.release()
    worker = await bench.make_worker()
    await bench.take_turns(worker)
    got = await bench.send_all()
    await bench.take_turns(worker, 2)
    status = await bench.count()

    assert (await bench.state(), len(got)) == ("done", picked)
    assert status.outcomes == ({SENT: picked} if picked else {})
    assert (status.readers, status.not_meant, status.condition) == (picked, 12 - picked, "reads there")


async def test_two_workers_at_once_are_told_the_same_by_the_ledger(bench: ReleaseBench) -> None:
    """A cursor that is lost, or is there twice, doubles nothing: also where events are forgotten."""
    await bench.add_readers(map(str, range(30)))
    await bench.release()
    for worker in (await bench.make_worker(), await bench.make_worker()):
        await bench.take_turns(worker)
    bench.server_ms += int(timedelta(days=30).total_seconds() * 1000)  # no event id is remembered any more
    await bench.take_turns(await bench.make_worker(), 3)
    got = await bench.send_all()
    assert (len(got), set(got.values())) == (30, {1})


async def test_a_kill_in_the_middle_is_gone_on_from_by_the_next_leader(bench: ReleaseBench) -> None:
    """The store goes away in the middle of a pass; nobody is left out and nobody gets two."""
    await bench.add_readers(map(str, range(50)))
    await bench.release()
    bench.store.away_after = 17
    with pytest.raises(StoreAwayError):
        await bench.take_turns(await bench.make_worker())
    bench.store.away_after = -1
    worker = await bench.make_worker()
    await bench.take_turns(worker, 2)
    got = await bench.send_all()
    assert (len(got), set(got.values())) == (50, {1})


async def test_no_more_heads_stand_in_the_lane_than_are_allowed(bench: ReleaseBench) -> None:
    """The rest is asked as the lane empties."""
    await bench.add_readers(map(str, range(200)))
    await bench.release()
    most: list[int] = []
    worker = await bench.make_worker(most_heads=20)
    nap = worker.sleep

    async def look(seconds: float) -> None:
        most.append((await bench.store.measure_lane(MARKETING))[0])
        await nap(seconds)

    worker.sleep = look
    await bench.take_turns(worker)
    assert max(most) < 20 + 64
    assert bench.naps > 0


async def test_a_pause_holds_and_a_stop_is_for_good(bench: ReleaseBench) -> None:
    """Nobody is asked while it is paused; who was not asked before a stop is counted as such."""
    await bench.add_readers(map(str, range(30)))
    await bench.release()
    await change_issue.pause_issue(bench.store, NAME, "a wrong price", bench.now)
    worker = await bench.make_worker()
    await bench.take_turns(worker, 2)
    assert (await bench.count()).outcomes == {WAITING: 30}
    await change_issue.resume_issue(bench.store, NAME, "", bench.now)
    worker.most_heads = 0  # so that nobody is asked yet
    worker.is_leader = lambda: False
    await bench.take_turns(worker)
    await change_issue.stop_issue(bench.store, NAME, "", bench.now)
    worker.is_leader = lambda: True
    await bench.take_turns(worker, 2)
    assert (await bench.count()).outcomes == {f"{LEFT_OUT}{NOT_ASKED}": 30}
    with pytest.raises(IssueRefusedError, match="stopped"):
        await change_issue.resume_issue(bench.store, NAME, "", bench.now)


async def test_each_zone_is_asked_at_its_own_morning(bench: ReleaseBench) -> None:
    """Tokyo's Friday nine comes before Berlin's, and Berlin's before New York's."""
    for zone in ("Asia/Tokyo", "Europe/Berlin", "America/New_York"):
        await bench.add_readers([f"{zone} {number}" for number in range(5)], zone)
    await bench.release("Friday 09:00 their time")
    worker, got = await bench.make_worker(), []
    while await bench.state() not in ("done", "stopped"):
        await bench.take_turns(worker)
        if sent := await bench.send_all():
            got.append((bench.now - timedelta(minutes=1), len(sent)))
        bench.now += timedelta(minutes=14)
        assert bench.now < NOON + timedelta(days=7)
    assert [count for _, count in got] == [5, 5, 5]
    assert [round((at - got[0][0]) / HOUR) for at, _ in got] == [0, 8, 14]


async def test_who_unsubscribes_before_their_turn_is_left_out_with_that_reason(bench: ReleaseBench) -> None:
    """And stays countable afterwards."""
    await bench.add_readers(map(str, range(10)))
    await bench.release()
    transact = bench.make_transactor()
    for psid in ("3", "4"):
        record = confirmed_person(bench.edition.config, KEYS, TOPIC, NOON - 30 * HOUR, psid=psid)
        address = record.consents[TOPIC].address
        bench.now += timedelta(seconds=5)
        event = Unsubscribed(id=f"u{psid}", at=bench.now, topic=TOPIC, address=address, via="one-click")
        await transact(record.id, (event,))
    worker = await bench.make_worker()
    await bench.take_turns(worker)
    await bench.send_all()
    await bench.take_turns(worker, 2)
    assert (await bench.count()).outcomes == {SENT: 8, f"{LEFT_OUT}unsubscribed since the release": 2}


async def test_the_plan_counts_who_gets_it_and_who_does_not(bench: ReleaseBench) -> None:
    """Readers by language, zone and mailbox; nothing is changed by it."""
    await bench.add_readers(map(str, range(12)), "Asia/Tokyo")
    await index_readers(bench.store)
    assert await is_indexed(bench.store)
    commits = len(bench.store.commits)
    release = read_release(NAME, replace_state(bench), bench.edition)
    assert release
    planner = IssuePlanner(store=bench.store, keys=KEYS, config=bench.config, release=release, now=bench.now)
    plan = await planner.make_plan({})
    assert (plan.readers, plan.zones, plan.mails) == (12, {"Asia/Tokyo": 12}, {NAME: 12})
    assert len(bench.store.commits) == commits


def replace_state(bench: ReleaseBench) -> IssueState:
    """Return the state of an issue that is released now."""
    return IssueState(state="approved", since=bench.now, released_at=bench.now, edition=bench.edition.hash)


async def test_a_release_must_agree_with_its_plan(bench: ReleaseBench) -> None:
    """Unplanned, to nobody, to other people than planned, twice, or of a workspace that changed: refused."""
    check = change_issue.check_release
    for state_readers, readers, edition, words in (
        (None, 10, "e1", "never planned"), (10, 10, "e2", "changed"), (10, 0, "e1", "nobody"), (100, 103, "e1", "Plan"),
    ):  # fmt: skip
        if state_readers is not None:
            await change_issue.note_plan(bench.store, NAME, state_readers, "e1", NOON)
        with pytest.raises(IssueRefusedError, match=words):
            check(NAME, (await load_states(bench.store)).get(NAME), readers, edition)
    check(NAME, (await load_states(bench.store))[NAME], 102, "e1")
    await change_issue.release_issue(bench.store, NAME, "e1", "now", NOON)
    with pytest.raises(IssueRefusedError, match="released already"):
        check(NAME, (await load_states(bench.store))[NAME], 100, "e1")
    with pytest.raises(IssueRefusedError, match="Somebody else"):
        await change_issue.release_issue(bench.store, NAME, "e1", "now", NOON + HOUR)


async def test_the_rest_waits_for_the_winner_and_then_gets_it() -> None:
    """Of so few people it is too early, and the mail of “else” goes; the status says so."""
    edition = edition_with_winner()
    bench = ReleaseBench(edition=edition, rules=edition.rules, config=edition.config)
    await bench.add_readers(map(str, range(40)))
    await bench.release()
    worker = await bench.make_worker()
    await bench.take_turns(worker)
    await bench.send_all()
    outcomes = (await bench.count()).outcomes
    assert 0 < outcomes[WAITING] == 40 - outcomes[SENT]
    bench.now += 3 * HOUR
    await bench.take_turns(worker)
    assert not await bench.send_all()
    bench.now += HOUR
    await bench.take_turns(worker, 3)
    assert len(await bench.send_all()) == outcomes[WAITING]
    status = await bench.count()
    assert (status.winner, status.verdict.startswith("Too early: ")) == ("come_back", True)


@pytest.mark.parametrize(
    ("reached", "winner", "words"),
    [
        ({"welcome": 160, "come_back": 60}, "welcome", "welcome won: "),
        ({"welcome": 61, "come_back": 60}, "come_back", "Too early: "),
    ],
)
def test_a_winner_is_one_only_if_the_difference_is_settled(reached: dict[str, int], winner: str, words: str) -> None:
    """Else the mail of “else” goes, with a sentence that says why."""
    issue = edition_with_winner().issues.issues[NAME]
    found, verdict = tell_winner(issue, "come_back", {"welcome": 400, "come_back": 400}, reached)
    assert (found, verdict[: len(words)]) == (winner, words), verdict


@functools.cache
def edition_with_winner() -> Edition:
    """Return the shipped workspace whose issue tries two mails and keeps a share for the winner."""
    files = dict(shipped_files())
    files["issues/winter_teas.yaml"] = (
        "issue: winter_teas\ntopic: friday_leaf\nmail: {welcome: 40%, come_back: 40%, winner: 20%}\n"
        "winner: {by: goal box.ordered, after: 4 hours, else: come_back}\ngoal: {event: box.ordered, within: 7 days}\n"
    )
    edition, findings = compile_edition(files)
    assert edition, findings
    return edition
