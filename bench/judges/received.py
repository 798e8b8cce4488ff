"""Sends every shipped mail, in every language and signed, to a mail server, and returns what that received.

Each marketing mail goes twice: plain, as the shipped wordings promise it, and to somebody whose wording announced that
links and openings are counted, so that redirects, the link that nobody sees and the pixel are judged as well.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from domain.keyring import Keyring
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
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
OPENS_TOPIC = "openings"
_DENIALS = {
    "we count neither opens nor clicks": "we count which links you follow",
    "wir zählen weder Öffnungen noch Klicks": "wir zählen, welchen Links du folgst",
}
_LIST_ID = re.compile(r"^( +)list_id:.*$", re.MULTILINE)
_TOPICS = re.compile(r"^topics:.*\n", re.MULTILINE)
_OPENS = f"""\
  {OPENS_TOPIC}:
    name: {{en: Openings, de: Öffnungen}}
    version: 1
    list_id: openings.amseltea.example
    measures: [opens]
    wording:
      en: "By agreeing you let {{{{ company }}}} count whether you open our mails. {{{{ privacy_url }}}}"
      de: "Wenn du zustimmst, zählt die {{{{ company }}}}, ob du unsere Mails öffnest. {{{{ privacy_url }}}}"
"""


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
        for suffix, edition in (("", _compile(files)), (" counted", _compile(announce_counting(files)))):
            for template in sorted(edition.mails.template_names):
                for language in edition.config.languages:
                    outgoing, counted = _compose(edition, template, language)
                    # A mail that is no marketing, or has no link to count, would be judged twice as it is.
                    if bool(counted) == bool(suffix):
                        yield f"{workspace}/{template}.{language}{suffix}", outgoing


def announce_counting(files: Mapping[str, str]) -> dict[str, str]:
    """Return a workspace in which every wording announces that links are counted, and one that openings are."""
    text = files["doorstep.yaml"]
    for denial, announcement in _DENIALS.items():
        # The words may stand on two lines.
        text = re.sub(r"\s+".join(denial.split()), announcement, text)
    text = _LIST_ID.sub(r"\g<0>\n\1measures: [clicks]", text)
    return {**files, "doorstep.yaml": _TOPICS.sub(rf"\g<0>{_OPENS}", text)}


def _compile(files: Mapping[str, str]) -> Edition:
    edition, findings = compile_edition(files)
    if edition is None:
        message = f"a workspace is refused: {findings[:3]}"
        raise ValueError(message)
    return edition


def _compose(edition: Edition, template: str, language: str) -> tuple[OutgoingMail, frozenset[str]]:
    """Return the mail, and what is counted of it."""
    keys = Keyring(fresh_entropy().hex())
    nonce = fresh_entropy().hex()
    address = keys.address_hash(READER)
    record, mail = make_sample(edition, template, READER, language, "Mia", address, system_now(), nonce)
    # Nobody's mail gets no counted links, so this person and this mail have ids as people and mails have them.
    record = _agree(replace(record, id=keys.subscriber_id("0", READER)), edition.config)
    mail = replace(mail, id=keys.send_id(record.id, template))
    content = render(edition.mails, mail, record, edition.config, keys, URL)
    return compose_mail(mail, content, edition.config, keys), content.counted


def _agree(record: Subscriber, config: WorkspaceConfig) -> Subscriber:
    """Return the person after a yes to all that the wordings announce."""
    if not config.is_measuring or not record.consents:
        return record
    consents = {
        name: replace(consent, measures=tuple(config.topics[name].measures))
        for name, consent in record.consents.items()
    }
    any_consent = next(iter(consents.values()))
    return replace(record, consents={**consents, OPENS_TOPIC: replace(any_consent, measures=("opens",))})
