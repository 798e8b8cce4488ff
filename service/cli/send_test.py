"""``doorstep send-test``: one mail of the workspace to yourself, over the real mail server."""

import asyncio
from typing import Annotated

import typer
from email_validator import EmailNotValidError, validate_email

from email_out.message.compose import address_letter
from email_out.message.mime import build
from email_out.templates.render import RenderError, render
from email_out.transports.smtp import Pool, parse_url
from email_out.transports.smtp_replies import DeliveryError, ServerAwayError
from language.findings import did_you_mean
from service.cli import choose_workspace, open_store, output
from service.cli.sample_mail import sample
from service.engine.clock import fresh_entropy, system_now
from service.runtime import app, settings
from service.runtime.settings import PREFIX, Settings, SettingsError
from service.workspace.edition import Edition, load


def send_test(
    template: Annotated[str, typer.Argument(metavar="EMAIL-TEMPLATE", help="Such as welcome.")],
    *,
    to: Annotated[str, typer.Option(help="Your own address.")],
    language: Annotated[str, typer.Option(help="Such as de; default: the workspace's first.")] = "",
    name: Annotated[str, typer.Option(help="First name to greet.")] = "Mia",
) -> None:
    """Send one mail to yourself, with sample values; its links open nothing."""
    env = open_store.known()
    folder = choose_workspace.workspace(None)
    edition, _ = load(folder)
    if template not in edition.mails.names:
        message = f"there is no mail “{template}”. {did_you_mean(template, edition.mails.names)}"
        raise typer.BadParameter(message, param_hint="EMAIL-TEMPLATE")
    if language and language not in edition.config.languages:
        message = f"“{language}” is no language of this workspace. {did_you_mean(language, edition.config.languages)}"
        raise typer.BadParameter(message, param_hint="--language")
    try:
        email = validate_email(to, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise typer.BadParameter(str(error), param_hint="--to") from None
    if not env.secret:
        raise SettingsError(open_store.WITHOUT_KEY)
    choose_workspace.tell(folder)
    try:
        asyncio.run(_send(env, edition, template, email, language or edition.config.language, name))
    except (DeliveryError, RenderError) as error:
        raise output.fail(str(error)) from None
    output.out.print(f"[green]✓[/] {template} was accepted by the mail server.")


async def _send(  # noqa: PLR0917  what the command line gave
    env: Settings, edition: Edition, template: str, email: str, language: str, name: str
) -> None:
    keys = app.keyring(env)
    address = keys.address_hash(email)
    record, mail = sample(edition, template, email, language, name, address, system_now(), fresh_entropy().hex())
    if not env.mail_for(mail.lane):
        settings.need(env, "mail_url")
    content = render(edition.mails, mail, record, edition.config, keys, env.public_url or "http://127.0.0.1:8080")
    letter = address_letter(mail, content, edition.config)
    pool = Pool(parse_url(env.mail_for(mail.lane)), size=1)
    try:
        async with pool.session() as session:
            await session.envelope(letter.sender.email, letter.to.email)
            await session.data(build(letter))
    except ServerAwayError as error:
        raise ServerAwayError(_away(env, mail.lane, error)) from None
    finally:
        await pool.close()


def _away(env: Settings, lane: str, error: ServerAwayError) -> str:
    """Say which server did not answer, and which setting leads there; the password is not in it."""
    own = f"mail_{lane}_url"
    setting = f"{PREFIX}{(own if getattr(env, own) else 'mail_url').upper()}"
    server = parse_url(env.mail_for(lane))
    if "SMTPAuthenticationError" in str(error):
        return f"{server.host}:{server.port} refuses the user or password of {setting}."
    return f"No connection to {server.host}:{server.port}. Is {setting} right?"
