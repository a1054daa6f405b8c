"""The documents say what the code does: examples run, tables are complete, links lead somewhere."""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from pydantic_core import PydanticUndefined

from lic.cli.main import app as command_line
from lic.database.tables import metadata
from lic.factory import Lic
from lic.settings import Settings
from tests.checkpoints import make_checkpoint
from tests.conftest import Talk
from tests.test_architecture import CORRIDORS, FLOORS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs/ARCHITECTURE.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci/run").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md", "docs/ARCHITECTURE.md", "docs/CLI.md", "docs/LOG.md")
FIRST_SCREEN = 40

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_SAID_AT = re.compile(r"on \d+ \w+( \d{4})? at \d\d:\d\d")


def section(text: str, heading: str) -> str:
    """The text below a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"there is no section {heading!r}"
    return found.group(1)


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks in a language."""
    return [body for name, body in _BLOCK.findall(text) if name == language]


def table(text: str) -> list[list[str]]:
    """The cells of a table's rows, without its head."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def anchors(text: str) -> set[str]:
    """The names that links to headings use."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(_BLOCK.sub("", text))}


# The first screen and what it promises ----------------------------------------------------------------------------------


def test_the_front_matter_is_what_a_space_needs() -> None:
    front = yaml.safe_load(README.split("---\n")[1])
    assert front["sdk"] == "gradio"
    [gradio] = [found for found in PROJECT["project"]["dependencies"] if found.startswith("gradio")]
    assert SpecifierSet(gradio.removeprefix("gradio")).contains(front["sdk_version"])
    assert front["python_version"] == "3.12"
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(front["python_version"])
    assert (ROOT / front["app_file"]).is_file()
    assert front["license"] == PROJECT["project"]["license"].lower()
    assert {"title", "emoji", "colorFrom", "colorTo"} <= set(front)


def test_a_space_installs_what_the_project_needs() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == PROJECT["project"]["dependencies"]


def commands() -> list[str]:
    """The two commands of the README's first screen, without their remarks."""
    first = README.split("---\n", 2)[2].splitlines()[:FIRST_SCREEN]
    return [line.split("#")[0].strip() for line in first if line.startswith("pip install")]


def test_both_commands_stand_in_the_first_screen() -> None:
    assert commands() == ["pip install -e . && python app.py", 'pip install -e ".[test]" && pytest']


def test_the_check_runs_exactly_the_readmes_test_command() -> None:
    install, test = commands()[1].split(" && ")
    assert CI.splitlines()[-1] == test
    assert install.replace(".[test]", ".[test,dev]") in CI.splitlines()


def test_the_check_installs_the_packages_that_the_readme_names() -> None:
    [line] = [line for line in README.splitlines() if line.startswith("apt-get install")]
    packages = line.removeprefix("apt-get install -y ").split()
    assert len(packages) == 3
    assert all(re.search(rf"\b{package}\b", CI) for package in packages)
    assert line in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_check_is_a_sound_script_that_names_no_host() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)
    subprocess.run(["bash", "-n", ROOT / ".ci/run"], check=True)
    assert "set -euo pipefail" in CI.splitlines()
    assert "://" not in CI


# Examples ---------------------------------------------------------------------------------------------------------------


def test_the_readmes_conversation_is_what_comes(talk: Callable[..., Talk]) -> None:
    [shown] = blocks(section(README, "A conversation"), "text")
    lines = shown.splitlines()
    assert len(lines) > 10
    ana = talk()
    for asked, answered in zip(lines[::2], lines[1::2], strict=True):
        assert asked.startswith("you  "), asked
        assert answered.startswith("lic  "), answered
        reply = ana.say(asked.removeprefix("you  ")).text
        assert _SAID_AT.sub("then", reply) == _SAID_AT.sub("then", answered.removeprefix("lic  "))


@pytest.fixture
def fitted(models: Lic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home that the environment names, with the heads fitted already."""
    home = tmp_path / "home"
    shutil.copytree(models.settings.cache, home / "cache")
    monkeypatch.setenv("LIC_HOME", str(home))
    return home


def test_the_readmes_conversation_from_python_prints_what_it_says(fitted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    block = blocks(section(README, "From Python"), "python")[0]
    exec(compile(block, "README.md", "exec"), {})
    expected = [line.removeprefix("# ") for line in block.splitlines() if line.startswith("# ")]
    assert len(expected) == 2
    assert capsys.readouterr().out.splitlines() == expected
    assert (fitted / "lic.db").is_file()


def test_the_readmes_example_of_the_proposal_runs_on_a_real_model(
    fitted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    block = blocks(section(README, "From Python"), "python")[1]
    [name] = re.findall(r'create_autopilot_system\("([^"]+)"\)', block)
    make_checkpoint(tmp_path / name, chat_template=None)
    # The model's name on the hub is a folder here.
    monkeypatch.chdir(tmp_path)
    made: dict[str, Any] = {}
    exec(compile(block, "README.md", "exec"), made)
    assert capsys.readouterr().out.startswith("How long should the dough rest? The last loaf was too sour. The dough rests overnight in the cellar.")
    assert dict(made["mental_process"].domain_knowledge) == {"sourdough": "The dough rests overnight in the cellar."}
    made["mental_process"].database.close()


# Tables and lists -------------------------------------------------------------------------------------------------------


def test_the_table_of_settings_has_every_setting_with_its_default() -> None:
    shown = {name.strip("`"): default.strip("`") for name, default, _ in table(section(README, "Settings"))}
    fields = Settings.model_fields
    assert list(shown) == [f"LIC_{name.upper()}" for name in fields]
    for name, field in fields.items():
        default = "–" if field.default is PydanticUndefined or field.default == "" else str(field.default).replace(str(Path.home()), "~")
        assert shown[f"LIC_{name.upper()}"] == default, name


def test_every_variable_that_a_document_names_is_a_setting() -> None:
    settings = {f"LIC_{name.upper()}" for name in Settings.model_fields}
    for name in DOCUMENTS:
        assert set(re.findall(r"\bLIC_[A-Z_]+\b", (ROOT / name).read_text(encoding="utf-8"))) <= settings, name


def test_the_table_of_commands_has_every_command() -> None:
    shown = [row[0].strip("`") for row in table(section(README, "The command line"))]
    groups = [info.name for info in command_line.registered_groups]
    commands = [info.callback.__name__ for info in command_line.registered_commands if info.callback is not None]
    assert sorted(shown) == sorted(f"lic {name}" for name in (*commands, *groups))


def test_the_tree_names_what_is_there_and_every_room() -> None:
    [tree] = blocks(section(README, "The files"), "text")
    folder, named = Path(), set[str]()
    for line in tree.splitlines():
        name, *remark = line.split()
        assert remark, f"{line!r} says nothing"
        path = folder / name if line.startswith(" ") else Path(name)
        assert (ROOT / path).exists(), path
        assert (ROOT / path).is_dir() == name.endswith("/"), path
        folder = folder if line.startswith(" ") else path
        named.add(str(path))
    inside = {str(path.relative_to(ROOT)) for path in (ROOT / "lic").iterdir() if not path.name.startswith("_")}
    assert {name for name in named if name.startswith("lic/")} == inside


def test_the_list_of_tables_is_that_of_the_database() -> None:
    shown = [row[0].strip("`") for row in table(section(ARCHITECTURE, "The tables"))]
    assert sorted(shown) == sorted(metadata.tables)


def test_the_drawing_has_every_room_on_its_floor() -> None:
    [drawing] = blocks(section(ARCHITECTURE, "Floors and rooms"), "text")
    parts = re.split(r"^floor (\d)", drawing, flags=re.MULTILINE)[1:]
    drawn: dict[str, int] = {}
    for floor, rooms in zip(parts[::2], parts[1::2], strict=True):
        # Rooms stand two spaces apart; what stands farther away is a remark.
        lines = [re.split(r" {3,}", line.strip())[0] for line in rooms.splitlines()]
        drawn |= dict.fromkeys(re.findall(r"\w+", " ".join(lines)), int(floor))
    assert drawn == FLOORS


def test_the_corridors_are_those_that_the_imports_use() -> None:
    shown = dict(table(section(ARCHITECTURE, "Floors and rooms")))
    assert shown == {f"`{one}` → `{other}`": why for (one, other), why in CORRIDORS.items()}


# Links and commands -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_something(name: str) -> None:
    document = ROOT / name
    text = document.read_text(encoding="utf-8")
    for link in _LINK.findall(_BLOCK.sub("", text)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("name", DOCUMENTS)
def test_programs_that_are_named_can_be_run(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    files = [f"{module.replace('.', '/')}.py" for module in re.findall(r"python -m ((?:lic|benchmarks)(?:\.\w+)+)", text)]
    files += re.findall(r"python ((?:\w+/)*\w+\.py)", text)
    for file in files:
        assert '__name__ == "__main__"' in (ROOT / file).read_text(encoding="utf-8"), file
