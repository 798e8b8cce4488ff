"""What all calls to the Mailjet stand-in have in common: the key, the errors, and calls about contacts and lists."""

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from aiohttp import web

from service.stand_ins.mailjet import contacts
from service.stand_ins.mailjet.contacts import BadRequestError
from service.stand_ins.mailjet.send_rules import BAD_KEY, Fault, Json, NotEstablishedError
from service.stand_ins.mailjet.state import MailjetAccount

AccountHandler = Callable[[web.Request, MailjetAccount], Awaitable[web.StreamResponse]]
REST = "/v3/REST/"


class GuardedCalls:
    """Calls of some accounts (keys), and those about contacts."""

    def __init__(self, *, accounts: Mapping[str, str], clock: Callable[[], datetime], senders: tuple[str, ...]) -> None:
        """Serve these keys (key → secret), all with these validated senders (addresses, or ``*@domain``)."""
        self.clock = clock
        self.accounts = {
            key: MailjetAccount(key=key, secret=secret, clock=clock, senders={one.lower() for one in senders})
            for key, secret in accounts.items()
        }

    @property
    def account(self) -> MailjetAccount:
        """The first account."""
        return next(iter(self.accounts.values()))

    def contact_routes(self) -> list[web.RouteDef]:
        """Return the routes about contacts and lists."""
        guard = self.guard_handler
        return [
            web.get(REST + "listrecipient", guard(self._list_recipients)),
            web.get(REST + "contact", guard(self._list_contacts)),
            web.post(REST + "contact/managemanycontacts", guard(self._manage_many)),
            web.get(REST + "contact/managemanycontacts/{job}", guard(self._show_job)),
            web.post(REST + "contactslist/{list}/managemanycontacts", guard(self._manage_list)),
            web.get(REST + "contactslist/{list}/managemanycontacts/{job}", guard(self._show_job)),
            web.get(REST + "contact/{contact}", guard(self._show_contact)),
            web.put(REST + "contact/{contact}", guard(self._change_contact)),
            web.post(REST + "contact/{contact}/managecontactslists", guard(self._manage_lists)),
            web.get(REST + "contact/{contact}/getcontactslists", guard(self._show_lists)),
            web.delete("/v4/contacts/{contact}", guard(self._delete_contact)),
        ]

    def guard_handler(self, handler: AccountHandler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return a handler that asks for the key and turns errors into the API's answers."""

        async def answer_or_refuse(request: web.Request) -> web.StreamResponse:
            account = self._find_account(request)
            if account is None:
                return write_fault(BAD_KEY)
            account.calls.append(f"{request.method} {request.path}")
            try:
                return await handler(request, account)
            except NotEstablishedError as error:
                return web.json_response({"ErrorMessage": f"not established: {error}"}, status=501)
            except BadRequestError as error:
                body = {"ErrorInfo": "", "ErrorMessage": error.text, "StatusCode": error.status}
                return web.json_response(body, status=error.status)

        return answer_or_refuse

    def _find_account(self, request: web.Request) -> MailjetAccount | None:
        """Return the account of a call's Basic Auth (``_api-overview.md``, “Authentication”)."""
        try:
            scheme, _, coded = request.headers.get("Authorization", "").partition(" ")
            key, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        account = self.accounts.get(key) if scheme.lower() == "basic" else None
        return account if account and hmac.compare_digest(account.secret.encode(), secret.encode()) else None

    async def _show_contact(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        contact = account.find_contact(request.match_info["contact"])
        if contact is None:
            raise BadRequestError(404, "Object not found")
        return write_rows([contacts.show_contact(account, contact)])

    async def _change_contact(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        contact, body = account.find_contact(request.match_info["contact"]), await request.json()
        if contact is None:
            raise BadRequestError(404, "Object not found")
        if body.keys() != {"IsExcludedFromCampaigns"}:
            message = "a change of a contact other than IsExcludedFromCampaigns"
            raise NotEstablishedError(message)
        contact.excluded = str(body["IsExcludedFromCampaigns"]).lower() == "true"
        return write_rows([contacts.show_contact(account, contact)])

    async def _delete_contact(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        contacts.delete_contact(account, request.match_info["contact"])
        return web.Response(status=200)

    async def _manage_lists(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        contact = account.find_contact(request.match_info["contact"])
        if contact is None:
            raise BadRequestError(404, "Object not found")
        return write_rows([contacts.manage_lists(account, contact, await request.json())])

    async def _show_lists(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        contact = account.find_contact(request.match_info["contact"])
        if contact is None:
            raise BadRequestError(404, "Object not found")
        return write_rows(contacts.list_places(account, contact))

    async def _manage_many(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        body = await request.json()
        changes = contacts.read_changes(account, body["ContactsLists"]) if "ContactsLists" in body else []
        return write_rows([contacts.start_job(account, body.get("Contacts"), changes)])

    async def _manage_list(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        body = await request.json()
        change = {"ListID": request.match_info["list"], "Action": body.get("Action")}
        changes = contacts.read_changes(account, [change])
        return write_rows([contacts.start_job(account, body.get("Contacts"), changes)])

    async def _show_job(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        return write_rows([contacts.look_at_job(account, request.match_info["job"])])

    async def _list_recipients(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        query = dict(request.query)
        list_id = int(query["ContactsList"])
        rows: list[Json] = [
            {"ContactID": one.id, "IsUnsubscribed": one.unsubscribed[list_id], "ListID": list_id,
             "UnsubscribedAt": one.unsubscribed_at.isoformat() if one.unsubscribed_at else ""}
            for one in contacts.read_list(account, list_id)
        ]  # fmt: skip
        return web.json_response(contacts.cut_page(rows, query))

    async def _list_contacts(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        query = dict(request.query)
        rows = [contacts.show_contact(account, one) for one in contacts.read_list(account, int(query["ContactsList"]))]
        return web.json_response(contacts.cut_page(rows, query))


def write_fault(fault: Fault) -> web.Response:
    """Return an error of the whole call (guide, “Global Error”)."""
    body = {name: value for name, value in fault.to_json().items() if name != "ErrorRelatedTo"}
    return web.json_response(body, status=fault.status)


def write_rows(rows: list[Json]) -> web.Response:
    """Return rows as the REST API does."""
    return web.json_response({"Count": len(rows), "Data": rows, "Total": len(rows)})
