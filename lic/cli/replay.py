"""`lic replay`: a transcript, one turn a line, becomes replies; a conversation as a regression test."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from lic.cli.door import opened, owner_named, say, say_json
from lic.cli.lines import Source, object_of, opened_source, optional_field, text_field
from lic.cli.options import AsJson, Home, User
from lic.errors import DataError, TurnError

if TYPE_CHECKING:
    from lic.factory import Lic
    from lic.types import Turn


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript, as it was written; `place` is its position among the lines of its person."""

    number: int
    place: int
    text: str
    owner: str
    conversation: str
    image: str | None
    at: datetime | None

    def turn(self, run: str) -> "Turn":
        """The line as a turn of a run; the id is made of the run, the place and the content."""
        from lic.types import Turn

        return Turn(self.id(run), self.text, self.owner, self.conversation, self.at or datetime.now(UTC), self.image)

    def id(self, run: str) -> str:
        """The turn's id in a run."""
        from lic.language import content_hash

        at = self.at.isoformat() if self.at else ""
        return content_hash("replay", run, str(self.place), self.owner, self.conversation, self.text, self.image or "", at)


def replay(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help='JSON Lines with "text" and, if wanted, "user", "conversation", "image" and "at".')],
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Run a transcript, one turn a line. Each prints what it was taken for, what it changed and the reply.

    A file that is replayed again before anything else was said changes nothing. Lines from `-` are said as they come.
    """
    owner = owner_named(user)
    with opened_source(file) as source, opened(home, answers=True) as lic:
        lines = _lines(source, owner)
        if file == "-":
            now = datetime.now(UTC).isoformat()
            for line in lines:
                _say(lic, source, line, now, as_json)
        else:
            known = list(lines)
            runs = _runs(lic, known)
            for line in known:
                _say(lic, source, line, runs[line.owner], as_json)
    if source.bad:
        raise typer.Exit(1)


def _lines(source: Source, owner: str) -> Iterator[Line]:
    places = Counter[str]()
    for number, raw in source.lines():
        if not raw.strip():
            continue
        try:
            line = _line(number, raw, owner, places)
        except DataError as error:
            source.complain(number, str(error))
            continue
        places[line.owner] += 1
        yield line


def _line(number: int, raw: bytes, owner: str, places: Counter[str]) -> Line:
    value = object_of(raw)
    said_by = (optional_field(value, "user") or "").strip() or owner
    return Line(
        number=number,
        place=places[said_by],
        text=text_field(value, "text"),
        owner=said_by,
        conversation=optional_field(value, "conversation") or "main",
        image=optional_field(value, "image"),
        at=_time(optional_field(value, "at")),
    )


def _time(at: str | None) -> datetime | None:
    """A time in ISO form; one without an offset is UTC. Raises DataError."""
    if at is None:
        return None
    try:
        found = datetime.fromisoformat(at)
    except ValueError as error:
        raise DataError(f'"at" has to be a time like 2026-05-03T10:00:00Z and is {at!r}.') from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _say(lic: "Lic", source: Source, line: Line, run: str, as_json: bool) -> None:
    """Say one line and print what came of it; what a person forgot since is not taught again by repeating it."""
    from lic.transcript import Transcript

    turn = line.turn(run)
    with lic.database.read() as connection:
        said = Transcript(connection, turn.owner).find(turn.id)
    try:
        reply = said.reply if said is not None else lic.conversation(turn.owner, turn.conversation).respond(turn)
    except TurnError as error:
        source.complain(line.number, str(error))
        return
    if as_json:
        say_json(reply.as_json(turn))
    else:
        say(f"{turn.owner}  {turn.text}\nlic  {reply.text}")


def _runs(lic: "Lic", lines: Sequence[Line]) -> dict[str, str]:
    """For each person of a transcript, the run that its lines belong to.

    It is the last one where nothing else was said since, so that repeating or resuming a replay writes nothing twice; else a new
    one, because the same words said again later are a new turn.
    """
    by_owner: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_owner[line.owner].append(line)
    return {owner: _run(lic, owner, own) for owner, own in by_owner.items()}


def _run(lic: "Lic", owner: str, lines: Sequence[Line]) -> str:
    from sqlalchemy import select

    from lic.database.tables import turns

    with lic.database.read() as connection:
        newest = connection.execute(select(turns.c.id).where(turns.c.owner == owner).order_by(turns.c.seq.desc()).limit(1)).scalar()
        kept = set(connection.execute(select(turns.c.id).where(turns.c.owner == owner)).scalars())
    run = 0
    while True:
        ids = {line.id(str(run)) for line in lines}
        if newest in ids or not ids & kept:
            return str(run)
        run += 1
