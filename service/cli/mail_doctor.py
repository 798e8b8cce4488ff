"""``doorstep mail doctor``: whether mail arrives, what DNS holds for it, and for each fault the line to put there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.markup import escape

from domain.declarations import SenderAddress
from domain.ports import StoreError
from domain.workspace_config import WorkspaceConfig
from email_out.dkim.sign import Signer
from email_out.dkim.signing_keys import SELECTORS, SigningKey, SigningKeyError, load_keys, read_active
from email_out.message.compose import compose_mail
from email_out.message.mime import BulkHeaders, Mailbox, OutgoingMail, build_mime, smtp_address
from email_out.templates.render import RenderError, render
from email_out.transports.base import Delivered, open_gate
from email_out.transports.open_transport import open_transport
from service.cli import choose_workspace, output
from service.cli.open_store import open_existing_store
from service.cli.sample_mail import make_sample
from service.deliverability.dns import Resolver
from service.deliverability.examine_dns import ExaminedSender, examine_machine, examine_sender
from service.deliverability.examine_mail import examine_provider, judge_headers
from service.engine.clock import fresh_entropy, system_now
from service.feedback.doctor_letters import MAILBOX, expect_letter, find_letter
from service.messenger.doctor import Diagnosis, failed_check, passed_check
from service.runtime import settings
from service.runtime.base_parts import make_keyring
from service.runtime.settings import Settings
from service.workspace.edition import Edition, load_edition

_ROUND_TRIP_S = 60
_LOOK_S = 0.5


def examine_mail(
    domain: Annotated[str, typer.Argument(metavar="[DOMAIN]", help="Domain of a sender; else those of all.")] = "",
) -> None:
    """Look at DNS, the mail server, and the headers of a mail; say for each fault what to put where."""
    service_settings = settings.read_settings(needed=False)
    folder = choose_workspace.choose_workspace(None)
    choose_workspace.print_workspace(folder)
    edition, _ = load_edition(folder)
    senders = find_senders(edition.config, domain)
    if not senders:
        message = f"No sender of this workspace has the domain “{domain}”."
        raise typer.BadParameter(message, param_hint="DOMAIN")
    failed = asyncio.run(_examine_all(service_settings, edition, senders))
    raise typer.Exit(output.WRONG if failed else output.GOOD)


def find_senders(config: WorkspaceConfig, domain: str) -> list[SenderAddress]:
    """Return the senders of a domain, or one for each domain."""
    by_domain = {
        smtp_address(sender.email).rpartition("@")[2].lower(): sender
        for sender in (config.senders.transactional, config.senders.marketing)
    }
    wanted = domain.strip().rstrip(".").lower()
    return [sender for name, sender in by_domain.items() if not wanted or name == wanted]


async def _examine_all(service_settings: Settings, edition: Edition, senders: list[SenderAddress]) -> int:
    resolver, failed = Resolver(), 0
    for sender in senders:
        domain = smtp_address(sender.email).rpartition("@")[2].lower()
        output.out.print(f"[bold]{escape(domain)}[/]")
        failed += await _print_all(_examine_domain(service_settings, sender, domain, resolver))
    output.out.print("[bold]sending[/]")
    failed += await _print_all(_examine_sending(service_settings, edition, resolver))
    for sender in senders:
        if sender.bounces:
            failed += await _print_all(_make_round_trip(service_settings, sender))
    return failed


async def _print_all(diagnoses: AsyncIterator[Diagnosis]) -> int:
    failed = 0
    async for one in diagnoses:
        failed += not one.good
        sign = "[green]✓[/]" if one.good else "[red]✗[/]"
        output.out.print(f"{sign} {escape(one.what)}: {escape(one.says)}", soft_wrap=True)
        if one.remedy:
            output.out.print(f"  → {escape(one.remedy)}", soft_wrap=True)
    return failed


async def _examine_domain(
    service_settings: Settings, sender: SenderAddress, domain: str, resolver: Resolver
) -> AsyncIterator[Diagnosis]:
    signing: tuple[SigningKey, ...] = ()
    waiting: tuple[SigningKey, ...] = ()
    try:
        if service_settings.dkim_keys:
            folder = Path(service_settings.dkim_keys)
            active = read_active(folder, domain)
            other = next(one for one in SELECTORS if one != active)
            signing = load_keys(folder, domain, active) if active else ()
            waiting = load_keys(folder, domain, other)
    except SigningKeyError as error:
        yield failed_check("DKIM", f"{error}.", "Mails wait until it can be read.")
    examined = ExaminedSender(domain=domain, bounces=sender.bounces, keys=signing, waiting=waiting)
    async for diagnosis in examine_sender(examined, resolver):
        yield diagnosis


async def _examine_sending(
    service_settings: Settings, edition: Edition, resolver: Resolver
) -> AsyncIterator[Diagnosis]:
    if host := urlsplit(service_settings.public_url).hostname:
        yield await examine_machine(host, resolver)
    for lane in ("transactional", "marketing"):
        if url := service_settings.mail_url_for(lane):
            async for diagnosis in examine_provider(url, lane):
                yield diagnosis
        else:
            yield failed_check(f"mail server for {lane} mail", "There is none.", "Set DOORSTEP_MAIL_URL.")
    for diagnosis in judge_headers(_write_sample(service_settings, edition)):
        yield diagnosis


def _write_sample(service_settings: Settings, edition: Edition) -> bytes:
    """Return a marketing mail as it would be handed over; empty if there is none that can be filled."""
    # Its links lead nowhere, so any key does.
    keys = make_keyring(service_settings.model_copy(update={"secret": service_settings.secret or "doctor" * 8}))
    language, email = edition.config.default_language, "doctor@example.com"
    for template in sorted(edition.mails.template_names):
        record, mail = make_sample(
            edition, template, email, language, "Mia", keys.address_hash(email), system_now(), fresh_entropy().hex()
        )
        # Only marketing mail has the one-click headers.
        if mail.lane != "marketing":
            continue
        try:
            content = render(edition.mails, mail, record, edition.config, keys, "https://doorstep.example")
            outgoing = compose_mail(mail, content, edition.config)
            raw = build_mime(outgoing)
            folder = service_settings.dkim_keys
            return Signer(Path(folder)).sign(outgoing, raw) if folder else raw
        # Another mail will do; a key that cannot be read was told above.
        except (RenderError, SigningKeyError):
            continue
    return b""


def _write_letter(service_settings: Settings, sender: SenderAddress, token: str) -> OutgoingMail:
    """Return a letter to the LMTP door that is known by its token."""
    return OutgoingMail(
        id=f"doctor-{token}",
        sender=Mailbox(email=sender.email),
        to=Mailbox(email=f"{MAILBOX}+{token}@{sender.bounces}"),
        subject="A letter of the doctor",
        date=system_now(),
        text="Nobody needs to read this.\n",
        html="<p>Nobody needs to read this.</p>\n",
        # As marketing mail has them: what arrives of them, and what is signed, is the provider's to decide.
        bulk_headers=BulkHeaders(
            list_id=f"doctor.{sender.bounces}",
            unsubscribe_url=f"{service_settings.public_url or 'https://doorstep.example'}/unsubscribe/doctor",
            feedback_id="doctor:doctor:doctor:doctor",
        ),
    )


async def _make_round_trip(service_settings: Settings, sender: SenderAddress) -> AsyncIterator[Diagnosis]:
    """Send a letter to the LMTP door and wait for it."""
    what = f"way back to {sender.bounces}"
    url = service_settings.mail_url_for("marketing")
    if not service_settings.lmtp or not url:
        yield failed_check(what, "Nobody listens for bounces.", "Set DOORSTEP_LMTP, or use doorstep feedback read.")
        return
    token = fresh_entropy().hex()[:32]
    letter = _write_letter(service_settings, sender, token)
    transport = open_transport(url, signing_keys=service_settings.dkim_keys)
    try:
        async with open_existing_store() as (store, _):
            # Said before it is sent: the door may have it before the mail server answers.
            await expect_letter(store, token)
            result = await transport.send(letter, build_mime(letter), open_gate)
            if not isinstance(result, Delivered):
                yield failed_check(what, f"The letter was not taken: {result.reason}.", "Look at the mail server.")
                return
            for _ in range(int(_ROUND_TRIP_S / _LOOK_S)):
                if head := await find_letter(store):
                    yield passed_check(what, "A letter came back to the LMTP door.")
                    for diagnosis in judge_headers(head):
                        yield diagnosis
                    return
                await asyncio.sleep(_LOOK_S)
    except (StoreError, settings.SettingsError) as error:
        yield failed_check(what, str(error), "Run this where the service's settings are.")
        return
    finally:
        await transport.close()
    says = f"A letter was taken, and did not come back within {_ROUND_TRIP_S} s."
    yield failed_check(
        what, says, f"Is the service running, and does your mail server bring {sender.bounces} to DOORSTEP_LMTP?"
    )
