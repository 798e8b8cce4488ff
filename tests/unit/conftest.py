"""The program as it is typed, for every test of a command."""

import pytest

from service.cli.main import main
from tests.support.run_cli import Doorstep


@pytest.fixture
def doorstep(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doorstep:
    """Return how to call the program; it returns exit code and output."""

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["doorstep", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out + said.err

    return call
