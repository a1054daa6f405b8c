"""What becomes of the rows of a history when some of it is forgotten, in the interface's words."""

from collections.abc import Sequence
from dataclasses import dataclass

from lic.data_management.histories import History
from lic.database.journal import RowChange
from lic.types import Change


@dataclass(frozen=True, slots=True)
class Leaving:
    """A wording that would go: of which entry, and the wording that would hold again, where there is one."""

    entry: str
    text: str
    again: str = ""


def changes_of(history: History, present: Sequence[RowChange]) -> list[Change]:
    """What becomes of the rows of a history, in the interface's words: dataset rows, then the entries, wholly gone or with a wording that holds again."""
    found: list[Change] = []
    for change in (change for change in present if change.table == "examples"):
        if change.after is None or change.before is None:
            [row] = change.rows
            operation = "forget" if change.after is None else "restore"
            found.append(Change(operation, "dataset", row["task"], change.key, change.before and change.before["row"], change.after and change.after["row"]))
    whole = {change.key for change in present if change.table == "entries" and change.after is None}
    versions = [change for change in present if change.table == "versions"]
    for entry in sorted({change.rows[0]["entry"] for change in versions}):
        row = history.present["entries", entry]
        gone = [change.before for change in versions if change.before is not None and change.after is None and change.before["entry"] == entry]
        where, newest = f"{row['section']}/{row['topic']}", max(gone, key=lambda version: version["number"])
        found.append(Change("forget", "mental_process", where, entry, newest["text"], None))
        again = [change.after for change in versions if change.after is not None and change.after["entry"] == entry and change.after["valid_to"] is None]
        found += [Change("restore", "mental_process", where, entry, None, version["text"]) for version in again if entry not in whole]
    return found
