"""What all tests share: one set of loaded models, and fresh databases in temporary homes."""

import itertools
import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs the tests in the background has Ctrl-C ignored, and every process that they start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from lic.conversation import Conversation
from lic.factory import Lic
from lic.settings import Settings
from lic.types import Reply, Turn


@pytest.fixture(scope="session")
def parts_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose cache holds the fitted heads; give `Settings(home=…)` a copy of nothing else from it."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def models(parts_home: Path) -> Iterator[Lic]:
    """A LIC with loaded models, to take the models from."""
    lic = Lic(Settings(home=parts_home))
    lic.warm_up()
    yield lic
    lic.close()


@pytest.fixture
def lic(models: Lic, tmp_path: Path) -> Iterator[Lic]:
    """A fresh LIC in its own home with its own database, on the models that are loaded already."""
    fresh = models.with_home(tmp_path / "home")
    yield fresh
    fresh.close()


class Talk:
    """A conversation for tests: says lines a minute apart and keeps the replies."""

    def __init__(self, lic: Lic, owner: str = "ana", conversation: str = "main") -> None:
        self.conversation: Conversation = lic.conversation(owner, conversation)
        self._at = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
        self._numbers = itertools.count(1)
        self.owner = owner
        self.turns: list[Turn] = []
        self.replies: list[Reply] = []

    def say(self, text: str, at: datetime | None = None) -> Reply:
        """Say a line, at a time or a minute after the last one, and return the reply."""
        self._at = at or self._at + timedelta(minutes=1)
        turn = Turn(f"{self.owner}-{self.conversation.id}-{next(self._numbers)}", text, self.owner, self.conversation.id, self._at)
        reply = self.conversation.respond(turn)
        self.turns.append(turn)
        self.replies.append(reply)
        return reply


@pytest.fixture
def talk(lic: Lic) -> Callable[..., Talk]:
    """Begin a conversation: `talk()` or `talk("ben", "c2")`."""
    return lambda owner="ana", conversation="main": Talk(lic, owner, conversation)
