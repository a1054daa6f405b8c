"""What a turn would make of texts: their sentence vectors and lessons, each worked out once."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from lic.lessons.preparer import LessonPreparer
from lic.lessons.tagger import question_slots
from lic.reader.reader import Reader
from lic.types import Context, Encoder, Intent, Lesson, Slots, Turn, Vector

READ_AT_ONCE = 128
TAUGHT = Intent("experience", 1.0, 1.0, True)
AT = datetime(2026, 1, 1, tzinfo=UTC)
Item = TypeVar("Item")


class Learned:
    """Texts as the reader that also serves a turn learns them, with its mistakes."""

    def __init__(self, encoder: Encoder, reader: Reader) -> None:
        self.encoder = encoder
        self.reader = reader
        self._vectors: dict[str, Vector] = {}
        self._lessons: dict[str, Lesson | None] = {}
        self._asked: dict[str, Slots] = {}
        self._preparer = LessonPreparer()

    def vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Each text with its sentence vector, the short ones encoded together."""
        for part in parts(sorted({text for text in texts if text not in self._vectors}, key=_by_length)):
            self._vectors |= {encoding.text: encoding.vector for encoding in self.encoder.encode(part)}
        return {text: self._vectors[text] for text in texts}

    def lessons(self, texts: Sequence[str]) -> dict[str, tuple[Lesson, Vector]]:
        """Each text with the longest lesson that a turn would make of it, and the vector of the lesson's statement; without texts that give none."""
        for part in parts(sorted({text for text in texts if text not in self._lessons}, key=_by_length)):
            encodings = self.encoder.encode(part)
            for encoding, reading in zip(encodings, self.reader.read(encodings, [None] * len(encodings)), strict=True):
                made = self._preparer.prepare(Turn("", encoding.text, "", "", AT), TAUGHT, encoding, reading, Context())
                self._vectors[encoding.text] = encoding.vector
                self._lessons[encoding.text] = max(made, key=lambda lesson: len(lesson.statement)) if made else None
        found = {text: lesson for text in texts if (lesson := self._lessons[text])}
        vectors = self.vectors([lesson.statement for lesson in found.values()])
        return {text: (lesson, vectors[lesson.statement]) for text, lesson in found.items()}

    def asked(self, texts: Sequence[str]) -> dict[str, tuple[Slots, Vector]]:
        """Each question with what it asks about, and its sentence vector."""
        for part in parts(sorted({text for text in texts if text not in self._asked}, key=_by_length)):
            encodings = self.encoder.encode(part)
            for encoding, reading in zip(encodings, self.reader.read(encodings, [None] * len(encodings)), strict=True):
                self._vectors[encoding.text] = encoding.vector
                self._asked[encoding.text] = question_slots(encoding, reading)
        return {text: (self._asked[text], self._vectors[text]) for text in texts}


def parts(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Items, as many at a time as are encoded together."""
    for start in range(0, len(items), READ_AT_ONCE):
        yield list(items[start : start + READ_AT_ONCE])


def _by_length(text: str) -> tuple[int, str]:
    return len(text), text
