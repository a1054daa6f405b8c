"""`lic dataset …`: the training datasets of the tasks."""

import json
from pathlib import Path
from typing import Annotated

import typer

from lic.cli.door import opened, owner_named, say, say_json
from lic.cli.options import AsJson, Home, User

app = typer.Typer(help="Training datasets: list the tasks, show and export their rows.", no_args_is_help=True)

Task = Annotated[str, typer.Argument(metavar="TASK", help="The task's name; see `lic dataset list`.")]


@app.command("list")
def list_tasks(user: User = None, home: Home = None, as_json: AsJson = False) -> None:
    """List the tasks with their numbers of rows."""
    from lic.data_management.export import dataset_rows
    from lic.data_management.tasks import TASKS

    owner = owner_named(user)
    with opened(home) as lic:
        counts = {name: [row.taught for row in dataset_rows(lic, owner, name)] for name in TASKS}
    found = [
        {"task": task.name, "type": task.type, "seed": counts[task.name].count(False), "taught": sum(counts[task.name]), "description": task.description}
        for task in TASKS.values()
    ]
    if as_json:
        say_json(found)
        return
    for item in found:
        say(f"{item['task']}  {item['type']}  {item['seed']:,} seed rows, {item['taught']:,} taught.  {item['description']}")


@app.command()
def show(
    task: Task,
    *,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="How many rows at most.")] = 20,
    taught: Annotated[bool, typer.Option("--taught", help="Only what was taught.")] = False,
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show rows of a task: those that were taught, the newest first, then the seed rows."""
    from lic.data_management.export import dataset_rows

    owner = owner_named(user)
    with opened(home) as lic:
        rows = dataset_rows(lic, owner, task)
    found = [row for row in reversed(rows) if row.taught] + [row for row in rows if not row.taught and not taught]
    if as_json:
        say_json([{"origin": row.origin, "id": row.id, "turn": row.turn, "row": row.row} for row in found[:limit]])
        return
    for row in found[:limit]:
        say(f"{row.origin}  {json.dumps(row.row, ensure_ascii=False)}")
    if len(found) > limit:
        say(f"… and {len(found) - limit:,} more; see --limit.")
    if not found:
        say("No rows yet.")


@app.command()
def export(
    task: Task,
    *,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to write.")],
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a task's dataset as Parquet and JSON Lines with a dataset card; `datasets.load_dataset(DIR)` opens it."""
    from lic.data_management.export import export_task

    owner = owner_named(user)
    with opened(home) as lic:
        paths = export_task(lic, owner, task, to.expanduser())
    if as_json:
        say_json([str(path) for path in paths])
    else:
        for path in paths:
            say(str(path))


@app.command()
def exports(user: User = None, home: Home = None, as_json: AsJson = False) -> None:
    """List the exports that were made, the newest first, with how many of their rows were corrected, undone or forgotten since."""
    from lic.cli.shown import day
    from lic.data_management.exports import listed

    owner = owner_named(user)
    with opened(home) as lic, lic.database.read() as connection:
        found = listed(connection, owner)
    if as_json:
        say_json([{**kept.export.as_json(), "taught": kept.rows, "gone": kept.gone} for kept in found])
        return
    for kept in found:
        gone = f", {kept.gone:,} of them not known any more" if kept.gone else ""
        say(f"{day(kept.export.made_at)}  {kept.export.task}  {kept.export.place}  {kept.rows:,} taught rows{gone}")
    if not found:
        say("Nothing was exported yet.")
