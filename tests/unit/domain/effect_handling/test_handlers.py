"""The table of effects: every effect has a handler, and each set of ports covers what it claims."""

import asyncio
from collections.abc import Sequence
from dataclasses import fields
from typing import get_args

import pytest

from domain.decision import Decision
from domain.effect_handling.handlers import EFFECT_HANDLERS, carry_out, covered_effects, run_in_memory
from domain.effect_handling.ports import CommittedEffect, EffectPorts, PortMissingError
from domain.effects import (
    CallHook,
    Count,
    DeadLetter,
    DrawVoucher,
    Effect,
    Erase,
    FetchProfile,
    MoveThread,
    PostedEffect,
    SendChat,
    SendMail,
    TakeSeats,
    UpdateAddress,
    decode_posted,
)
from domain.events import AnyEvent, VoucherDrawn
from domain.ports import INTERNAL, LATER, Claim
from onboarding.tuning.simulated_effects import SIMULATED_EFFECTS, SimulatedEffects, simulation_ports
from service.engine import build_commit
from service.engine.decide import create_record
from service.runtime.internal_sender import INTERNAL_EFFECTS
from service.transcripts.effect_ports import TRANSCRIPT_EFFECTS
from service.transcripts.world import TranscriptWorld
from tests.support.people import NOON
from tests.support.sample_workspace import tearoom_edition
from tests.support.shipped_workspace import IDENTITY, MIA
from tests.unit.service.runtime.test_internal_sender import InternalLanes, ProfilePlatform

PORTS = [one.name for one in fields(EffectPorts)]


def test_every_effect_has_a_handler_and_every_port_is_known() -> None:
    """The table has a row for each member of the union, and its rows name existing ports only."""
    assert set(EFFECT_HANDLERS) == set(get_args(Effect))
    assert {name for handler in EFFECT_HANDLERS.values() for name in handler.needs} <= set(PORTS)
    assert set(EFFECT_HANDLERS) == set(get_args(PostedEffect)) | set(get_args(CommittedEffect))


def test_each_set_of_ports_covers_what_it_claims() -> None:
    """The internal lanes, a transcript and a simulation carry out exactly the effects that they list."""
    post = InternalLanes(ProfilePlatform(after=0))
    claim = Claim(lane=INTERNAL, subscriber=MIA, token=0, item=b"")
    world = TranscriptWorld(tearoom_edition().rules, tearoom_edition().config, NOON)

    assert covered_effects(post.sender.build_ports(claim)) == INTERNAL_EFFECTS
    assert covered_effects(world.ports) == TRANSCRIPT_EFFECTS
    assert covered_effects(simulation_ports(SimulatedEffects(), NOON)) == SIMULATED_EFFECTS


def test_the_internal_lanes_carry_what_is_posted_into_them() -> None:
    """Whatever a commit puts into the internal lanes, their sender covers; the rest goes to chat or mail."""
    effects = (
        UpdateAddress(id="1", address="a", change="held", at=NOON), FetchProfile(id="2"),
        DrawVoucher(id="3", pool="spring"), Erase(id="4"), DeadLetter(id="5", events=()),
        TakeSeats(id="11", thing="evenings frost", wanted=2, capacity=12, at=NOON),
        MoveThread(id="6", to="7", action="take"),
        CallHook(id="11", hook="crm", flow="f", step="a", at=NOON, until=NOON),
        SendChat(id="8", to="7", text="Hi"), Count(name="9"),
        SendMail(id="10", template="welcome", address="a", lane="marketing", language="en", queued_at=NOON),
    )  # fmt: skip
    decision = Decision(
        record=create_record(MIA, IDENTITY, NOON), effects=effects, wake_chat=None, wake_mail=None, reasons=()
    )

    postings = build_commit.build_commit(decision, version=1, events=(), now=NOON, claim_ms=0).outbox

    internal = {type(decode_posted(one.item)) for one in postings if one.lane in (INTERNAL, LATER)}
    assert {type(decode_posted(one.item)) for one in postings} == set(get_args(PostedEffect))
    assert internal == INTERNAL_EFFECTS


def test_what_is_not_covered_is_left_alone() -> None:
    """Without a port that it needs an effect does nothing, and says so."""
    reported: list[Sequence[AnyEvent]] = []
    draw = DrawVoucher(id="d", pool="spring")

    async def transact(_subscriber: str, events: Sequence[AnyEvent]) -> None:
        reported.append(events)

    async def draw_voucher(pool: str, holder: str) -> str:
        return f"{pool}-{holder}"

    without = EffectPorts(clock=lambda: NOON, transact=transact)
    assert not run_in_memory(carry_out(without, "mia", draw))
    assert reported == []

    whole = EffectPorts(clock=lambda: NOON, transact=transact, draw_voucher=draw_voucher)
    assert run_in_memory(carry_out(whole, "mia", draw))
    assert reported == [(VoucherDrawn(id="d", at=NOON, pool="spring", code="spring-mia"),)]


def test_a_row_that_forgets_a_port_is_found() -> None:
    """A port that is missing raises where it is used; a port that waits is no port in memory."""

    async def use_missing_port() -> None:
        await EffectPorts(clock=lambda: NOON).release_dead_letter("mia")

    async def wait(*_: object) -> None:
        await asyncio.sleep(0)

    with pytest.raises(PortMissingError):
        run_in_memory(use_missing_port())
    with pytest.raises(RuntimeError, match="waited"):
        run_in_memory(wait())
