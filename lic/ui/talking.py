"""Speaking with conversations from many browsers at once: one turn at a time in each, and every one can be stopped."""

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from lic.errors import LicError
from lic.transcript import Said, Transcript
from lic.types import Reply, Turn
from lic.ui.buttons import Correction
from lic.ui.correcting import corrected
from lic.ui.people import Seat
from lic.ui.waking import Waking

SHOWN_TURNS = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A message on its way to its conversation; its turn's id stays the same however often it is sent.

    `corrects` is the entry that it corrects, where it goes on with a correction that the page began.
    """

    turn: str
    text: str
    corrects: str | None = None


@dataclass(frozen=True, slots=True)
class WakingUp:
    """Said instead of a piece of the reply while the models are loading."""


class Talking:
    """Turns in, replies out; what the buttons and tabs of a chat need to know about its conversations."""

    def __init__(self, waking: Waking) -> None:
        self.waking = waking
        self._stops: dict[Seat, threading.Event] = {}
        self._changed = threading.Condition()

    def busy(self, seat: Seat) -> bool:
        """Whether a reply is on its way in this conversation."""
        with self._changed:
            return seat in self._stops

    def stop(self, seat: Seat) -> None:
        """Let the reply that is on its way end with what it has said."""
        with self._changed:
            if stop := self._stops.get(seat):
                stop.set()

    def stream(self, seat: Seat, asked: Asked) -> Iterator[str | WakingUp | Reply]:
        """Pieces of a reply's text and at the end the reply. Raises LicError, and then the turn has changed nothing.

        A reader who leaves early stops the model; the turn is kept with what was said until then.
        """
        reply: Reply | None = None
        with self._alone(seat) as stop:
            if not self.waking.ready:
                yield WakingUp()
            pieces = self._pieces(seat, asked, stop)
            try:
                # Not `yield from`: when the reader leaves, that would close the conversation's generator before it has kept the turn.
                for piece in pieces:
                    if isinstance(piece, Reply):
                        reply = piece
                    else:
                        yield piece
            finally:
                stop.set()
                with suppress(LicError):
                    for _ in pieces:
                        pass
        # The conversation is free again before the reader sees the reply, and may press one of its buttons.
        if reply is not None:
            yield reply

    def _pieces(self, seat: Seat, asked: Asked, stop: threading.Event) -> Iterator[str | Reply]:
        lic = self.waking.awake()
        turn = Turn(asked.turn, asked.text, seat.owner, seat.conversation, datetime.now().astimezone())
        if asked.corrects is None:
            return lic.conversation(seat.owner, seat.conversation).stream(turn, stop)
        reply = corrected(lic, turn, asked.corrects, Correction.wording(turn.text))
        return iter((reply.text, reply))

    def find(self, seat: Seat, turn: str) -> Said | None:
        """A turn of the person by its id."""
        with self.waking.lic.database.read() as connection:
            return Transcript(connection, seat.owner).find(turn)

    def history(self, seat: Seat) -> list[Said]:
        """The last turns that stand, the oldest first."""
        with self.waking.lic.database.read() as connection:
            return list(reversed(Transcript(connection, seat.owner).last(seat.conversation, SHOWN_TURNS)))

    def conversations(self, owner: str) -> list[tuple[str, str, datetime]]:
        """The person's conversations with something in them: id, first words and start, the newest first."""
        with self.waking.lic.database.read() as connection:
            return Transcript(connection, owner).conversations()

    def take_back(self, seat: Seat, turn: str) -> None:
        """Remove a turn and all after it from its conversation, and undo what they taught."""
        self.stop(seat)
        with self._alone(seat):
            self.waking.awake().conversation(seat.owner, seat.conversation).take_back(turn)

    @contextmanager
    def _alone(self, seat: Seat) -> Generator[threading.Event]:
        """Wait until the conversation is free, and hold it: the same turn twice at once would be learned twice."""
        stop = threading.Event()
        with self._changed:
            self._changed.wait_for(lambda: seat not in self._stops)
            self._stops[seat] = stop
        try:
            yield stop
        finally:
            with self._changed:
                del self._stops[seat]
                self._changed.notify_all()
