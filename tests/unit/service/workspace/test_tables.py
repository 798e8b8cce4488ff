"""Tables of a workspace: shipped, copied, read from the folder, part of the edition."""

from pathlib import Path

from service.workspace.edition import LIBRARY, compile_edition, content_hash, read_files, shipped_files


def written(folder: Path) -> Path:
    """Write the shipped workspace."""
    for name, text in shipped_files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def test_the_shipped_tables_are_part_of_the_workspace(tmp_path: Path) -> None:
    """What lies in the library is copied and read again, tables among it."""
    tables = {f"tables/{path.name}" for path in LIBRARY["tables"].iterdir()}
    assert tables
    assert tables <= shipped_files().keys()
    assert read_files(written(tmp_path)) == (shipped_files(), [])


def test_a_table_is_part_of_the_edition(tmp_path: Path) -> None:
    """A changed row makes another edition; a broken table is a finding with its place."""
    folder = written(tmp_path)
    (folder / "tables" / "extra.csv").write_text("id,name\na,Assam\n", "utf-8")
    edition, findings = compile_edition(read_files(folder)[0])
    assert edition is not None
    assert findings == []
    assert edition.hash != content_hash(shipped_files())
    (folder / "tables" / "extra.csv").write_text("id,name\na,Assam\na,Again\n", "utf-8")
    broken, found = compile_edition(read_files(folder)[0])
    assert broken is None
    assert [(one.file, one.line, one.code) for one in found] == [("tables/extra.csv", 3, "same-id")]
