"""What only Django can say — commands and migrations — asked once, in a process of its own, without a database."""

import json
import os
import subprocess
import sys

import pytest

from tests.tidy.tree import ROOT

QUESTION = """
import io, json, warnings
warnings.simplefilter("ignore")
import django
django.setup()
import typer
from django.core.management import call_command
from osame.cli import build_app

def commands(command, path=()):
    inner = getattr(command, "commands", None)
    if inner is None:
        return [" ".join(path)]
    return [name for word, each in inner.items() for name in commands(each, (*path, word))]

said = io.StringIO()
try:
    call_command("makemigrations", check_changes=True, dry_run=True, stdout=said, stderr=said)
    drift = ""
except SystemExit:
    drift = said.getvalue()
print(json.dumps({"commands": commands(typer.main.get_command(build_app()), ("osame",)), "drift": drift}))
"""


@pytest.fixture(scope="session")
def answers() -> dict[str, object]:
    environment = {
        **os.environ,
        "OSAME_NO_DATABASE": "1",
        "OSAME_ALL_SYSTEMS": "1",
        "DJANGO_SETTINGS_MODULE": "osame.platform.settings",
    }
    asked = subprocess.run(
        [sys.executable, "-c", QUESTION], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stderr
    return json.loads(asked.stdout)


@pytest.fixture(scope="session")
def commands(answers) -> frozenset[str]:
    """Every command an operator can type: osame demo run, osame setup …."""
    return frozenset(answers["commands"])
