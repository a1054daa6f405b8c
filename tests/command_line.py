"""Running commands in tests: in this process on the models that are loaded already, or as real processes."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from lic.cli.main import app

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The only line that was printed, as JSON."""
        [line] = self.out.splitlines()
        return json.loads(line)

    @property
    def lines(self) -> list[Any]:
        """All lines that were printed, each as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class CommandLine:
    """The command line in one home."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])

    def __call__(self, *arguments: str, stdin: str | bytes = b"") -> Ran:
        """Run a command in this process; an error that is no clear sentence fails the test."""
        result = CliRunner().invoke(app, arguments, input=stdin, env={"LIC_HOME": str(self.home), **self.environment})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "Traceback" not in result.stderr
        return Ran(result.exit_code, result.stdout, result.stderr)


def process(*arguments: str, home: Path, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> Ran:
    """Run a command as a process of its own, as a person would."""
    done = subprocess.run(command(*arguments), input=stdin, capture_output=True, env=surroundings(home, environment), check=False, timeout=120)
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def command(*arguments: str) -> list[str]:
    """The words that start a command."""
    return [sys.executable, "-m", "lic", *arguments]


def surroundings(home: Path, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """This environment with another home, and the checkout importable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIC_")}
    return {**kept, "PYTHONPATH": str(ROOT), "LIC_HOME": str(home), **(environment or {})}
