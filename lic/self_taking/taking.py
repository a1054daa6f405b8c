"""Self-taking: decide whether to take, take from the Mental Process, generate with the Autopilot, check the answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from lic.errors import AutopilotError
from lic.language import returned, turned, words
from lic.lessons.wording import direct_question
from lic.mental_process.entries import Entries
from lic.replies import WITHOUT, clause, otherwise
from lic.self_taking.examples import DialogueExamples
from lic.self_taking.finding import Asking, Finding, Found
from lic.self_taking.grounding import stands_on, unsupported
from lic.self_taking.prompts import messages_for
from lic.types import TAUGHT_REPLY, Autopilot, GenerationRequest, Intent, Message, StopSignal, Taken

EXAMPLES = 3

ABSTAINS = "I don't know that yet."
HAS_NONE = "I have none of my own."
CANNOT = "I can't do that myself: I learn what you tell me, and answer from it."
NO_SMALL_TALK = "I have nothing to say to that yet. Tell me something about it, and I'll remember."


@dataclass(slots=True)
class Taking:
    """What was taken for a turn, and a line for each step that led there."""

    request: GenerationRequest
    asked: bool
    """Whether the turn wants something known, so that LIC has to say so when it knows nothing."""
    found: Found
    trace: list[str] = field(default_factory=list[str])

    @property
    def taken(self) -> tuple[Taken, ...]:
        """The entries to answer with."""
        return self.request.taken

    @property
    def otherwise(self) -> str:
        """What others shared that says otherwise, for behind the answer; code says it, so that no model weighs the two."""
        return " ".join(otherwise(item.entry) for item in self.found.otherwise)


@dataclass(frozen=True, slots=True)
class Answer:
    """The checked answer. `text` is the whole of it, which may differ from what was streamed where the check refused that."""

    text: str
    abstained: bool
    trace: tuple[str, ...]


class SelfTaking:
    """The answering branch of a turn."""

    def __init__(self, finding: Finding, examples: DialogueExamples, autopilot: Autopilot, embedded: Autopilot) -> None:
        self.finding = finding
        self._examples = examples
        self._autopilot = autopilot
        self._embedded = embedded

    def take(self, connection: Connection, asking: Asking, intent: Intent, history: Sequence[Message]) -> Taking:
        """Query the Mental Process where that helps: for questions and requests, and where the act is not clear."""
        trace: list[str] = []
        found = Found()
        text = asking.encoding.text
        entries = Entries(connection, asking.owner)
        taught = entries.answering(f"when I say {text}", TAUGHT_REPLY)
        if taught:
            trace.append("took a reply that was taught for these words")
            found = Found((Taken(taught[0], 1.0),))
        elif _wants_knowledge(intent, text):
            found = self.finding.find(connection, asking, trace)
        else:
            trace.append("took nothing: this is conversation")
        examples = self._examples.like(text, asking.encoding.vector, EXAMPLES) if not found.taken else ()
        manner = [entry.text for entry in entries.listed("emotional_states", "conversation", 8)] if self._autopilot.general else []
        request = GenerationRequest(messages_for(text, asking.owner, found.taken, manner, history), text, found.taken, examples, asking.owner)
        return Taking(request, intent.act == "question", found, trace)

    def generate(self, taking: Taking, stop: StopSignal) -> Iterator[str | Answer]:
        """Stream an answer and end with the checked one. Where the Autopilot fails, the embedded one answers, and says so."""
        abstains = not taking.taken and not self._autopilot.general and (taking.asked and not _small_talk(taking.request))
        if abstains:
            yield from _whole(_asks_back(taking), True, taking.trace)
            return
        pieces: list[str] = []
        try:
            for piece in self._autopilot.stream(taking.request, stop):
                pieces.append(piece)
                yield piece
        except AutopilotError as error:
            yield from self._without_autopilot(taking, stop, str(error))
            return
        text = "".join(pieces).strip()
        trace = [*taking.trace, f"said by {self._autopilot.name}"]
        if taking.taken and self._autopilot.general and not stop.is_set() and not stands_on(text, taking.request.text, taking.taken):
            trace.append(
                "refused: " + (", ".join(unsupported(text, taking.request.text, taking.taken)) or "nothing of what was taken") + "; said in the taught words"
            )
            text = self._spoken(taking.request, stop)
        elif not taking.taken and self._autopilot.general:
            trace.append("from the model, not taught")
        if not text and not stop.is_set():
            text = NO_SMALL_TALK if not taking.asked else _asks_back(taking)
        if taking.otherwise and not stop.is_set():
            yield f" {taking.otherwise}"
            text = f"{text} {taking.otherwise}"
        yield Answer(text, False, tuple(trace))

    def _without_autopilot(self, taking: Taking, stop: StopSignal, why: str) -> Iterator[str | Answer]:
        spoken = self._spoken(taking.request, stop)
        abstained = not taking.taken and taking.asked
        if abstained:
            spoken = _asks_back(taking)
        if taking.otherwise:
            spoken = f"{spoken} {taking.otherwise}"
        yield Answer(f"{why} {WITHOUT}{spoken or NO_SMALL_TALK}", abstained, (*taking.trace, "the language model failed; said by embedded"))

    def _spoken(self, request: GenerationRequest, stop: StopSignal) -> str:
        return "".join(self._embedded.stream(request, stop)).strip()


def _wants_knowledge(intent: Intent, text: str) -> bool:
    return intent.act in ("question", "request") or intent.probability < 0.7 or text.rstrip().endswith("?")


def _small_talk(request: GenerationRequest) -> bool:
    """Whether a question is one of small talk ("how are you"), told by a seed dialogue with all but the same words about the same person."""
    return bool(request.examples) and request.examples[0][2] >= 0.85 and _persons(request.examples[0][0]) == _persons(request.text)


def _persons(text: str) -> tuple[bool, bool]:
    """Whether a text speaks of who says it, and of who hears it."""
    said = {word.split("'")[0] for word in words(text)}
    return bool(said & {"i", "im", "me", "my", "mine", "we", "our"}), bool(said & {"you", "your", "yours", "u", "ur"})


def _asks_back(taking: Taking) -> str:
    """That LIC does not know, what it knows of it, and the question that would have to be answered."""
    asked = direct_question(taking.request.text)
    if returned(asked) != asked:
        return f"{HAS_NONE} {asked}"
    missing, near = taking.found.missing, taking.found.near
    if missing is not None:
        return f"I know that {clause(missing.entry.text)}, but not this: {turned(direct_question(missing.question))}"
    known = f"I don't know that yet; I only know it of {near}." if near else ABSTAINS
    return f"{known} {turned(asked)}"


def _whole(text: str, abstained: bool, trace: Sequence[str]) -> Iterator[str | Answer]:
    yield text
    yield Answer(text, abstained, (*trace, "nothing answers: asked to be taught"))
