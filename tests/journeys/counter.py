"""Officers at one terminal, each under a name of their own; acts of high risk ask for password and code."""

import json
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from tests.systems.platform.staff_cast import PASSWORD, code, forget_codes, hire, with_app


class Counter:
    """Types `osame …` as one of several officers."""

    def __init__(self, app: Typer, patch: pytest.MonkeyPatch) -> None:
        self.app, self.patch, self.secrets = app, patch, dict[str, str]()

    def hire(self, number: str, name: str, *roles: str) -> None:
        """An officer with roles and an authenticator app."""
        self.secrets[number] = with_app(hire(number, name, *roles))

    def __call__(self, by: str, *words: object, purpose: str = "", typed: str = "") -> Result:
        """One command by an officer."""
        self.patch.setenv("OSAME_OFFICER", by)
        self.patch.setenv("OSAME_PURPOSE", purpose)
        proof = ""
        if by in self.secrets:
            forget_codes()
            proof = f"{PASSWORD}\n{code(self.secrets[by])}\n"
        result = CliRunner().invoke(self.app, [str(word) for word in words], input=proof + typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise AssertionError(f"{words} died: {result.exception!r}") from result.exception
        return result

    def ok(self, by: str, *words: object, purpose: str = "", typed: str = "") -> str:
        """A command that must succeed; what it said."""
        result = self(by, *words, purpose=purpose, typed=typed)
        assert result.exit_code == 0, (words, result.output)
        return result.output

    def refused(self, by: str, *words: object, purpose: str = "") -> str:
        """A command that must be refused with a sentence."""
        result = self(by, *words, purpose=purpose)
        assert result.exit_code == 1, (words, result.output)
        assert "できません" in result.output, result.output
        return result.output

    def json(self, by: str, *words: object, purpose: str = "") -> Any:
        """The answer to a machine."""
        return json.loads(self.ok(by, *words, "--json", purpose=purpose).splitlines()[-1])

    def decided(self, proposal: str, *, maker: str, judge: str) -> str:
        """Carry a proposal to its end: checked and decided by another officer, executed by its maker."""
        self.refused(maker, "approval", "check", proposal)
        self.ok(judge, "approval", "check", proposal)
        self.ok(judge, "approval", "decide", proposal)
        return self.ok(maker, "approval", "execute", proposal)
