"""``doorstep mail keys``: made, listed, shown for DNS, and changed in turn once DNS has the new ones."""

import re
from pathlib import Path

import pytest

from service.deliverability.dns import DnsAnswer, Resolver
from tests.support.run_cli import Doorstep, settle_in

DOMAIN = "leaf.amseltea.example"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settle_in(tmp_path, monkeypatch, "s" * 32)
    monkeypatch.setenv("DOORSTEP_DKIM_KEYS", str(tmp_path / "dkim"))
    return tmp_path / "dkim"


def test_keys_are_made_shown_and_changed_in_turn(
    folder: Path, doorstep: Doorstep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second pair signs when DNS has it, or when the operator insists; nothing private is ever printed."""
    code, first = doorstep("mail", "keys", "make", "Leaf.AmselTea.example")
    assert (code, first.splitlines()[-1]) == (0, "They sign from now on, so put them into DNS at once.")
    assert re.findall(r"^(\S+)\. IN TXT", first, re.MULTILINE) == [
        f"doorstep1._domainkey.{DOMAIN}", f"doorstep1e._domainkey.{DOMAIN}",
    ]  # fmt: skip
    second = doorstep("mail", "keys", "make", DOMAIN)[1]
    assert f"They wait. When DNS has them: doorstep mail keys rotate {DOMAIN}" in second
    assert doorstep("mail", "keys", "show", DOMAIN)[1] == "\n".join(
        [*first.splitlines()[:2], *second.splitlines()[:2], ""]
    )

    known: dict[str, DnsAnswer] = {}

    async def find_texts(_: Resolver, name: str) -> DnsAnswer:
        return known.get(name, DnsAnswer())

    monkeypatch.setattr(Resolver, "find_texts", find_texts)
    code, told = doorstep("mail", "keys", "rotate", DOMAIN)
    assert (code, "DNS does not have these records" in told) == (1, True)
    for line in second.splitlines()[:2]:
        name, record = line.split(". IN TXT ")
        known[name] = DnsAnswer(values=("".join(re.findall('"([^"]*)"', record)),))
    assert doorstep("mail", "keys", "rotate", DOMAIN)[0] == 0
    listed = [line.split() for line in doorstep("mail", "keys", "list")[1].splitlines()[1:]]
    assert [(line[1], line[-1]) for line in listed] == [
        ("doorstep1", "waits"), ("doorstep1e", "waits"), ("doorstep2", "signs"), ("doorstep2e", "signs"),
    ]  # fmt: skip
    assert doorstep("mail", "keys", "rotate", DOMAIN, "--unseen")[0] == 0
    assert '"signs": true' in doorstep("mail", "keys", "list", "--json")[1]
    assert "PRIVATE" not in first + second + told
    assert (folder / DOMAIN).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("domain", ["../up", "leaf", "a b.example", "leaf.amseltea.example/x", ""])
def test_a_domain_is_nothing_but_a_domain(folder: Path, doorstep: Doorstep, domain: str) -> None:
    """It becomes the name of a folder."""
    assert doorstep("mail", "keys", "make", domain)[0] == 2
    assert not folder.exists()


def test_what_is_not_there_is_said(folder: Path, doorstep: Doorstep, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the step that mends it."""
    assert "There is no key. Make a pair" in doorstep("mail", "keys", "list")[1]
    assert f"There is no key of {DOMAIN}." in doorstep("mail", "keys", "show", DOMAIN)[1]
    assert f"No key of {DOMAIN} waits." in doorstep("mail", "keys", "rotate", DOMAIN)[1]
    doorstep("mail", "keys", "make", DOMAIN)
    (folder / DOMAIN / "doorstep1.pem").write_text("no key")
    assert "is no readable private key" in doorstep("mail", "keys", "list")[1]
    monkeypatch.delenv("DOORSTEP_DKIM_KEYS")
    code, told = doorstep("mail", "keys", "list")
    assert (code, "DOORSTEP_DKIM_KEYS is missing" in told) == (2, True)
