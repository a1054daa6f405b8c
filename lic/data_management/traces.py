"""What gives a forgotten entry away elsewhere, and how a text is searched for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lic.language import key, turned, words
from lic.mental_process.entries import Entries
from lic.types import Entry


@dataclass(frozen=True, slots=True)
class Trace:
    """What gives a forgotten entry away elsewhere: its id, its turns with who said them, its wordings, and its values.

    A value with a capital or a digit (a name, a number, a password) gives it away alone, unless something else that is known has
    it too; any other value does only together with the subject.
    """

    entry: str
    turns: frozenset[tuple[str, str]]
    wordings: frozenset[str]
    values: frozenset[str]
    telling: frozenset[str]
    subject: frozenset[str]

    def is_told_by(self, text: str) -> bool:
        """Whether a text gives the entry away."""
        said = f" {key(text)} "
        if any(f" {wording} " in said for wording in self.wordings | self.telling):
            return True
        return bool(self.subject) and self.subject <= set(said.split()) and any(f" {value} " in said for value in self.values)


def trace_of(entries: Entries, entry: Entry, forgotten: Sequence[str]) -> Trace:
    """The trace of an entry that is to be forgotten together with others. Raises NotFound."""
    versions = entries.history(entry.id)
    texts = [version.text for version in versions]
    values = {key(version.value): version.value for version in versions if key(version.value)}
    telling = {k for k, value in values.items() if _is_telling(value) and not entries.others_with(value, forgotten)}
    return Trace(
        entry=entry.id,
        turns=frozenset((version.said_by, version.turn) for version in versions if version.turn),
        wordings=frozenset(filter(None, (key(said) for text in texts for said in (text, turned(text))))),
        values=frozenset(values),
        telling=frozenset(telling),
        subject=frozenset(words(entry.slots.subject)) - {"i", "my", "we", "our", "the", "a"},
    )


def told(traces: Sequence[Trace], texts: Iterable[str]) -> bool:
    """Whether any of some texts gives any of some entries away."""
    return any(trace.is_told_by(text) for text in texts for trace in traces)


def strings(value: object) -> Iterable[str]:
    """Every text within a value as JSON knows it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        if set(value) != {"base64"}:  # pyright: ignore[reportUnknownArgumentType]
            for item in value.values():  # pyright: ignore[reportUnknownVariableType]
                yield from strings(item)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, Sequence):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from strings(item)  # pyright: ignore[reportUnknownArgumentType]


def _is_telling(value: str) -> bool:
    return any(word[:1].isupper() or any(map(str.isdigit, word)) for word in value.split() if word not in ("I", "My", "The", "A"))
