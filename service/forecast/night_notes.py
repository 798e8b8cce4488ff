"""The forecast of each day, noted in its first hours, and held against what then went out."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from domain.decision import Context
from domain.ports import Store
from onboarding.language.catalog import Send, SequenceCatalog
from service.forecast.expect import DayForecast
from service.forecast.read_people import forecast_mails_ahead
from service.forecast.step_mails import StepMails, sum_day
from service.workspace.publishing.begin_orders import Orders, load_orders

META = "forecasts"
"""Name of the meta value."""
NIGHTS_KEPT = 60
NIGHT_ENDS = 4
"""Hour of the workspace up to which a forecast is one of the whole day."""


class NightNote(Struct, frozen=True, kw_only=True, array_like=True):
    """The forecast of one day."""

    day: str
    expected: int
    low: int
    high: int
    sent: int | None = None
    """What went out; None while the day is not over, or if nothing counted it."""


class ForecastNotes(Struct, frozen=True, kw_only=True):
    """What is kept of forecasts."""

    day: str = ""
    """The day of :attr:`steps`."""
    edition: int = 0
    """The edition of :attr:`steps`."""
    steps: dict[str, float] = {}
    """By ``SEQUENCE/STEP``, all that send: mails of the day, likely or if nobody does anything, whichever is more."""
    nights: tuple[NightNote, ...] = ()
    """The latest last."""


async def load_notes(store: Store) -> ForecastNotes:
    """Return the forecasts that were noted."""
    raw = await store.load_meta(META)
    return msgspec.msgpack.decode(raw, type=ForecastNotes) if raw else ForecastNotes()


async def note_forecast(
    store: Store, catalog: SequenceCatalog, context: Context, edition: int, mails: StepMails
) -> bool:
    """Note the forecast of today unless that is done for this edition; return whether it was noted now."""
    local = context.now.astimezone(ZoneInfo(context.config.timezone))
    today = local.date().isoformat()
    before = await load_notes(store)
    if (before.day, before.edition) == (today, edition):
        return False
    forecast = (await forecast_mails_ahead(store, catalog, context, 1)).days[0]
    # Later on a day only its rest is forecast; what was forecast for the whole of it holds on.
    earlier = before.steps if before.day == today else {}
    steps = {
        name: max(earlier.get(name, 0.0), forecast.steps.get(name, 0.0), forecast.steps_at_most.get(name, 0.0))
        for name in _list_sending(catalog)
    }
    steps = _add_ordered(steps, await load_orders(store), catalog)
    nights = tuple(_compare(night, local.date(), mails) for night in before.nights if night.day != today)
    same_day = tuple(night for night in before.nights if night.day == today)
    if not same_day and local.hour < NIGHT_ENDS:
        same_day = (_make_note(forecast),)
    notes = ForecastNotes(day=today, edition=edition, steps=steps, nights=(*nights, *same_day)[-NIGHTS_KEPT:])
    await store.save_meta(META, msgspec.msgpack.encode(notes))
    return True


async def note_ordered(store: Store, catalog: SequenceCatalog) -> None:
    """Raise what is forecast for today by those whom an order lets begin.

    Of a crowd that is let begin nothing is learnt: what is not forecast would be stopped as a surge.
    """
    orders = await load_orders(store)
    while raw := await store.load_meta(META):
        notes = msgspec.msgpack.decode(raw, type=ForecastNotes)
        after = msgspec.structs.replace(notes, steps=_add_ordered(notes.steps, orders, catalog))
        if after == notes or await store.compare_and_set(META, raw, msgspec.msgpack.encode(after)):
            return


def _add_ordered(steps: Mapping[str, float], orders: Orders, catalog: SequenceCatalog) -> dict[str, float]:
    """Return forecasts that hold at least those who are let begin on a day, at each step that mails them."""
    ordered = {name: float(orders[of].a_day) for name in _list_sending(catalog) if (of := name.split("/")[0]) in orders}
    return {**steps, **{name: max(number, steps.get(name, 0.0)) for name, number in ordered.items()}}


def _make_note(forecast: DayForecast) -> NightNote:
    return NightNote(
        day=forecast.day.isoformat(), expected=round(forecast.expected), low=forecast.low, high=forecast.high
    )


def _compare(night: NightNote, today: date, mails: StepMails) -> NightNote:
    if night.sent is not None or night.day >= today.isoformat():
        return night
    return msgspec.structs.replace(night, sent=sum_day(mails, date.fromisoformat(night.day)))


def _list_sending(catalog: SequenceCatalog) -> list[str]:
    return [
        f"{sequence.name}/{step.name}"
        for sequence in catalog.sequences.values()
        for step in sequence.steps.values()
        if isinstance(step.action, Send)
    ]
