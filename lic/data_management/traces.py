"""What gives away, in any text, what is forgotten: its wordings and its values."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lic.database.journal import Row
from lic.language import key, turned, words
from lic.mental_process.entries import Entries

_OWN = frozenset("i my we our the a".split())


@dataclass(frozen=True, slots=True)
class Wordings:
    """The wordings of one entry that go, those that stay, and the subject of all of them."""

    entry: str
    subject: str
    gone: Sequence[Row]
    kept: Sequence[Row]


@dataclass(slots=True)
class Traces:
    """Recognizes texts that tell what is forgotten.

    A value with a capital or a digit (a name, a number, a password) gives it away alone, unless something else that is known has it too; any other
    value does only together with the subject.
    """

    phrases: set[str] = field(default_factory=set[str])
    beside: dict[str, list[tuple[frozenset[str], str]]] = field(default_factory=lambda: defaultdict(list))
    lengths: set[int] = field(default_factory=set[int])

    def add(self, phrase: str) -> None:
        """A phrase that tells it alone."""
        if phrase:
            self.phrases.add(phrase)
            self.lengths.add(phrase.count(" ") + 1)

    def add_beside(self, subject: Collection[str], value: str) -> None:
        """A value that tells it where the words of its subject stand there too."""
        if subject and value:
            self.beside[max(subject, key=len)].append((frozenset(subject), value))

    def tells(self, text: str) -> bool:
        """Whether a text gives something away."""
        if not self.phrases and not self.beside:
            return False
        said = key(text).split()
        if any(" ".join(said[i : i + n]) in self.phrases for n in self.lengths for i in range(len(said) - n + 1)):
            return True
        there, line = set(said), f" {' '.join(said)} "
        return any(subject <= there and f" {value} " in line for word in there & self.beside.keys() for subject, value in self.beside[word])

    def tell_any(self, texts: Iterable[str]) -> bool:
        """Whether one of some texts gives something away."""
        return any(self.tells(text) for text in texts)


def traces_of(entries: Entries, forgotten: Sequence[Wordings]) -> Traces:
    """The traces of wordings that go."""
    found = Traces()
    telling = {row["value"] for item in forgotten for row in item.gone if _is_telling(row["value"])}
    elsewhere = entries.values_among(telling, {item.entry for item in forgotten}) | {key(row["value"]) for item in forgotten for row in item.kept}
    for item in forgotten:
        kept = {said for row in item.kept for said in _wordings(row)} | {key(row["value"]) for row in item.kept}
        subject = frozenset(words(item.subject)) - _OWN
        for row in item.gone:
            value = key(row["value"])
            for said in _wordings(row):
                if said not in kept:
                    found.add(said)
            if value not in kept:
                if _is_telling(row["value"]) and value not in elsewhere:
                    found.add(value)
                found.add_beside(subject, value)
    return found


def _wordings(row: Row) -> tuple[str, str]:
    return key(row["text"]), key(turned(row["text"]))


def _is_telling(value: str) -> bool:
    return any(word[:1].isupper() or any(map(str.isdigit, word)) for word in value.split() if word not in ("I", "My", "The", "A"))


def strings(value: object) -> Iterator[str]:
    """Every text within a value as JSON knows it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():  # pyright: ignore[reportUnknownVariableType]
            yield from strings(item)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from strings(item)  # pyright: ignore[reportUnknownArgumentType]
