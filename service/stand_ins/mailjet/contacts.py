"""Contacts, lists and bulk jobs of the Mailjet stand-in.

Sources: ``guides/_contacts_bulk.md``, ``_exclusionlist.md`` and ``_contacts-delete.md`` of
``mailjet/api-documentation``.  Reading a whole list (``listrecipient``, and ``contact`` with ``ContactsList``) is in no
guide; both are in the reference that the guides link to, and public programs read them so.
"""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from service.stand_ins.mailjet.send_rules import Json, NotEstablishedError
from service.stand_ins.mailjet.state import Contact, Job, MailjetAccount

ACTIONS = frozenset({"addforce", "addnoforce", "remove", "unsub"})
"""What may be done with a contact on a list (guide, tables “Actions”)."""
STAGES = ("Allocated", "Upload", "Prepare", "Importing")
"""Statuses of a job before its last one (guide, “Monitor the upload of multiple contacts”)."""
KEPT_ANONYMISED = timedelta(days=30)
"""How long a deleted contact stays without its name (guide, “GDPR Delete Contacts”)."""
DEFAULT_LIMIT, MOST_LIMIT = 10, 1000
"""Results of one page (``_api-overview.md``, “Pagination”)."""


class BadRequestError(Exception):
    """A call that the API refuses with this status and text."""

    def __init__(self, status: int, message: object) -> None:
        """Take status and text."""
        super().__init__(str(message))
        self.status = status
        self.text = message


def apply_action(contact: Contact, list_id: int, action: str, now: datetime) -> None:
    """Do what an action says to a contact's place on a list."""
    known = contact.unsubscribed.get(list_id)
    match action:
        case "addforce":
            contact.unsubscribed[list_id] = False
        # Who unsubscribed stays so: that is the difference to force.
        case "addnoforce":
            contact.unsubscribed[list_id] = bool(known)
        case "unsub":
            # A second unsubscribe does not make the first one newer.
            contact.unsubscribed_at = contact.unsubscribed_at if known else now
            contact.unsubscribed[list_id] = True
        case _:
            contact.unsubscribed.pop(list_id, None)


def manage_lists(account: MailjetAccount, contact: Contact, body: Json) -> Json:
    """Do ``POST /contact/{id}/managecontactslists``."""
    wanted = read_changes(account, body.get("ContactsLists"))
    for list_id, action in wanted:
        apply_action(contact, list_id, action, account.clock())
    return {"ContactsLists": [{"ListID": list_id, "Action": action} for list_id, action in wanted]}


def read_changes(account: MailjetAccount, value: object) -> list[tuple[int, str]]:
    """Return list and action of each change; raises :class:`BadRequestError` with the guide's words."""
    if not isinstance(value, list):
        raise BadRequestError(400, "Object properties invalid")
    wanted, wrong = [], []
    for one in value:
        list_id, action = one.get("ListID"), one.get("Action", one.get("action"))
        number = int(str(list_id)) if str(list_id).isdecimal() else 0
        fault = "" if number in account.lists else "listID missing or not valid"
        fault = fault or ("" if action in ACTIONS else "action missing or not valid")
        if fault:
            wrong.append({"ListID": list_id, "Action": action, "Error": fault})
        wanted.append((number, str(action)))
    if wrong:
        raise BadRequestError(400, {"ContactsLists": wrong})
    return wanted


def start_job(account: MailjetAccount, contacts: object, changes: Iterable[tuple[int, str]]) -> Json:
    """Queue a bulk change; ``Email`` is the only property that is needed (guide)."""
    if not isinstance(contacts, list) or not contacts:
        raise BadRequestError(400, "Object properties invalid")
    emails = [str(one.get("Email", "")) for one in contacts]
    if not all("@" in email for email in emails):
        raise BadRequestError(400, "Object properties invalid")
    if any(one.keys() - {"Email", "Name", "IsExcludedFromCampaigns"} for one in contacts):
        message = "properties of contacts that the account has not defined"
        raise NotEstablishedError(message)
    wanted = list(changes)

    def work() -> int:
        for one, email in zip(contacts, emails, strict=True):
            contact = account.make_contact(email, str(one.get("Name", "")))
            contact.excluded = bool(one.get("IsExcludedFromCampaigns", contact.excluded))
            for list_id, action in wanted:
                apply_action(contact, list_id, action, account.clock())
        return len(emails)

    job = Job(id=account.next_id(), work=work, stages=deque(STAGES))
    if account.failing_jobs:
        account.failing_jobs -= 1
        job.error = "the import failed"
    account.jobs[job.id] = job
    return {"JobID": job.id}


def look_at_job(account: MailjetAccount, name: str) -> Json:
    """Return a job's status; each look brings it one stage on, and the last one does the work."""
    job = account.jobs.get(int(name)) if name.isdecimal() else None
    if job is None:
        raise BadRequestError(404, "Object not found")
    status = job.stages.popleft() if job.stages else ("Error" if job.error else "Completed")
    if status == "Completed" and not job.count:
        job.count = job.work()
    at = account.clock().isoformat()
    return {
        "Status": status, "JobStart": at, "JobEnd": "" if job.stages else at, "Count": job.count, "Error": job.error,
        "ErrorFile": "",
    }  # fmt: skip


def show_contact(account: MailjetAccount, contact: Contact) -> Json:
    """Return a contact as the API writes it; one that was deleted shows no name and no address."""
    if contact.anonymised and account.clock() - contact.anonymised >= KEPT_ANONYMISED:
        raise BadRequestError(404, "Object not found")
    gone = contact.anonymised is not None
    return {
        "CreatedAt": contact.created.isoformat(),
        "DeliveredCount": 0,
        "Email": f"\\x{contact.id:040x}@domain.invalid" if gone else contact.email,
        "ExclusionFromCampaignsUpdatedAt": "",
        "ID": contact.id,
        "IsExcludedFromCampaigns": contact.excluded,
        "IsOptInPending": False,
        "IsSpamComplaining": False,
        "LastActivityAt": contact.created.isoformat(),
        "LastUpdateAt": "",
        "Name": "Anonymized" if gone else contact.name,
        "UnsubscribedAt": "",
        "UnsubscribedBy": "",
    }


def delete_contact(account: MailjetAccount, name: str) -> None:
    """Do ``DELETE /v4/contacts/{id}``: anonymised at once; a later upload makes a new contact."""
    contact = account.contacts.get(int(name)) if name.isdecimal() else None
    if contact is None:
        raise BadRequestError(404, "Object not found")
    if account.failing_deletions:
        account.failing_deletions -= 1
        raise BadRequestError(500, "internal error")
    if contact.anonymised is None:
        contact.anonymised = account.clock()
        # A later upload of the address makes a new contact, as the guide warns.
        account.by_email.pop(contact.email.lower(), None)
        contact.unsubscribed.clear()


def list_places(account: MailjetAccount, contact: Contact) -> list[Json]:
    """Return the lists that a contact is on."""
    return [
        {"ListID": list_id, "IsUnsub": unsub, "IsActive": True, "SubscribedAt": contact.created.isoformat()}
        for list_id, unsub in contact.unsubscribed.items()
        if list_id in account.lists
    ]


def read_list(account: MailjetAccount, list_id: int) -> list[Contact]:
    """Return the contacts on a list, by id."""
    if list_id not in account.lists:
        raise BadRequestError(404, "Object not found")
    return [one for _, one in sorted(account.contacts.items()) if list_id in one.unsubscribed]


def cut_page(rows: list[Json], query: dict[str, str]) -> Json:
    """Return one page of results."""
    limit = min(int(query.get("Limit", DEFAULT_LIMIT)), MOST_LIMIT)
    offset = int(query.get("Offset", 0))
    page = rows[offset : offset + limit]
    return {"Count": len(page), "Data": page, "Total": len(rows)}
