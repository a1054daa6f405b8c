"""What was learned, as if some of it had never been said.

Every receipt tells how rows became others. So the states in between are read from the present backwards, what is forgotten is left out of each of
them (a wording that it had replaced holds on), and what a receipt changed is then the difference between two such states. Undo and redo stay exact.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from lic.data_management.histories import History, RowKey, Step
from lic.data_management.scopes import Taken
from lic.database.journal import Row, RowChange, net

State = Mapping[RowKey, Row]
_ORDER = {"entries": 0, "versions": 1, "examples": 2, "conflicts": 3}


class Rewriting:
    """One history without what is taken of it; dataset rows that another entry has now are left to that one."""

    def __init__(self, history: History, taken: Taken, elsewhere: Collection[str]) -> None:
        self.history = history
        self._elsewhere = elsewhere
        self._turns = taken.turns
        rows = {row["seq"]: row for row in history.rows("versions")}
        self.gone = [row for row in rows.values() if taken.takes(row)]
        self.kept = [row for row in rows.values() if not taken.takes(row)]
        self._gone_numbers = {row["seq"] for row in self.gone}
        self._taught_gone = set(map(_taught, self.gone))
        self._taught_kept = set(map(_taught, self.kept))
        self._entries_kept = {row["entry"] for row in self.kept}

    @property
    def row_ids(self) -> set[str]:
        """The ids of the dataset rows that go, wherever they stood."""
        return {row["id"] for row in self.history.rows("examples") if self._takes_example(row)}

    def steps(self, redoable: bool = True) -> tuple[list[RowChange], list[tuple[Step, list[RowChange]]]]:
        """What becomes of the present rows, and the row changes of each receipt from now on; of undone ones only where they stay `redoable`."""
        history = self.history
        if not self.kept:
            return difference(history.present, {}), [(step, []) for step in (*history.steps, *history.again, *history.over)]
        again, over = (history.again, history.over) if redoable else ([], [*history.again, *history.over])
        state = dict(history.present)
        for step in reversed(history.steps):
            for change in reversed(step.rows):
                _set(state, change, change.before)
        before = self._without(state, {})
        found: list[tuple[Step, list[RowChange]]] = []
        for step in history.steps:
            # In the end it is the present, whatever the journal lacks.
            state = dict(history.present) if step is history.steps[-1] else _after(state, step)
            before = self._stepped(state, before, step, found)
        now = before
        for i, step in enumerate(again):
            if not _stands(state, step):
                # Others have said otherwise since: it cannot be made again anyway.
                over = [*again[i:], *over]
                break
            state = _after(state, step)
            before = self._stepped(state, before, step, found)
        found += [(step, []) for step in over]
        return difference(history.present, now), found

    def _stepped(self, state: State, before: State, step: Step, found: list[tuple[Step, list[RowChange]]]) -> State:
        after = self._without(state, before)
        found.append((step, difference(before, after)))
        return after

    def _without(self, state: State, before: State) -> State:
        """A state without what is taken; `before` is the state before it, whose dataset row stands on where a later one goes."""
        kept: dict[RowKey, Row] = {}
        by_entry: dict[str, list[Row]] = defaultdict(list)
        for (table, _), row in state.items():
            if table == "versions":
                by_entry[row["entry"]].append(row)
        for entry, rows in by_entry.items():
            left = self._wordings_left(sorted(rows, key=lambda row: row["number"]))
            kept |= {("versions", str(row["seq"])): row for row in left}
            if left and ("entries", entry) in state:
                kept["entries", entry] = _read_by_others(state["entries", entry], left[-1])
        for entry in by_entry:
            if ("entries", entry) in kept:
                kept |= self._examples_left(entry, state, before)
        return kept | {row_key: row for row_key, row in state.items() if row_key[0] == "conflicts" and _contested(row, kept)}

    def _wordings_left(self, rows: Sequence[Row]) -> list[Row]:
        left: list[Row] = []
        for row in rows:
            if row["seq"] not in self._gone_numbers:
                left.append(row)
            elif left:
                left[-1] = {**left[-1], "valid_to": row["valid_to"]}
        return left

    def _examples_left(self, entry: str, state: State, before: State) -> dict[RowKey, Row]:
        of = {row_key: row for row_key, row in state.items() if row_key[0] == "examples" and row["entry"] == entry}
        left = {row_key: row for row_key, row in of.items() if not self._takes_example(row) and row_key[1] not in self._elsewhere}
        if left or not of:
            return left
        return {row_key: row for row_key, row in before.items() if row_key[0] == "examples" and row["entry"] == entry}

    def _takes_example(self, row: Row) -> bool:
        taught, in_turn = _taught(row), row["said_by"] is None and row["turn"] in self._turns
        return in_turn or row["entry"] not in self._entries_kept or (taught in self._taught_gone and taught not in self._taught_kept)


def difference(before: State, after: State) -> list[RowChange]:
    """The row changes from one state to another, in an order in which they can be made, and taken back backwards."""
    keys = sorted({*before, *after}, key=lambda row_key: (_ORDER[row_key[0]], row_key[1].zfill(20)))
    return ordered(net(RowChange(*row_key, before.get(row_key), after.get(row_key)) for row_key in keys))


def ordered(changes: Sequence[RowChange]) -> list[RowChange]:
    """Row changes so that no row ever stands without the one that it hangs on: entries come first and go last, and rows go before others take their place."""
    entries = [change for change in changes if change.table == "entries"]
    others = [change for change in changes if change.table != "entries"]
    others.sort(key=lambda change: (change.after is not None, change.before is None, _ORDER[change.table]))
    gone = [change for change in entries if change.after is None]
    return [*(change for change in entries if change.after is not None), *others, *gone]


def _taught(row: Row) -> tuple[str, str | None, str | None]:
    """Of which entry a wording or a dataset row is, and who said it in which turn."""
    return row["entry"], row["said_by"], row["turn"]


def _read_by_others(entry: Row, newest: Row) -> Row:
    """An entry's row; what it said before it was shared is not shared where that holds again."""
    if entry["shared"] and newest["valid_to"] is None and newest["number"] < (entry["shared_from"] or 0):
        return {**entry, "shared": False, "shared_from": None}
    return entry


def _contested(conflict: Row, kept: State) -> bool:
    """Whether a conflict is still one: where not all that is left of it was said by one person."""
    of = [row for (table, _), row in kept.items() if table == "versions" and row["entry"] == conflict["entry"]]
    return len({row["said_by"] for row in of if conflict["first"] <= row["number"] <= (conflict["last"] or row["number"])}) > 1


def _stands(state: State, step: Step) -> bool:
    """Whether the rows are as a step found them."""
    return all(state.get((change.table, change.key)) == change.before for change in net(step.rows))


def _after(state: dict[RowKey, Row], step: Step) -> dict[RowKey, Row]:
    for change in step.rows:
        _set(state, change, change.after)
    return state


def _set(state: dict[RowKey, Row], change: RowChange, row: Row | None) -> None:
    if row is None:
        state.pop((change.table, change.key), None)
    else:
        state[change.table, change.key] = row
