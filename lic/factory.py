"""Puts the house together: the only place that knows every concrete class, and imports the heavy ones when they are needed."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lic.database.database import Database, database_url
from lic.settings import Settings

if TYPE_CHECKING:
    from lic.branches.desk import Parts
    from lic.conversation import Conversation
    from lic.data_management.manager import DataManager
    from lic.encoder import TextEncoder
    from lic.intent.feedback import FeedbackRecognizer
    from lic.intent.personal import PersonalGates
    from lic.intent.recognizer import IntentRecognizer
    from lic.intent.settlements import SettlementRecognizer
    from lic.intent.wishes import WishRecognizer
    from lic.judges.answerability import Answerability
    from lic.judges.same_question import SameQuestion
    from lic.mental_process.process import MentalProcess
    from lic.mental_process.search import HybridSearch
    from lic.reader.reader import Reader
    from lic.self_taking.examples import DialogueExamples
    from lic.types import Autopilot

LOCAL_OWNER = "local"
"""Whose memory it is where nobody signs in."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being made ready, for whoever waits for it."""

    step: str


@dataclass(frozen=True, slots=True)
class Models:
    """The models that know nothing of any person, and may serve several databases."""

    encoder: "TextEncoder"
    reader: "Reader"
    recognizer: "IntentRecognizer"
    feedback: "FeedbackRecognizer"
    wishes: "WishRecognizer"
    settlements: "SettlementRecognizer"
    answerability: "Answerability"
    same_question: "SameQuestion"
    examples: "DialogueExamples"


class Lic:
    """An open LIC: one database and one set of models, for any number of people and conversations.

    Models are loaded when they are first needed; `warm_up` does it ahead.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        self.settings = settings or Settings()
        self.database = Database(database_url(self.settings))
        self.database.migrate()
        self._seed()

    def conversation(self, owner: str = LOCAL_OWNER, conversation: str = "main") -> "Conversation":
        """A conversation of one person."""
        from lic.conversation import Conversation

        return Conversation(self.parts, owner, conversation)

    def mental_process(self, owner: str = LOCAL_OWNER) -> "MentalProcess":
        """The Mental Process, opened for one person."""
        from lic.mental_process.process import MentalProcess

        return MentalProcess(self.database, self._search, self._encoder, owner)

    @property
    def manager(self) -> "DataManager":
        """The data manager."""
        return self.parts.manager

    @property
    def autopilot(self) -> "Autopilot":
        """The language model in use."""
        return self._autopilot

    def warm_up(self, on_step: Callable[[Progress], None] = lambda step: None) -> None:
        """Load the models and answer one turn's worth of work, so that the first real one does not wait."""
        on_step(Progress("loading the models"))
        parts = self.parts
        [encoding] = parts.encoder.encode(["warm up"])
        [reading] = parts.reader.read([encoding], [None])
        parts.recognizer.recognize(encoding, reading, None)
        on_step(Progress("ready"))

    def with_home(self, home: Path) -> "Lic":
        """Another LIC in another home, with its own database, on the models that this one has loaded."""
        other = Lic(self.settings.model_copy(update={"home": home, "database": ""}))
        other.__dict__["_models"] = self._models
        other.__dict__["_encoder"] = self._encoder
        return other

    def close(self) -> None:
        """Give back the database."""
        self.database.close()

    def _seed(self) -> None:
        from lic.data_management.tasks import missing_tasks, seed_tasks

        # Read first: whoever only asks must not wait for the write lock.
        with self.database.read() as connection:
            missing = missing_tasks(connection)
        if missing:
            with self.database.write() as connection:
                seed_tasks(connection, datetime.now(UTC))

    # Built once, when first needed -----------------------------------------------------------------------------------

    @cached_property
    def parts(self) -> "Parts":
        """Everything that a conversation is made of."""
        from lic.branches.desk import Parts
        from lic.data_management.manager import DataManager
        from lic.lessons.preparer import LessonPreparer
        from lic.lessons.structured import StructuredPreparer
        from lic.self_taking.finding import Finding
        from lic.self_taking.taking import SelfTaking

        models = self._models
        finding = Finding(self._search, models.encoder, models.reader, models.answerability, models.same_question)
        return Parts(
            settings=self.settings,
            database=self.database,
            encoder=models.encoder,
            reader=models.reader,
            recognizer=models.recognizer,
            gates=self._gates,
            feedback=models.feedback,
            wishes=models.wishes,
            settlements=models.settlements,
            preparer=StructuredPreparer(self._autopilot) if self.settings.lessons == "autopilot" and self._autopilot.general else LessonPreparer(),
            manager=DataManager(self.database, self._search, models.encoder, models.same_question),
            self_taking=SelfTaking(finding, models.examples, self._autopilot, self._embedded),
        )

    @cached_property
    def _encoder(self) -> "TextEncoder":
        from lic.encoder import load_encoder

        return load_encoder(self.settings.encoder, self.settings.threads)

    @cached_property
    def _models(self) -> "Models":
        from lic.intent.feedback import load_feedback
        from lic.intent.recognizer import load_recognizer
        from lic.intent.settlements import SettlementRecognizer
        from lic.intent.wishes import WishRecognizer
        from lic.judges.answerability import Answerability
        from lic.judges.same_question import SameQuestion
        from lic.reader.reader import Reader
        from lic.self_taking.examples import load_examples

        settings = self.settings
        encoder = self._encoder
        reader = Reader(encoder)
        return Models(
            encoder=encoder,
            reader=reader,
            recognizer=load_recognizer(encoder, reader, settings.seed / "intent_recognition" / "train.jsonl", settings.cache),
            wishes=WishRecognizer(),
            settlements=SettlementRecognizer(),
            feedback=load_feedback(encoder, settings.seed / "feedback" / "train.jsonl", settings.cache),
            answerability=Answerability(encoder),
            same_question=SameQuestion(encoder),
            examples=load_examples(encoder, settings.seed / "dialogue" / "train.jsonl", settings.cache),
        )

    @cached_property
    def _gates(self) -> "PersonalGates":
        from lic.intent.personal import PersonalGates

        models = self._models
        return PersonalGates(models.recognizer, models.encoder, models.reader, self.settings.seed / "intent_recognition")

    @cached_property
    def _search(self) -> "HybridSearch":
        from lic.mental_process.search import HybridSearch
        from lic.mental_process.vectors import VectorIndex

        return HybridSearch(VectorIndex(384))

    @cached_property
    def _embedded(self) -> "Autopilot":
        from lic.autopilot.embedded import EmbeddedAutopilot

        return EmbeddedAutopilot()

    @cached_property
    def _autopilot(self) -> "Autopilot":
        settings = self.settings
        if settings.autopilot == "embedded":
            return self._embedded
        if settings.autopilot.startswith(("http://", "https://")):
            from lic.autopilot.remote import RemoteAutopilot

            return RemoteAutopilot(settings.autopilot, settings.autopilot_model, settings.autopilot_key, settings.autopilot_timeout, settings.max_new_tokens)
        from lic.autopilot.local import LocalAutopilot, create_autopilot_system

        return LocalAutopilot(settings.autopilot, *create_autopilot_system(settings.autopilot), settings.max_new_tokens)
