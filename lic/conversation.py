"""One turn, from start to end: the only place where the teaching branch and the answering branch meet."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from lic import replies
from lic.branches.answering import Answering
from lic.branches.desk import AlreadyAnswered, Desk, Parts, Situation, said_to_person
from lic.branches.explaining import Explaining
from lic.branches.forgetting import Forgetting
from lic.branches.handing_over import HandingOver, Taught
from lic.branches.managing import Managing
from lic.branches.meaning import Meant
from lic.branches.placing import Placing
from lic.branches.recalling import Recalling
from lic.branches.settling import Settling
from lic.branches.teaching import Teaching
from lic.data_management.commits import Commit
from lic.errors import NothingToUndo
from lic.intent.wishes import WISHES, Wish
from lic.language import words
from lic.lessons.foreign import is_foreign
from lic.transcript import Said, Transcript
from lic.types import Act, Reply, StopSignal, Turn

NEVER = threading.Event()
RECALLING: frozenset[Wish] = frozenset(("question", "about", "learned", "past"))
ASKS_WHY: frozenset[Wish] = frozenset(("why", "who_said", "when_said"))
SURELY_ABOUT_MEMORY = 0.5
"""From this probability on a question is one about the memory itself."""
LONGEST_REDO = 8
SHRUG = 3
"""Small talk of so few words after LIC asked to be taught says that the person does not know either."""


class Conversation:
    """Turns in, replies out, for one person in one conversation."""

    def __init__(self, parts: Parts, owner: str, conversation: str) -> None:
        self.owner = owner
        self.id = conversation
        self._parts = parts
        self._desk = Desk(parts, owner, conversation)
        self._teaching = Teaching(self._desk)
        self._managing = Managing(self._desk, self._teaching)
        self._forgetting = Forgetting(self._desk)
        self._handing_over = HandingOver(self._desk)
        self._explaining = Explaining(self._desk)
        self._recalling = Recalling(self._desk)
        self._placing = Placing(self._desk)
        self._settling = Settling(self._desk)
        self._answering = Answering(self._desk)

    def respond(self, turn: Turn) -> Reply:
        """The whole reply to a turn. Raises TurnError where the turn cannot be taken, StoreError where it cannot be kept."""
        for piece in self.stream(turn):
            if isinstance(piece, Reply):
                return piece
        raise AssertionError("a stream ends with its reply")

    def stream(self, turn: Turn, stop: StopSignal = NEVER) -> Iterator[str | Reply]:
        """Pieces of the reply's text as they come, and at the end the reply itself, which is then on the disk.

        The same turn again gives the same reply and writes nothing.
        """
        began = time.perf_counter()
        turn = self._desk.checked(turn)
        with self._parts.database.read() as connection:
            said = Transcript(connection, self.owner).find(turn.id)
        if said is not None and said.status != "replaced":
            yield said.reply.text
            yield said.reply
            return
        try:
            yield from self._answered(turn, stop, began)
        except AlreadyAnswered as answered:
            yield answered.reply.text
            yield answered.reply

    def _answered(self, turn: Turn, stop: StopSignal, began: float) -> Iterator[str | Reply]:
        situation = self._desk.read(turn)
        situation.seconds["recognize"] = time.perf_counter() - began
        reply = self._acted(situation)
        if reply is not None:
            yield reply.text
        else:
            for piece in self._answering.answered(situation, stop):
                if isinstance(piece, Reply):
                    reply = piece
                else:
                    yield piece
        assert reply is not None
        situation.seconds["total"] = time.perf_counter() - began
        self._parts.reader.read_ahead(said_to_person(reply.text))
        yield replace(reply, seconds=situation.seconds)

    def _acted(self, situation: Situation) -> Reply | None:
        """The reply of a turn that changes something or asks about what was said; None where it is to be answered."""
        began = time.perf_counter()
        reply = self._decided(situation)
        situation.seconds["learn"] = time.perf_counter() - began if reply is not None else 0.0
        return reply

    def _decided(self, situation: Situation) -> Reply | None:
        if situation.turn.image is not None:
            return self._desk.kept(situation, replies.PICTURES_LATER)
        if situation.pending.get("asks") != "teach" and is_foreign(situation.turn.text):
            return self._desk.kept(situation, replies.ENGLISH_ONLY)
        waiting = situation.pending.get("asks") == "confirm"
        act = situation.intent.act
        if waiting and act == "confirm":
            by_kind = {
                "remember": self._teaching.confirmed,
                "forget": self._forgetting.confirmed,
                "undo": self._managing.undone,
                "together": self._managing.undone_together,
            }
            return by_kind[situation.pending["kind"]](situation)
        if act == "deny" and waiting:
            return self._teaching.declined(situation)
        if situation.pending.get("asks") == "teach" and (act == "deny" or (act == "chat" and len(words(situation.turn.text)) <= SHRUG)):
            return self._desk.kept(situation, replies.WHEN_YOU_KNOW)
        if self._wants_redo(situation):
            return self._managing.redone(situation)
        if situation.pending.get("asks") == "choose" and (reply := self._chosen(situation)):
            return reply
        asks = act in ("question", "request", "why") or (act == "chat" and situation.turn.text.endswith("?"))
        if asks and (reply := self._recalled(situation)):
            return reply
        by_act: Mapping[Act, Callable[[Situation], Reply | None]] = {
            "undo": self._managing.undo,
            "forget": self._forgetting.forget,
            "why": self._explaining.why,
            "feedback": self._managing.feedback,
            "task": lambda s: self._desk.kept(s, replies.TASKS_LATER),
        }
        if act in by_act:
            return by_act[act](situation)
        if situation.pending.get("kind") == "whom" and act not in ("question", "request") and (reply := self._teaching.told_whom(situation)):
            return reply
        settings = self._parts.settings
        answers_question = situation.context.asks == "teach" and act not in ("question", "request", "why")
        if situation.intent.teaching_probability >= settings.ask_below:
            return self._teaching.teach(situation)
        if situation.intent.teaching_probability >= settings.ignore_below or (answers_question and situation.intent.teaching_probability >= 0.25):
            return self._teaching.ask_whether(situation)
        return None

    def _chosen(self, situation: Situation) -> Reply | None:
        """The reply to one of the choices that LIC gave; None where the turn chooses nothing."""
        return self._settling.chosen(situation) if situation.pending["kind"] == "conflict" else self._placing.chosen(situation)

    def _wants_redo(self, situation: Situation) -> bool:
        """Whether the change that was just undone is wanted back; a bare "redo" sounds like many things, but hardly like a statement."""
        if situation.intent.teaching_probability >= self._parts.settings.ask_below:
            return False
        if not situation.history or "redo" not in situation.history[0].reply.options or len(words(situation.turn.text)) > LONGEST_REDO:
            return False
        wish, probability = self._parts.wishes.among(situation.encoding, WISHES)
        return wish == "redo" and probability >= SURELY_ABOUT_MEMORY

    def _recalled(self, situation: Situation) -> Reply | None:
        """The reply to a question about the memory itself; None where it is one about what is known, or why."""
        wish, probability = self._parts.wishes.among(situation.encoding, RECALLING | (ASKS_WHY if situation.intent.act == "why" else set()))
        if probability < SURELY_ABOUT_MEMORY:
            return None
        by_wish: Mapping[Wish, Callable[[Situation], Reply | None]] = {
            "about": self._recalling.about,
            "learned": self._recalling.learned,
            "past": self._recalling.past,
        }
        return by_wish[wish](situation) if wish in by_wish else None

    # Beside the talk -------------------------------------------------------------------------------------------------

    def teach(self, texts: Sequence[str], at: datetime) -> Iterator[Taught]:
        """Learn texts that are handed over, each in its own transaction, whatever act they sound like; this conversation is their source."""
        return self._handing_over.taught(texts, at)

    def meant_to_forget(self, words: str) -> Meant:
        """What words such as "my dog's name", "handbook.md" or "what I said yesterday" mean; nothing is removed."""
        return self._forgetting.named(words)

    # Taking a turn back ----------------------------------------------------------------------------------------------

    def take_back(self, turn: str) -> None:
        """Remove a turn and all after it from the conversation, and undo what they taught, the last first.

        What another conversation built on since then stays as it is, and so does everything where the turn is not of this conversation.
        """
        at = datetime.now(UTC)
        commits: list[Commit] = []
        with self._parts.database.write() as connection:
            transcript = Transcript(connection, self.owner)
            for said in transcript.since(self.id, turn):
                if said.reply.receipt is not None:
                    with suppress(NothingToUndo):  # undone before, or built on elsewhere
                        commits.append(self._parts.manager.undo(connection, self.owner, said.reply.receipt, at))
                transcript.mark(said.turn.id, "replaced")
            transcript.wait_for(self.id, {}, at)
        for commit in commits:
            self._parts.manager.committed(commit)

    def undo(self, turn: str) -> Reply:
        """Take back what a turn taught, or ask whether what was built on it goes too. Raises NotFound and NothingToUndo."""
        return self._managing.undo_of(turn)

    def not_teaching(self, turn: str) -> Reply:
        """Take back what a turn taught, and keep for the gate that it was not teaching. Raises NotFound."""
        return self._managing.not_teaching(turn)

    def history(self, n: int = 200) -> list[Said]:
        """The turns that stand, the oldest first."""
        with self._parts.database.read() as connection:
            return list(reversed(Transcript(connection, self.owner).last(self.id, n)))
