"""`lic recall`: what is known, and what was only said, for a query; the best first."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lic.cli.door import opened, owner_named, say, say_json
from lic.cli.lines import Source, opened_source, text_of, visible
from lic.cli.options import AsJson, Home, User
from lic.errors import DataError

if TYPE_CHECKING:
    from lic.cli.said import SaidOnly
    from lic.factory import Lic
    from lic.reader.reader import Reading
    from lic.types import Encoding

AT_ONCE = 64
Found = dict[str, Any]


def recall(
    query: Annotated[str, typer.Argument(metavar="QUERY|-", help="What to look for; `-` reads queries from standard input, one a line.")],
    *,
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, max=1_000, help="How many are found at most.")] = 10,
    transcript: Annotated[bool, typer.Option("--transcript", help="Also what was only said and never learned.")] = False,
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Find what is known about something. Each item comes with the probability that it answers the query."""
    owner = owner_named(user)
    with opened(home) as lic:
        search = Recall(lic, owner, k, transcript)
        if query != "-":
            [found] = search.found([visible(query, lic.settings.max_characters)])
            _print(found, as_json, None)
            return
        with opened_source("-") as source:
            for batch in source.batches(AT_ONCE):
                queries = _queries(source, batch, lic.settings.max_characters)
                for asked, found in zip(queries, search.found(queries), strict=True):
                    _print(found, as_json, asked)
    if source.bad:
        raise typer.Exit(1)


class Recall:
    """Searches for one person, several queries at once."""

    def __init__(self, lic: "Lic", owner: str, k: int, transcript: bool) -> None:
        self._lic = lic
        self._owner = owner
        self._k = k
        self._said: SaidOnly | None = None
        if transcript:
            from lic.cli import said

            self._said = said.SaidOnly(lic, owner)

    def found(self, queries: Sequence[str]) -> list[list[Found]]:
        """For each query what was found, the best first."""
        if not queries:
            return []
        parts = self._lic.parts
        encodings = parts.encoder.encode(queries)
        readings = parts.reader.read(encodings, [None] * len(queries))
        return [self._of(encoding, reading) for encoding, reading in zip(encodings, readings, strict=True)]

    def _of(self, encoding: "Encoding", reading: "Reading") -> list[Found]:
        from lic.self_taking.finding import Asking

        with self._lic.database.read() as connection:
            taken = self._lic.parts.self_taking.finding.candidates(connection, Asking(self._owner, datetime.now(UTC), encoding, reading), self._k)
        found = [_found(item.entry.id, item.entry.text, item.score, item.entry.turn) for item in taken]
        if self._said is not None:
            found += [_found(item.entry.id, item.entry.text, item.score, item.entry.turn) for item in self._said.candidates(encoding, reading, self._k)]
            found.sort(key=lambda item: -item["score"])
        return found[: self._k]


def _found(entry: str, text: str, score: float, turn: str | None) -> Found:
    return {"id": entry, "text": text, "score": round(score, 4), "turn": turn}


def _queries(source: Source, batch: Sequence[tuple[int, bytes]], most: int) -> list[str]:
    queries: list[str] = []
    for number, line in batch:
        try:
            queries.append(visible(text_of(line), most))
        except DataError as error:
            source.complain(number, str(error))
    return queries


def _print(found: list[Found], as_json: bool, query: str | None) -> None:
    if as_json:
        say_json(found)
        return
    if query is not None:
        say(f"{query}")
    for item in found:
        say(f"{item['score']:.2f}  {item['id'][:8]}  {item['text']}")
    if not found:
        say("Nothing is known about that.")
