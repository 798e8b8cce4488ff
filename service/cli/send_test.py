"""``doorstep send-test``: sends one mail of the workspace to the user, over the real mail server."""

import asyncio
from typing import Annotated

import typer
from email_validator import EmailNotValidError, validate_email

from email_out.message.compose import compose_mail
from email_out.message.mime import build_mime
from email_out.templates.render import RenderError, render
from email_out.transports.base import Delivered, RetryLater, Transport, open_gate
from email_out.transports.open_transport import open_transport
from language.findings import suggest_name
from service.cli import choose_workspace, open_store, output
from service.cli.sample_mail import make_sample
from service.engine.clock import fresh_entropy, system_now
from service.runtime import settings
from service.runtime.base_parts import make_keyring
from service.runtime.settings import PREFIX, Settings, SettingsError
from service.workspace.edition import Edition, load_edition


def send_test_mail(
    template: Annotated[str, typer.Argument(metavar="EMAIL-TEMPLATE", help="Such as welcome.")],
    *,
    to: Annotated[str, typer.Option(help="Your own address.")],
    language: Annotated[str, typer.Option(help="Such as de; default: the workspace's first.")] = "",
    name: Annotated[str, typer.Option(help="First name to greet.")] = "Mia",
) -> None:
    """Send one mail to yourself, with sample values; its links open nothing."""
    service_settings = open_store.read_store_settings()
    folder = choose_workspace.choose_workspace(None)
    edition, _ = load_edition(folder)
    if template not in edition.mails.template_names:
        message = f"there is no mail “{template}”. {suggest_name(template, edition.mails.template_names)}"
        raise typer.BadParameter(message, param_hint="EMAIL-TEMPLATE")
    if language and language not in edition.config.languages:
        message = f"“{language}” is no language of this workspace. {suggest_name(language, edition.config.languages)}"
        raise typer.BadParameter(message, param_hint="--language")
    try:
        email = validate_email(to, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise typer.BadParameter(str(error), param_hint="--to") from None
    if not service_settings.secret:
        raise SettingsError(open_store.WITHOUT_KEY)
    choose_workspace.print_workspace(folder)
    try:
        problem = asyncio.run(
            _send_mail(service_settings, edition, template, email, language or edition.config.default_language, name)
        )
    except RenderError as error:
        raise output.print_error(str(error)) from None
    if problem:
        raise output.print_error(problem)
    output.out.print(f"[green]✓[/] {template} was accepted by the mail server.")


async def _send_mail(  # noqa: PLR0917  what the command line gave
    service_settings: Settings, edition: Edition, template: str, email: str, language: str, name: str
) -> str:
    """Send the mail; return why the mail server did not take it, empty if it did."""
    keys = make_keyring(service_settings)
    address = keys.address_hash(email)
    record, mail = make_sample(edition, template, email, language, name, address, system_now(), fresh_entropy().hex())
    # Each lane may have a server of its own; ``mail_url`` serves both.
    if not service_settings.mail_url_for(mail.lane):
        settings.require_settings(service_settings, "mail_url")
    content = render(
        edition.mails, mail, record, edition.config, keys, service_settings.public_url or "http://127.0.0.1:8080"
    )
    outgoing = compose_mail(mail, content, edition.config)
    # The gate of real mails (consent, suppression) stays open: the user asked for this mail.
    transport = open_transport(service_settings.mail_url_for(mail.lane), signing_keys=service_settings.dkim_keys)
    try:
        result = await transport.send(outgoing, build_mime(outgoing), open_gate)
    finally:
        await transport.close()
    if isinstance(result, Delivered):
        return ""
    # A refusal is printed in the server's words; if no server answered, the setting is named instead.
    unreachable = isinstance(result, RetryLater) and result.unreachable
    return _explain_unreachable(service_settings, mail.lane, transport, result.reason) if unreachable else result.reason


def _explain_unreachable(service_settings: Settings, lane: str, transport: Transport, reason: str) -> str:
    """Say which server did not answer, and which setting names it, without the password."""
    lane_setting = f"mail_{lane}_url"
    setting = f"{PREFIX}{(lane_setting if getattr(service_settings, lane_setting) else 'mail_url').upper()}"
    # Reasons are names of exceptions here: their texts may hold an address.
    if "SMTPAuthenticationError" in reason:
        return f"{transport.server_name} refuses the user or password of {setting}."
    return f"No connection to {transport.server_name}. Is {setting} right?"
