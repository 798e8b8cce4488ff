"""Conversations of public bots, written in our language (tests/good/conversations), go as people naturally answer."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from service.transcripts.check_names import WorkspaceNames, check_transcript
from service.transcripts.read_files import Transcript, parse_transcripts, read_transcript_files
from service.transcripts.run import run_transcripts
from service.workspace.edition import Edition, compile_edition, read_files
from tests.support.paths import ROOT
from tests.support.sample_workspace import START

FOLDERS = tuple(ROOT / "tests" / "good" / name for name in ("conversations", "places"))
"""Workspaces: of seven public bots, and of two shops in two time zones."""


class Conversations(NamedTuple):
    """The workspace, and its transcripts."""

    edition: Edition
    transcripts: tuple[Transcript, ...]


@cache
def read_conversations(folder: Path) -> Conversations:
    """Compile a workspace; it has no findings at all."""
    files, unreadable = read_files(folder)
    edition, findings = compile_edition(files)
    texts, misread = read_transcript_files(folder)
    transcripts, wrong = parse_transcripts(texts)
    assert [str(finding) for finding in (*unreadable, *findings, *misread, *wrong)] == []
    assert edition
    return Conversations(edition, tuple(transcripts))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_transcripts_name_what_exists(folder: Path) -> None:
    """Steps, fields and teams of the transcripts are those of the workspace."""
    edition, transcripts = read_conversations(folder)
    names = WorkspaceNames(
        config=edition.config, rules=edition.rules, templates=frozenset(name for name, _ in edition.mails.templates)
    )

    assert [str(finding) for one in transcripts for finding in check_transcript(one, names)] == []


@pytest.mark.parametrize(
    ("folder", "name"), [(folder, one.name) for folder in FOLDERS for one in read_conversations(folder).transcripts]
)
def test_a_conversation_goes_as_written(folder: Path, name: str) -> None:
    """People answer in their own words, ask back, change their mind; the bot does what a person would."""
    edition, transcripts = read_conversations(folder)
    chosen = [one for one in transcripts if one.name == name]

    result = run_transcripts(chosen, edition.rules, edition.config, frozenset(), start=START)

    assert result.differences == ()
