"""Contacts and lists at Mailjet: what is added, unsubscribed, read and deleted there.

Nobody is ever added by force: an unsubscribe that a person made at Mailjet stays, whatever we ask.  Sources:
``guides/_contacts_bulk.md`` and ``_contacts-delete.md`` of ``mailjet/api-documentation``; reading a whole list is in
the reference that they link to.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote

import msgspec

from email_out.transports.mailjet_api import ApiAnswer, LostAnswerError, MailjetApi, NothingSentError

ListAction = Literal["addnoforce", "unsub"]
JobState = Literal["running", "done", "failed"]
MOST_CONTACTS = 1000
"""Contacts of one bulk call.  No guide names a number; a page of results has at most as many."""
PAGE = 1000
_OK, _CREATED, _NOT_FOUND = 200, 201, 404
_ENDS: dict[str, JobState] = {"Completed": "done", "Error": "failed", "Abort": "failed"}


class ContactsAwayError(Exception):
    """Mailjet did not do it, or nobody knows; everything here may be repeated.  Try again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedContact:
    """A contact on a list."""

    id: int
    email: str
    """Never log."""
    unsubscribed: bool
    unsubscribed_at: datetime | None
    """When, aware; None if Mailjet does not say."""


class MailjetContacts:
    """The contacts of one key."""

    def __init__(self, api: MailjetApi) -> None:
        """Take the calls."""
        self._api = api

    @property
    def server_name(self) -> str:
        """Host and port."""
        return self._api.server_name

    async def start_job(self, list_id: int, action: ListAction, emails: Sequence[str]) -> int:
        """Add contacts to a list, or unsubscribe them there, as a job at Mailjet; return its number."""
        body = msgspec.json.encode({"Action": action, "Contacts": [{"Email": email} for email in emails]})
        rows = await self._read_rows("POST", f"/v3/REST/contactslist/{list_id}/managemanycontacts", body=body)
        job = rows[0].get("JobID") if rows else None
        if not isinstance(job, int):
            message = "Mailjet gave no number for a job"
            raise ContactsAwayError(message)
        return job

    async def look_at_job(self, list_id: int, job: int) -> JobState:
        """Return how far a job is."""
        rows = await self._read_rows("GET", f"/v3/REST/contactslist/{list_id}/managemanycontacts/{job}")
        return _ENDS.get(str(rows[0].get("Status")), "running") if rows else "failed"

    async def read_list(self, list_id: int) -> AsyncIterator[ListedContact]:
        """Yield everybody on a list."""
        # Who left is read first: whoever leaves in between is found the next night, and never taken for a reader.
        left = {
            int(str(row["ContactID"])): _read_time(row.get("UnsubscribedAt"))
            async for row in self._read_pages("/v3/REST/listrecipient", list_id)
            if str(row.get("IsUnsubscribed")).lower() == "true"
        }
        async for row in self._read_pages("/v3/REST/contact", list_id):
            number = int(str(row["ID"]))
            yield ListedContact(
                id=number, email=str(row["Email"]), unsubscribed=number in left, unsubscribed_at=left.get(number)
            )

    async def delete_contact(self, email: str) -> Literal["deleted", "not there"]:
        """Delete a contact for good: anonymised at once, gone after 30 days.  Repeating it is harmless."""
        answer = await self._call("GET", f"/v3/REST/contact/{quote(email, safe='@')}")
        # Also what an earlier try has deleted: an anonymised contact has another address.
        if answer.status == _NOT_FOUND:
            return "not there"
        rows = _read_data(answer)
        number = rows[0].get("ID") if rows else None
        if number is None or not str(number).isdecimal():
            message = "Mailjet's answer about a contact cannot be read"
            raise ContactsAwayError(message)
        deleted = await self._call("DELETE", f"/v4/contacts/{number}")
        if deleted.status not in (_OK, _NOT_FOUND):  # “any other response: not successfully processed”
            message = f"Mailjet answered {deleted.status} to a deletion"
            raise ContactsAwayError(message)
        return "deleted"

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def _read_pages(self, path: str, list_id: int) -> AsyncIterator[dict[str, object]]:
        offset = 0
        while True:
            query = {"ContactsList": str(list_id), "Limit": str(PAGE), "Offset": str(offset)}
            rows = await self._read_rows("GET", path, query=query)
            for row in rows:
                yield row
            # “Total” is not asked for: it counts what was there when the page was made.
            if len(rows) < PAGE:
                return
            offset += PAGE

    async def _read_rows(
        self, method: str, path: str, *, body: bytes | None = None, query: dict[str, str] | None = None
    ) -> list[dict[str, object]]:
        return _read_data(await self._call(method, path, body=body, query=query))

    async def _call(
        self, method: str, path: str, *, body: bytes | None = None, query: dict[str, str] | None = None
    ) -> ApiAnswer:
        try:
            return await self._api.call(method, path, body=body, query=query)
        except (NothingSentError, LostAnswerError) as error:
            raise ContactsAwayError(str(error)) from None


def _read_data(answer: ApiAnswer) -> list[dict[str, object]]:
    if answer.status not in (_OK, _CREATED):
        message = f"Mailjet answered {answer.status}"
        raise ContactsAwayError(message)
    try:
        rows = json.loads(answer.raw)["Data"]
    except (ValueError, KeyError, TypeError):
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        message = "Mailjet's answer cannot be read"
        raise ContactsAwayError(message)
    return rows


def _read_time(written: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
