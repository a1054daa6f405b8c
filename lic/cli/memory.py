"""`lic memory …`: the Mental Process of one person, entry by entry."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from lic.cli import roles
from lic.cli.door import opened, owner_named, say, say_json
from lic.cli.forgetting import forget_entries
from lic.cli.options import AsJson, Home, User, Yes
from lic.cli.shown import day, entry_as_json, entry_of, line, section_named, version_as_json, version_line, words_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lic.mental_process.entries import Entries, Version
    from lic.transcript import Said
    from lic.types import Entry

app = typer.Typer(help="What is known: list, search, show, forget and share entries, and who may correct what is shared.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="The entry's id, or its beginning.")]


@app.command("list")
def list_entries(
    *,
    section: Annotated[str | None, typer.Option("--section", metavar="NAME", help="domain_knowledge, emotional_states or individual_experiences.")] = None,
    topic: Annotated[str | None, typer.Option("--topic", metavar="NAME", help="Only this topic.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="How many at most.")] = 100,
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List what is known, the newest first."""
    from lic.mental_process.entries import Entries

    owner = owner_named(user)
    with opened(home) as lic, lic.database.read() as connection:
        entries = Entries(connection, owner)
        found = entries.listed(section_named(section), topic, limit)
        known = entries.count()
    if as_json:
        say_json([entry_as_json(entry) for entry in found])
        return
    for entry in found:
        say(line(entry, owner))
    if not found:
        say("Nothing is known yet." if not known else "Nothing is known there.")
    elif section is topic is None and known > len(found):
        say(f"… and {known - len(found):,} more; see --limit.")


@app.command()
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to look for.")],
    *,
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, max=1_000, help="How many are found at most.")] = 10,
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Find what is known about something."""
    from lic.cli.recall import recall

    recall(query, k=k, user=user, home=home, as_json=as_json)


@app.command()
def show(entry: Id, user: User = None, home: Home = None, as_json: AsJson = False) -> None:
    """Show an entry with its source."""
    from lic.language import named
    from lic.mental_process.entries import Entries

    owner = owner_named(user)
    with opened(home) as lic, lic.database.read() as connection:
        entries = Entries(connection, owner)
        found = entry_of(entries, entry)
        versions = _versions(connection, entries, found)
    source = words_of(versions[-1][1])
    if as_json:
        say_json({**entry_as_json(found), "source": source, "versions": [version_as_json(*version) for version in versions]})
        return
    say(found.text)
    say(f"  id        {found.id}\n  where     {found.section}/{found.topic}\n  answers   {found.question}")
    by = "" if found.speaker == owner else f" by {named(found.speaker)}"
    say(f"  said      {day(found.said_at)}{by}" + (f": “{source}”" if source else ""))
    whose = "" if found.owner == owner else f", by {named(found.owner)}"
    say(f"  version   {found.version}\n  shared    {'yes' if found.shared else 'no'}{whose}")


@app.command()
def history(entry: Id, user: User = None, home: Home = None, as_json: AsJson = False) -> None:
    """Show all versions of an entry, the oldest first: when and by whom each was said, and from when until when it held."""
    from lic.mental_process.entries import Entries

    owner = owner_named(user)
    with opened(home) as lic, lic.database.read() as connection:
        entries = Entries(connection, owner)
        versions = _versions(connection, entries, entry_of(entries, entry))
    if as_json:
        say_json([version_as_json(*version) for version in versions])
        return
    for version, said in versions:
        say(version_line(version, said, owner))


def _versions(connection: "Connection", entries: "Entries", entry: "Entry") -> "list[tuple[Version, Said | None]]":
    """The versions of an entry with the turns that said them; other people's turns are not shown, only what they said there."""
    from lic.transcript import Transcript

    person, transcript = entries.owner, Transcript(connection, entries.owner)
    return [(version, transcript.find(version.turn) if version.turn and version.said_by == person else None) for version in entries.history(entry.id)]


@app.command()
def forget(
    entry: Annotated[list[str], typer.Argument(metavar="ID…", help="The entries' ids, or their beginnings.")],
    yes: Yes = False,
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Remove entries everywhere and for good. Asks first."""
    from lic.mental_process.entries import Entries

    owner = owner_named(user)
    with opened(home) as lic:
        with lic.database.read() as connection:
            entries = Entries(connection, owner)
            chosen = list({found.id: found for found in (entry_of(entries, name) for name in entry)}.values())
        forget_entries(lic, owner, chosen, yes, as_json)


@app.command()
def share(
    entry: Id,
    private: Annotated[bool, typer.Option("--private", help="Take it back: nobody else can read it then.")] = False,
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Let everybody read an entry of your own, and your teachers correct it. `lic undo` takes that back too."""
    from lic.mental_process.entries import Entries

    owner = owner_named(user)
    with opened(home) as lic:
        with lic.database.read() as connection:
            found = entry_of(Entries(connection, owner), entry)
        if found.shared == private or found.owner != owner:
            lic.manager.transact(lambda connection: lic.manager.share(connection, owner, found.id, not private, datetime.now(UTC)))
        with lic.database.read() as connection:
            now = Entries(connection, owner).get(found.id)
    if as_json:
        say_json(entry_as_json(now))
    else:
        say(f"{'Everybody can read' if now.shared else 'Only you can read'}: {now.text}")


for command in (roles.teachers, roles.conflicts, roles.settle):
    app.command()(command)
