"""The small frozen records that move between the rooms, and the protocols of the seams."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

Act = Literal[
    "fact", "correction", "experience", "emotion", "preference", "example", "task",
    "forget", "undo",
    "question", "request", "chat", "why", "feedback", "confirm", "deny",
]  # fmt: skip
ACTS: tuple[Act, ...] = get_args(Act)
TEACHING_ACTS: frozenset[Act] = frozenset(("fact", "correction", "experience", "emotion", "preference", "example", "task"))

Section = Literal["domain_knowledge", "emotional_states", "individual_experiences"]
SECTIONS: tuple[Section, ...] = get_args(Section)
Asks = Literal["teach", "confirm", "choose"]
TAUGHT_REPLY = "answer"
"""The relation of "when I say X, answer Y": the value is said as it stands."""
Operation = Literal["add", "update", "retire", "restore", "forget"]
Target = Literal["mental_process", "dataset"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of one person in one conversation."""

    id: str
    text: str
    owner: str
    conversation: str
    said_at: datetime
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Encoding:
    """What one forward pass of the text encoder gives for one text of n word pieces.

    `vector` is the unit-length sentence vector, shape (d,); `states` are the hidden states of several layers side by side, the
    last one last, shape (n, state size), with the two special tokens at the ends;
    `offsets` are the character spans of the pieces, (0, 0) for special ones; `ids` are the piece ids.
    """

    text: str
    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    states: Vector
    vector: Vector


class Encoder(Protocol):
    """A frozen text encoder; unlike an Autopilot it makes vectors, not words."""

    fingerprint: str
    dimension: int
    state_size: int

    def encode(self, texts: Sequence[str]) -> list[Encoding]: ...

    def piece_vectors(self, ids: Sequence[int]) -> Vector: ...

    def tokenize(self, text: str) -> tuple[int, ...]: ...


@dataclass(frozen=True, slots=True)
class Intent:
    """The act of a turn with its calibrated probability, and the calibrated probability that the person is teaching."""

    act: Act
    probability: float
    teaching_probability: float
    teaching: bool

    def as_json(self) -> dict[str, Any]:
        """The `intent` object of `lic replay` and `lic recognize`."""
        return {
            "act": self.act,
            "teaching": self.teaching,
            "probability": round(self.probability, 4),
            "teaching_probability": round(self.teaching_probability, 4),
        }


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of the span."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Slots:
    """Subject, relation and value of a statement or question, as words."""

    subject: str = ""
    relation: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing known, in its current version, as its owner may see it.

    `said_by` is who said this version, where that was not the owner; empty where that person is forgotten.
    """

    id: str
    version: int
    owner: str
    shared: bool
    section: Section
    topic: str
    text: str
    question: str
    slots: Slots
    many: bool
    said_at: datetime
    turn: str | None
    created_at: datetime
    holds_from: datetime | None = None
    holds_until: datetime | None = None
    said_by: str | None = None

    @property
    def speaker(self) -> str:
        """Who said the current version; empty where that person is forgotten."""
        return self.owner if self.said_by is None else self.said_by


@dataclass(frozen=True, slots=True)
class Context:
    """What a turn stands in: LIC's last reply and what it waits for, and the entries spoken of last, newest first.

    `question` is the person's question that LIC could not answer, in the person's words, and `asked` its subject and relation.
    """

    previous: str | None = None
    asks: Asks | None = None
    question: str = ""
    asked: Slots = Slots()
    focus: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a teaching turn teaches, prepared to a dataset format.

    `section` is None where only a dataset learns (an example of a task). `target` names the entry that the lesson is about
    when the conversation makes that clear. `correction` is how surely an older value is meant to be replaced, `elliptic` that its subject was
    only pointed at ("his name is Max"), so that an updated entry keeps its own words around the new value. `holds_from` and `holds_until` are when
    the statement holds, where it tells. `unclear` asks about a person whom the turn only points at ("Who is 5?"); such a lesson is not learned as it is.
    """

    statement: str
    question: str
    slots: Slots
    section: Section | None
    topic: str
    task: str
    row: Mapping[str, Any]
    many: bool = False
    correction: float = 0.0
    denied: str = ""
    target: str | None = None
    elliptic: bool = False
    unclear: str = ""
    holds_from: datetime | None = None
    holds_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a lesson is to an entry, as probabilities: about another question, the same again, one more value, a value in place of its own."""

    other: float
    again: float
    adds: float
    replaces: float

    @property
    def same(self) -> float:
        """The probability that both answer the same question."""
        return 1 - self.other


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that learning, undoing or forgetting changed; `before` and `after` are None where there is nothing."""

    operation: Operation
    target: Target
    where: str
    id: str
    before: Any = None
    after: Any = None

    def as_json(self) -> dict[str, Any]:
        """The `changes` item of `lic replay`."""
        return {
            "operation": self.operation,
            "target": self.target,
            "where": self.where,
            "id": self.id,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a reply stands on, as shown and as kept with it: the entry's id, its text at that time, and how surely it answers."""

    id: str
    text: str
    score: float

    def as_json(self) -> dict[str, Any]:
        """The `evidence` item of `lic replay`."""
        return {"id": self.id, "text": self.text, "score": round(self.score, 4)}


@dataclass(frozen=True, slots=True)
class Gone:
    """What forgetting removes, counted: whole entries, single wordings of entries that stay, dataset rows, messages, and lines of a document."""

    entries: int = 0
    wordings: int = 0
    rows: int = 0
    messages: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Exported:
    """A copy of a person's rows that was taken out of LIC: of which task, into which folder or, `downloaded`, under which name, and when."""

    task: str
    place: str
    downloaded: bool
    made_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The `exports` item of what the command line prints."""
        return {"task": self.task, "place": self.place, "downloaded": self.downloaded, "made_at": self.made_at.isoformat()}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What learning changed, as shown to the person and as kept in the journal under `id`; forgetting also counts what is gone."""

    id: str
    changes: tuple[Change, ...] = ()
    known: tuple[Evidence, ...] = ()
    """What was known already, so that nothing changed."""
    person: str = ""
    """Whose change it is."""
    shared: tuple[Entry, ...] = ()
    """What others shared, or had said of what this person shares, and this changed; as it stood before."""
    otherwise: tuple[Entry, ...] = ()
    """What others shared that says otherwise and stays, because this person may only read it."""
    conflict: str | None = None
    """The conflict with who had said what this changed."""
    gone: Gone | None = None
    exports: tuple[Exported, ...] = ()
    """What was taken out of LIC of what is forgotten, the newest first."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An entry that was taken to answer with, how surely it answers, and how surely several values were asked for (0 to 1)."""

    entry: Entry
    score: float
    several: float = 0.0


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a dialogue, in the field's form."""

    role: Literal["system", "user", "assistant"]
    content: str

    def as_json(self) -> dict[str, str]:
        """The form that chat templates and servers take."""
        return {"role": self.role, "content": self.content}


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What an Autopilot is to answer: the messages for a language model, and the parts that they were made from."""

    messages: tuple[Message, ...]
    text: str
    taken: tuple[Taken, ...] = ()
    examples: tuple[tuple[str, str, float], ...] = ()
    """Seed dialogue pairs like this turn, with their similarity, best first."""
    owner: str = ""
    """Whom the answer is for; what others shared is told as theirs."""


class StopSignal(Protocol):
    """Says whether the reader has gone; `threading.Event` is one."""

    def is_set(self) -> bool: ...


class Autopilot(Protocol):
    """A frozen language model behind one door; `general` says whether it knows things that nobody taught it here."""

    name: str
    general: bool

    def stream(self, request: GenerationRequest, stop: StopSignal) -> Iterator[str]: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What LIC answers to a turn, with everything that a door needs to show it."""

    turn: str
    text: str
    intent: Intent
    changes: tuple[Change, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    abstained: bool = False
    asks: Asks | None = None
    options: tuple[str, ...] = ()
    receipt: str | None = None
    trace: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    """The entries of which the reply told, beside its subject, that somebody said otherwise."""
    seconds: Mapping[str, float] = field(default_factory=dict[str, float])

    def as_json(self, turn: Turn) -> dict[str, Any]:
        """The output line of `lic replay`."""
        return {
            "turn": self.turn,
            "user": turn.owner,
            "conversation": turn.conversation,
            "text": turn.text,
            "intent": self.intent.as_json(),
            "changes": [change.as_json() for change in self.changes],
            "reply": {
                "text": self.text,
                "evidence": [item.as_json() for item in self.evidence],
                "abstained": self.abstained,
                "asks": self.asks,
                "options": list(self.options),
            },
            "seconds": {name: round(value, 5) for name, value in self.seconds.items()},
        }
