"""Issues with which something is wrong, through the commands as they are typed: each is told, and nothing is sent."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from domain.keyring import Keyring
from language.findings import Finding
from service.cli.issue_findings import look_into_folder, pick_findings
from service.engine.clock import system_now
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from service.workspace.edition import LIBRARY
from tests.support.issue_readers import make_readers, write_readers
from tests.support.paths import ROOT
from tests.support.run_cli import Doorstep, settle_in, write_files

SECRET = "a secret of more than thirty-two bytes"
BASE, TOPIC, READERS = ROOT / "tests" / "broken" / "base", "letters", 40
GETTING = 37
"""Readers who are not left out."""
HEAD = "topic: letters\nmail: welcome\n"
LIVE = {
    "issues/all.yaml": f"issue: all\n{HEAD}",
    "issues/other.yaml": f"issue: other\n{HEAD}",
    "issues/past.yaml": f"issue: past\nsend: 2020-01-01 09:00\n{HEAD}",
    "issues/nobody.yaml": f"issue: nobody\nto: tag is reader\n{HEAD}",
    "issues/everybody.yaml": f"issue: everybody\nsegment: quiet\n{HEAD}",
}
DRAFTS = {
    "topic: leters\nmail: welcome": "[unknown-topic] “leters” is no topic of doorstep.yaml. Did you mean “letters”?",
    "topic: letters\nmail: welcom": "“welcom”",
    f"segment: sleeper\n{HEAD}": "[unknown-segment] “sleeper” is no segment of doorstep.yaml.",
    "topic: letters\nmail: {welcome: 50%, other: 49%}": "[split-not-100] The shares of the readers add up to 99%.",
    "topic: letters\nmail: {welcome: 50%, other: 51%}": "[split-not-100] The shares of the readers add up to 101%.",
    f"winner: {{by: human clicks, after: 1 hour, else: welcome}}\n{HEAD}": "[winner-share] A winner needs two mails",
    f"late: -6 hours\n{HEAD}": "[unclear-time] “-6 hours” is not a length of time.",
    f"late: 0 hours\n{HEAD}": "[unclear-time] “0 hours” is no time at all.",
    "topic: [letters": "[open-bracket]",
}
"""By what stands in a file that is not live, what is said of it."""


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand beside a small workspace that is live, with forty readers; nothing is sent here."""
    settle_in(tmp_path, monkeypatch, SECRET)
    folder = tmp_path / "workspace"
    shutil.copytree(BASE, folder)
    mails = {name: LIBRARY["emails"] / f"{name}.mjml" for name in ("_layout", "confirmation", "welcome", "come_back")}
    with (folder / "doorstep.yaml").open("a", encoding="utf-8") as config:
        config.write("segments: {quiet: never cup.noted}\n")
    write_files(folder, LIVE | {f"emails/{name}.mjml": path.read_text("utf-8") for name, path in mails.items()})
    asyncio.run(_write_readers(tmp_path, folder))
    return folder


async def _write_readers(place: Path, folder: Path) -> None:
    settings = Settings(secret=SECRET, data=place / "store", mail_url="smtp://127.0.0.1:1", workspace=folder)
    async with open_doorstep(settings, "web") as doorstep:
        readers = make_readers(range(READERS), doorstep.editions.current_config(), Keyring(SECRET), TOPIC, system_now())
        await write_readers(doorstep.store, readers, TOPIC)


def test_what_is_wrong_with_a_live_issue_is_said_and_nothing_is_sent(doorstep: Doorstep, folder: Path) -> None:
    """A moment that is past, a condition that holds for nobody, a wrong number, a mail that changed since the plan."""
    assert json.loads(doorstep("issue", "plan", "all", "--now", "--json")[1])["readers"] == GETTING
    assert "is not the number of readers" in doorstep("issue", "send", "all", "--now", "--readers", "36")[1]
    assert doorstep("issue", "plan", "nobody", "--now")[0] == 0
    assert "would go to nobody" in doorstep("issue", "send", "nobody", "--now", "--readers", "0")[1]
    code, said = doorstep("issue", "send", "past", "--readers", str(GETTING))
    assert (code, "“2020-01-01 09:00” is past. Say --now" in said) == (1, True)
    assert "other was never planned" in doorstep("issue", "send", "other", "--now", "--readers", "37")[1]
    (folder / "issues" / "all.yaml").write_text(f"late: 2 hours\nissue: all\n{HEAD}", "utf-8")
    assert doorstep("apply", str(folder))[0] == 0
    assert "The workspace has changed since the plan" in doorstep("issue", "send", "all", "--now", "--readers", "37")[1]


@pytest.mark.usefixtures("folder")
def test_a_plan_says_whom_a_condition_picks(doorstep: Doorstep) -> None:
    """Nobody, and everybody, in words; those who are not meant are no readers who were left out, and can be listed."""
    code, said = doorstep("issue", "plan", "nobody", "--now")
    assert (code, "nobody would go to 0 readers of letters" in said) == (0, True)
    assert "for        nobody: “tag is reader” holds of none of the 40 who confirmed letters" in said
    assert "left out   0" in said
    told = json.loads(doorstep("issue", "plan", "nobody", "--now", "--json")[1])
    assert (told["readers"], told["not_meant"], told["left_out"], told["begins"]) == (0, READERS, {}, None)
    listed = doorstep("issue", "plan", "nobody", "--now", "--people", "not meant")[1]
    assert len(listed.splitlines()) == READERS
    said = doorstep("issue", "plan", "everybody", "--now")[1]
    assert "for        everybody: “in quiet” holds of all 40 who confirmed letters, so it tells nobody apart" in said
    assert f"everybody would go to {GETTING} readers" in said
    assert "  for  " not in doorstep("issue", "plan", "all", "--now")[1]


def test_an_issue_that_is_not_live_is_checked_where_it_lies(
    doorstep: Doorstep, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each mistake with its place."""
    draft = folder / "issues" / "draft.yaml"
    for text, said in DRAFTS.items():
        draft.write_text(f"issue: draft\n{text}\n", "utf-8")
        assert look_into_folder("draft").startswith("issues/draft.yaml of workspace/ ")
        assert said in capsys.readouterr().err
    code, told = doorstep("issue", "plan", "draft")
    assert (code, "issues/draft.yaml of workspace/ has" in told) == (2, True)
    draft.write_text(f"issue: draft\n{HEAD}", "utf-8")
    assert look_into_folder("draft").endswith(" is not live: doorstep apply.")


@pytest.mark.usefixtures("folder")
def test_a_name_that_is_none_is_repeated_in_part(doorstep: Doorstep) -> None:
    """With the nearest one, if there is one."""
    code, told = doorstep("issue", "send", "x" * 10_000)
    assert (code, len(told) < 2000, "is no issue of the live workspace" in told) == (2, True, True)
    assert "Did you mean “all”?" in doorstep("issue", "plan", "alls")[1]


def test_a_plan_names_the_findings_of_its_own_mails() -> None:
    """Of the file, its mails in all languages, what all mails share, and its topic; nothing else."""
    files = {
        "issues/all.yaml": "late", "emails/welcome.mjml": "contrast", "emails/welcome.de.mjml": "spelling",
        "emails/_layout.mjml": "links", "doorstep.yaml": "“letters” promises more", "emails/welcome_more.mjml": "no",
        "issues/other.yaml": "no", "flows/letters.yaml": "no",
    }  # fmt: skip
    findings = [
        Finding(file=file, line=1, column=1, code="some", message=said, severity="warning")
        for file, said in (*files.items(), ("doorstep.yaml", "of something else"))
    ]
    picked = [finding.file for finding in pick_findings(findings, "issues/all.yaml", ["welcome"], TOPIC)]
    assert picked == list(files)[:5]
