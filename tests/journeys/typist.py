"""An officer at the terminal: types commands, reads what comes back."""

import json
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner, Result

OFFICER = ("--officer", "山本")


class Typist:
    """Types `osame …` in process and insists on a sentence, never a traceback."""

    def __init__(self, app: typer.Typer) -> None:
        self.app = app

    def __call__(self, *words: object) -> Result:
        """One command, whatever its exit code."""
        result = CliRunner().invoke(self.app, [str(word) for word in words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise AssertionError(f"{words} died: {result.exception!r}") from result.exception
        return result

    def ok(self, *words: object) -> str:
        """A command that must succeed; what it said."""
        result = self(*words)
        assert result.exit_code == 0, (words, result.output)
        return result.output

    def refused(self, *words: object, code: int = 1) -> str:
        """A command that must be refused with a sentence; what it said."""
        result = self(*words)
        assert result.exit_code == code, (words, result.output)
        assert code == 2 or "できません：" in result.stderr or "受け付けません：" in result.stderr, result.output
        return result.output

    def json(self, *words: object, code: int = 0) -> Any:
        """The answer to a machine, which is one line of JSON and nothing else."""
        result = self(*words, "--json")
        assert result.exit_code == code, (words, result.output)
        (line,) = result.stdout.splitlines()
        return json.loads(line)

    def take(self, kind: str, path: Path, *words: object) -> tuple[int, int, int, int]:
        """Import a file: rows in, posted, held and rejected."""
        told = self.json("import", kind, path, *OFFICER, *words)
        return told["rows_in"], told["rows_posted"], told["rows_held"], told["rows_rejected"]
