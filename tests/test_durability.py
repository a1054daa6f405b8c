"""Killed at any moment of a teaching turn, the database holds the entry and its rows, or neither, and all that was acknowledged.

One process loads the models once and forks a child for each life; the children teach until they are killed.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import event

from lic.database.database import Database
from lic.factory import Lic
from lic.settings import Settings
from lic.types import Turn

KILLS = 60
THINGS = ("dog", "cat", "boat", "car", "parrot", "horse", "bike", "rabbit", "hamster", "sister", "brother", "street", "school", "team", "ship")


# The processes that are killed ---------------------------------------------------------------------------------------


def say(line: str) -> None:
    """Write a line at once; lines this short arrive whole."""
    os.write(1, f"{line}\n".encode())


def teach(lic: Lic, life: int) -> None:
    """Teach distinct facts for ever and acknowledge each one."""
    conversation = lic.conversation("ana", f"life{life}")
    for number in range(10_000):
        value = "Q" + "".join(chr(ord("a") + int(digit)) for digit in f"{life:03d}{number:04d}")
        at = datetime(2026, 5, 3, tzinfo=UTC) + timedelta(hours=life, seconds=number)
        turn = Turn(f"{life}-{number}", f"My {THINGS[(life + number) % len(THINGS)]} is called {value}", "ana", f"life{life}", at)
        say(f"begin {turn.id}")
        reply = conversation.respond(turn)
        say(f"told {turn.id} {value} {'learned' if reply.receipt else 'nothing'}")


def die_before_statement(lic: Lic, number: int) -> None:
    """Kill this process just before its n-th statement from now on, or before the commit that ends the turn."""
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(lic.database.engine, "before_cursor_execute", count)
    event.listen(lic.database.engine, "commit", count)


def serve(models: str, home: str) -> None:
    """Load the models once, then fork a teaching child for every line "life statement" on standard input."""
    import torch

    torch.set_num_threads(1)  # no thread may exist that a fork would lose
    loaded = Lic(Settings(home=Path(models), ask_below=0, ignore_below=0))  # odd names are learned without asking
    loaded.warm_up()
    loaded.close()
    say("ready")
    for line in sys.stdin:
        life, statement = map(int, line.split())
        child = os.fork()
        if child == 0:
            say(f"child {os.getpid()}")
            lic = loaded.with_home(Path(home))
            if statement:
                die_before_statement(lic, statement)
            teach(lic, life)
        os.waitpid(child, 0)
        say("dead")


# The test that kills them --------------------------------------------------------------------------------------------


@dataclass
class Lives:
    """The process that forks the children, and what they acknowledged."""

    process: subprocess.Popen[str]
    home: Path
    life: int = 0
    acknowledged: dict[str, str] = field(default_factory=dict[str, str])
    begun: set[str] = field(default_factory=set[str])

    def lines(self) -> Iterator[list[str]]:
        """The words of each line, as they come, while one child lives; keeps what it acknowledges."""
        out: IO[str] | None = self.process.stdout
        assert out is not None
        for line in out:
            words = line.split()
            if words[0] == "begin":
                self.begun.add(words[1])
            if words[0] == "told":
                assert words[3] == "learned", line
                self.acknowledged[words[1]] = words[2]
            yield words
            if words[0] == "dead":
                return
        raise AssertionError("the forking process ended")

    def live(self, statement: int = 0) -> Iterator[list[str]]:
        """Begin the next life; `statement` is the one before which it ends itself, 0 for none."""
        self.life += 1
        assert self.process.stdin is not None
        self.process.stdin.write(f"{self.life} {statement}\n")
        self.process.stdin.flush()
        return self.lines()


@pytest.fixture
def lives(models: Lic, parts_home: Path, tmp_path: Path) -> Iterator[Lives]:
    """The forking process, with the models loaded."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    command = [sys.executable, "-m", "tests.test_durability", str(parts_home), str(tmp_path / "home")]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Lives(process, tmp_path / "home")
        assert process.stdin is not None
        process.stdin.close()


def assert_whole(lives: Lives) -> None:
    """After a restart: the file is sound, every entry has its one row and its turn, and nothing acknowledged is missing."""
    database = Database(f"sqlite:///{lives.home / 'lic.db'}")
    database.migrate()
    database.check()
    with database.read() as connection:
        entries = connection.exec_driver_sql("SELECT e.id, v.value, v.turn FROM entries e JOIN versions v ON v.entry = e.id ORDER BY v.seq").all()
        rows = connection.exec_driver_sql("SELECT entry, turn, json_extract(row, '$.answer') FROM examples").all()
        untaught = connection.exec_driver_sql("SELECT id FROM turns WHERE teaching AND receipt IS NULL").all()
        said = dict(connection.exec_driver_sql("SELECT id, receipt FROM turns WHERE receipt IS NOT NULL").all())
        receipts = set(connection.exec_driver_sql("SELECT r.id FROM receipts r WHERE EXISTS (SELECT 1 FROM journal j WHERE j.receipt = r.id)").scalars())
        current = connection.exec_driver_sql("SELECT entry, count(*) FROM versions WHERE valid_to IS NULL GROUP BY entry").all()
        words = set(connection.exec_driver_sql("SELECT rowid FROM entries_fts").scalars())
        numbers = set(connection.exec_driver_sql("SELECT seq FROM versions WHERE valid_to IS NULL").scalars())
    database.close()
    newest = {entry: turn for entry, _, turn in entries}
    assert {entry: turn for entry, turn, _ in rows} == newest
    assert len(rows) == len(newest) == len(current)
    assert not untaught
    assert {turn for _, _, turn in entries} == set(said)
    assert set(said.values()) == receipts
    assert words == numbers
    taught = {turn: value for _, value, turn in entries}
    assert taught.keys() <= lives.begun
    assert lives.acknowledged.items() <= taught.items()


def test_sixty_kills_at_random_moments_lose_nothing_and_halve_nothing(lives: Lives) -> None:
    chance = random.Random(7)
    turn_seconds = 0.2
    unacknowledged = 0
    for _ in range(KILLS):
        last_turn = f"-{chance.randrange(3)}"
        child, began = 0, time.perf_counter()
        for words in lives.live():
            if words[0] == "child":
                child = int(words[1])
            elif words[0] == "told":
                turn_seconds = time.perf_counter() - began
            elif words[0] == "begin":
                began = time.perf_counter()
                if words[1].endswith(last_turn):
                    time.sleep(chance.uniform(0, 1.2 * turn_seconds))
                    os.kill(child, signal.SIGKILL)
        unacknowledged += len(lives.begun) > len(lives.acknowledged)
        assert_whole(lives)
    assert len(lives.acknowledged) > KILLS // 2, "the children hardly came to teach"
    assert unacknowledged, "no kill hit a turn on its way"


def test_a_kill_before_any_statement_of_a_teaching_turn_leaves_all_or_nothing(lives: Lives) -> None:
    for _ in lives.live(statement=1):
        pass
    for statement in range(2, 200):
        known = len(lives.acknowledged)
        for _ in lives.live(statement):
            pass
        assert_whole(lives)
        if len(lives.acknowledged) > known:
            break
    assert lives.acknowledged, "no turn was ever whole"
    assert statement > 10, "a teaching turn has more statements than that"


if __name__ == "__main__":
    serve(*sys.argv[1:])
