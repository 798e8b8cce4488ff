"""Sends every shipped mail, in every language and signed, to a mail server, and returns what that received."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from domain.keyring import Keyring
from email_out.dkim.signing_keys import SigningKey, load_keys, make_keys
from email_out.message.compose import compose_mail
from email_out.message.mime import OutgoingMail, build_mime
from email_out.templates.render import render
from email_out.transports.base import Delivered, open_gate
from email_out.transports.open_transport import open_transport
from service.cli.sample_mail import make_sample
from service.engine.clock import fresh_entropy, system_now
from service.stand_ins.smtp_server import Inbox
from service.workspace.edition import Edition, compile_edition, onboarding_files, shipped_files

URL = "https://tea.amsel.example"
"""Of a service that somebody runs: judges look at links."""
READER = "mia@amsel.example"


async def receive_mails() -> tuple[dict[str, bytes], Mapping[bytes, bytes]]:
    """Return the raw source of every mail by its name, and the DNS records of the keys that signed them."""
    received: dict[str, bytes] = {}
    records: dict[bytes, bytes] = {}
    inbox = Inbox(system_now)
    port = await inbox.start_listening()
    with tempfile.TemporaryDirectory() as folder:
        transport = open_transport(f"smtp://127.0.0.1:{port}", signing_keys=folder)
        for name, outgoing in _compose_all():
            for key in _find_keys(Path(folder), outgoing.sender.email.rpartition("@")[2]):
                records[f"{key.record_name}.".encode()] = key.record.encode()
            result = await transport.send(outgoing, build_mime(outgoing), open_gate)
            if not isinstance(result, Delivered):
                message = f"{name} was not delivered: {result}"
                raise TypeError(message)
            received[name] = inbox.received[-1].raw
        await transport.close()
    await inbox.stop_listening()
    return received, records


def list_sources() -> dict[str, str]:
    """Return the MJML of every shipped mail by its name, without the parts that only stand around others."""
    files = {**onboarding_files(), **shipped_files()}
    mails = {Path(name).name: text for name, text in files.items() if name.endswith(".mjml")}
    return {name: text for name, text in mails.items() if not name.startswith("_")}


def _find_keys(folder: Path, domain: str) -> tuple[SigningKey, ...]:
    # The first mail of a domain makes its keys; a second pair would be the next to sign.
    if not (folder / domain).exists():
        make_keys(folder, domain)
    return load_keys(folder, domain, "doorstep1")


def _compose_all() -> Iterator[tuple[str, OutgoingMail]]:
    for workspace, files in (("shipped", shipped_files()), ("onboarding", onboarding_files())):
        edition, findings = compile_edition(files)
        if edition is None:
            message = f"{workspace}: {findings[:3]}"
            raise ValueError(message)
        for template in sorted(edition.mails.template_names):
            for language in edition.config.languages:
                yield f"{workspace}/{template}.{language}", _compose(edition, template, language)


def _compose(edition: Edition, template: str, language: str) -> OutgoingMail:
    keys = Keyring(fresh_entropy().hex())
    nonce = fresh_entropy().hex()
    address = keys.address_hash(READER)
    record, mail = make_sample(edition, template, READER, language, "Mia", address, system_now(), nonce)
    content = render(edition.mails, mail, record, edition.config, keys, URL)
    return compose_mail(mail, content, edition.config, keys)
