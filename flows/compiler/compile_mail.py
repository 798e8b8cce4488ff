"""Compiles the mail of a step: its calendar file, and when a scheduled message is due."""

import re
from datetime import timedelta

from flows.compiled.language_packs import compile_or_keep
from flows.compiled.step import Appointment, AppointmentTexts, FieldDate, FlowMail
from flows.language.model import CalendarText, StepText
from flows.language.translation_model import TranslatedCalendar
from language.durations import duration_or_none

NOW = "now"
"""The word for the present in ``at:``; no field has this name."""

# “1 day before tasting_at”, “tasting_at”, “2 hours after now”
_FIELD_DATE = re.compile(r"(?:(?P<length>.+?)\s+(?P<side>before|after)\s+)?(?P<field>[a-z][a-z0-9_]*)")


def compile_mail(step: StepText) -> FlowMail | None:
    """Compile the mail of ``mail:`` or ``relay:``; None if the step has neither."""
    if step.relay:
        return FlowMail(
            template=step.relay.mail,
            calendar=_compile_appointment(step.relay.calendar),
            topic=step.relay.topic or "",
            due=parse_field_date(step.relay.at) or FieldDate(),
        )
    if step.mail:
        return FlowMail(template=step.mail.template, calendar=_compile_appointment(step.mail.calendar))
    return None


def _compile_appointment(calendar: CalendarText | None) -> Appointment | None:
    if calendar is None:
        return None
    length = duration_or_none(calendar.length) or timedelta(hours=1)  # an unclear length is reported by the checks
    return Appointment(
        starts=calendar.starts,
        minutes=int(length.total_seconds() // 60),
    )


def compile_appointment_texts(calendar: CalendarText, translated: TranslatedCalendar) -> AppointmentTexts | None:
    """Compile what a calendar file says in one language; None without a title, which the checks report."""
    title = translated.title or calendar.title
    if not title:
        return None
    return AppointmentTexts(
        title=compile_or_keep(title),
        where=compile_or_keep(translated.where or calendar.where),
        description=compile_or_keep(translated.description or calendar.description),
    )


def find_calendar(step: StepText) -> CalendarText | None:
    """Return the calendar file that goes with the mail of a step; None if none does."""
    carrier = step.relay or step.mail
    return carrier.calendar if carrier else None


def parse_field_date(text: str) -> FieldDate | None:
    """Parse when a scheduled message is due: ``1 day before tasting_at``, ``2 hours after now``; None if unclear.

    An empty text means now.
    """
    match = _FIELD_DATE.fullmatch(text.strip() or NOW)
    if match is None:
        return None
    length = duration_or_none(match["length"]) if match["length"] else timedelta()
    if length is None:
        return None
    field_name = "" if match["field"] == NOW else match["field"]
    return FieldDate(offset=-length if match["side"] == "before" else length, field=field_name)
