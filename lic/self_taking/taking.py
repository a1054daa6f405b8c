"""Self-taking: decide whether to take, take from the Mental Process, generate with the Autopilot, check the answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from lic.errors import AutopilotError
from lic.judges.answerability import Answerability
from lic.language import key, returned, turned, words
from lic.lessons.tagger import question_slots
from lic.mental_process.entries import Entries
from lic.mental_process.search import HybridSearch
from lic.reader.reader import Reading
from lic.replies import WITHOUT
from lic.self_taking.examples import DialogueExamples
from lic.self_taking.grounding import stands_on, unsupported
from lic.self_taking.prompts import messages_for
from lic.types import TAUGHT_REPLY, Autopilot, Encoding, GenerationRequest, Intent, Message, StopSignal, Taken

TAKE_FROM = 0.25
"""An entry answers from this probability on; chosen on `data/answerability/test.jsonl`, see docs/LOG.md."""
CANDIDATES = 8
MOST_TAKEN = 8
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
    trace: list[str] = field(default_factory=list[str])

    @property
    def taken(self) -> tuple[Taken, ...]:
        """The entries to answer with."""
        return self.request.taken


@dataclass(frozen=True, slots=True)
class Answer:
    """The checked answer. `text` is the whole of it, which may differ from what was streamed where the check refused that."""

    text: str
    abstained: bool
    trace: tuple[str, ...]


class SelfTaking:
    """The answering branch of a turn."""

    def __init__(self, search: HybridSearch, answerability: Answerability, examples: DialogueExamples, autopilot: Autopilot, embedded: Autopilot) -> None:
        self._search = search
        self._answerability = answerability
        self._examples = examples
        self._autopilot = autopilot
        self._embedded = embedded

    def take(self, connection: Connection, owner: str, encoding: Encoding, reading: Reading, intent: Intent, history: Sequence[Message]) -> Taking:
        """Query the Mental Process where that helps: for questions and requests, and where the act is not clear."""
        trace: list[str] = []
        taken: tuple[Taken, ...] = ()
        taught = Entries(connection, owner).answering(f"when I say {encoding.text}", TAUGHT_REPLY)
        if taught:
            trace.append("took a reply that was taught for these words")
            taken = (Taken(taught[0], 1.0),)
        elif _wants_knowledge(intent, encoding.text):
            taken = self._known(connection, owner, encoding, reading, trace)
        else:
            trace.append("took nothing: this is conversation")
        examples = self._examples.like(encoding.text, encoding.vector, EXAMPLES) if not taken else ()
        manner = [entry.text for entry in Entries(connection, owner).listed("emotional_states", "conversation", 8)] if self._autopilot.general else []
        request = GenerationRequest(messages_for(encoding.text, taken, manner, history), encoding.text, taken, examples, owner)
        return Taking(request, intent.act == "question", trace)

    def candidates(self, connection: Connection, owner: str, encoding: Encoding, reading: Reading, k: int = CANDIDATES) -> list[Taken]:
        """What search finds for an encoded question, with the probability that each entry answers it, the surest first."""
        found = self._search.search(connection, owner, encoding, k)
        judged = self._answerability.probabilities(encoding, question_slots(encoding, reading), [(item.entry, item.cosine) for item in found])
        return sorted((Taken(item.entry, p) for item, p in zip(found, judged, strict=True)), key=lambda item: -item.score)

    def _known(self, connection: Connection, owner: str, encoding: Encoding, reading: Reading, trace: list[str]) -> tuple[Taken, ...]:
        found = self.candidates(connection, owner, encoding, reading)
        trace.append(f"searched: {len(found)} found" + "".join(f"; {item.score:.2f} “{item.entry.text}”" for item in found[:3]))
        sure = [item for item in found if item.score >= TAKE_FROM and item.entry.slots.relation != TAUGHT_REPLY]
        if not sure:
            return ()
        best = sure[0]
        # A relation that holds several values is answered with all of them.
        more = [
            item
            for item in sure[1:]
            if key(item.entry.slots.subject) == key(best.entry.slots.subject)
            and key(item.entry.slots.relation) == key(best.entry.slots.relation)
            and best.entry.slots.relation
        ]
        return tuple((best, *more)[:MOST_TAKEN])

    def generate(self, taking: Taking, stop: StopSignal) -> Iterator[str | Answer]:
        """Stream an answer and end with the checked one. Where the Autopilot fails, the embedded one answers, and says so."""
        abstains = not taking.taken and not self._autopilot.general and (taking.asked and not _small_talk(taking.request))
        if abstains:
            yield from _whole(_asks_back(taking.request.text), True, taking.trace)
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
            text = NO_SMALL_TALK if not taking.asked else _asks_back(taking.request.text)
        yield Answer(text, False, tuple(trace))

    def _without_autopilot(self, taking: Taking, stop: StopSignal, why: str) -> Iterator[str | Answer]:
        spoken = self._spoken(taking.request, stop)
        abstained = not taking.taken and taking.asked
        if abstained:
            spoken = _asks_back(taking.request.text)
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


def _asks_back(question: str) -> str:
    asked = question.strip().rstrip("?!. ")
    of_lic = returned(asked) != asked
    asked = asked if of_lic else turned(asked)
    return f"{HAS_NONE if of_lic else ABSTAINS} {asked[:1].upper()}{asked[1:]}?"


def _whole(text: str, abstained: bool, trace: Sequence[str]) -> Iterator[str | Answer]:
    yield text
    yield Answer(text, abstained, (*trace, "nothing answers: asked to be taught"))
