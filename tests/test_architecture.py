"""The floors and rooms of the house: every import goes down a floor, or through a corridor that is listed with its reason."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

FLOORS: dict[str, int] = {
    **dict.fromkeys(("types", "errors", "settings", "language", "jsonl", "cache", "prepared", "head"), 0),
    **dict.fromkeys(
        (
            "intent",
            "lessons",
            "data_management",
            "mental_process",
            "judges",
            "self_taking",
            "autopilot",
            "training",
            "database",
            "encoder",
            "reader",
            "transcript",
            "replies",
        ),
        1,
    ),
    **dict.fromkeys(("branches", "conversation"), 2),
    **dict.fromkeys(("factory", "proposal"), 3),
    **dict.fromkeys(("ui", "cli", "server", "app", "__main__"), 4),
}
"""Room to floor. A room imports lower floors, and beside it only what `CORRIDORS` names; the root `lic/__init__.py` is no room."""

CORRIDORS: dict[tuple[str, str], str] = {
    ("settings", "errors"): "contradicting settings are refused with an error of the tree",
    ("jsonl", "errors"): "a bad line is refused with an error of the tree",
    ("prepared", "types"): "its rows are vectors",
    ("head", "errors"): "weights that do not fit are refused with an error of the tree",
    ("head", "types"): "its numbers are vectors",
    ("prepared", "language"): "a row is found by the hash of what it was made from",
    ("intent", "reader"): "the gate sees the turn as the reader reads it",
    ("lessons", "reader"): "the tagger turns the reader's marks into facts",
    ("mental_process", "database"): "entries are rows, and every write goes through the change log",
    ("transcript", "database"): "what was said is rows",
    ("data_management", "database"): "learning, undo and forgetting are one transaction over rows",
    ("data_management", "mental_process"): "a lesson's place is found among the entries, and its entry is written with its row",
    ("data_management", "lessons"): "whether a value is somebody's name is told by the forms of its words",
    ("self_taking", "mental_process"): "taking is searching the entries",
    ("self_taking", "judges"): "a judge says whether an entry answers",
    ("self_taking", "lessons"): "subject and relation of a question are marked like those of a lesson",
    ("self_taking", "reader"): "the judge reads the question",
    ("self_taking", "replies"): "an answer without the language model says so",
    ("training", "encoder"): "the heads are trained on the frozen encoder",
    ("training", "reader"): "it trains the reader",
    ("training", "lessons"): "the judge is trained on slots as the tagger marks them",
    ("training", "judges"): "it trains the judges",
    ("training", "data_management"): "the judge of places is measured as the data manager uses it",
    ("training", "self_taking"): "it encodes the examples of small talk that are shipped",
    ("training", "intent"): "it makes the features that a first start reads",
    ("conversation", "branches"): "a conversation picks the branch of each turn",
    ("proposal", "factory"): "the proposal's script opens a LIC without knowing it",
    ("server", "ui"): "serving is building the page and launching it",
    ("cli", "server"): "`lic serve` serves",
    ("app", "server"): "`python app.py` serves",
    ("__main__", "cli"): "`lic` is the command line",
}

FROM_THE_ROOT: dict[str, str] = {
    "lic.cli.main": "`lic --version` prints the version",
    "lic.cli.checks": "`lic doctor` prints the version",
}
"""Modules that import a name of the root package itself, and why."""


@dataclass(frozen=True)
class Arrow:
    """One import of ours: module to module, both by their dotted names."""

    source: str
    target: str
    line: int

    @property
    def rooms(self) -> tuple[str, str]:
        """From which room to which."""
        return room_of(self.source), room_of(self.target)

    def __str__(self) -> str:
        return f"{self.source}, line {self.line} imports {self.target}"


def room_of(module: str) -> str:
    """`lic.mental_process.entries` lies in the room mental_process; the root package is the room "lic"."""
    parts = module.split(".")
    return parts[1] if parts[0] == "lic" and len(parts) > 1 else parts[0]


@cache
def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name; schema steps are data of Alembic's and no modules."""
    files = [path for path in (ROOT / "lic").rglob("*.py") if "migrations" not in path.parts]
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in files}
    return named | ({"app": ROOT / "app.py"} if (ROOT / "app.py").is_file() else {})


def imports_of(module: str) -> Iterator[Arrow]:
    """All imports of ours in a module, at its top or late, also those for type checkers."""
    path = modules()[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            named = [f"{base}.{alias.name}" if f"{base}.{alias.name}" in modules() else base for alias in node.names]
        else:
            continue
        yield from (Arrow(module, name, node.lineno) for name in dict.fromkeys(named) if name.split(".")[0] in ("lic", "app", "tests", "benchmarks"))


@cache
def arrows() -> tuple[Arrow, ...]:
    """All imports of ours."""
    return tuple(arrow for module in modules() for arrow in imports_of(module))


def test_every_module_lies_in_a_room_with_a_floor() -> None:
    assert {room_of(module) for module in modules()} - {"lic"} == set(FLOORS)


def test_every_import_names_a_module_that_exists() -> None:
    assert [str(arrow) for arrow in arrows() if arrow.target not in modules()] == []


def test_no_import_goes_up_a_floor() -> None:
    upward = [arrow for arrow in arrows() if "lic" not in arrow.rooms and FLOORS[arrow.rooms[0]] < FLOORS[arrow.rooms[1]]]
    assert [str(arrow) for arrow in upward] == []


def between_rooms_of_a_floor() -> dict[tuple[str, str], Arrow]:
    """Arrows from a room to another one on its floor, one for each pair."""
    found = [arrow for arrow in arrows() if "lic" not in arrow.rooms and arrow.rooms[0] != arrow.rooms[1]]
    return {arrow.rooms: arrow for arrow in found if FLOORS[arrow.rooms[0]] == FLOORS[arrow.rooms[1]]}


def test_rooms_of_a_floor_are_joined_by_listed_corridors_only() -> None:
    assert [str(arrow) for rooms, arrow in between_rooms_of_a_floor().items() if rooms not in CORRIDORS] == []


def test_no_listed_corridor_is_unused() -> None:
    assert sorted(CORRIDORS.keys() - between_rooms_of_a_floor().keys()) == []
    assert all(reason for reason in CORRIDORS.values())


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    """A circle of a directed graph as the names along it, or nothing."""
    done: set[str] = set()

    def walk(node: str, path: list[str]) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        for target in sorted(graph.get(node, ())):
            if circle := walk(target, [*path, node]):
                return circle
        done.add(node)
        return []

    return next((circle for node in sorted(graph) if (circle := walk(node, []))), [])


def graph_by(name: Callable[[str], str]) -> dict[str, set[str]]:
    """All imports as a graph over what `name` makes of a module; the package root is left out."""
    graph: dict[str, set[str]] = {}
    for arrow in arrows():
        source, target = name(arrow.source), name(arrow.target)
        if source != target and "lic" not in (source, target):
            graph.setdefault(source, set()).add(target)
    return graph


def test_no_imports_go_in_a_circle() -> None:
    assert circle_in(graph_by(room_of)) == []
    assert circle_in(graph_by(str)) == []


def test_nobody_inside_imports_the_package_root() -> None:
    from_root = {arrow.source for arrow in arrows() if arrow.target == "lic"}
    assert from_root == set(FROM_THE_ROOT)


def test_the_root_imports_its_names_late() -> None:
    tree = ast.parse(modules()["lic"].read_text(encoding="utf-8"))
    at_once = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert all(line == "import os" or line.startswith("from typing import") for line in at_once)


def test_nobody_imports_tests_or_benchmarks() -> None:
    assert [str(arrow) for arrow in arrows() if arrow.target.split(".")[0] in ("tests", "benchmarks")] == []


@pytest.mark.parametrize(
    ("graph", "circle"),
    [
        ({"a": {"b"}, "b": {"c"}}, []),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, ["b", "c", "b"]),
        ({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}}, []),
        ({"a": {"a"}}, ["a", "a"]),
    ],
)
def test_the_search_for_circles_finds_them(graph: dict[str, set[str]], circle: list[str]) -> None:
    assert circle_in(graph) == circle
