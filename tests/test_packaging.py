"""What installers and Spaces read agrees with the project."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lic.server import settings_from
from tests.test_browser import INSTALL

ROOT = Path(__file__).parent.parent


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def front_matter() -> dict[str, str]:
    """The keys and values between the first two lines of dashes of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.startswith("---\n"), "Spaces reads the front matter from the README's first line on"
    block = text[4 : text.index("\n---", 4)]
    pairs = (line.partition(":") for line in block.splitlines() if line.strip())
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def test_requirements_are_the_projects_dependencies() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    assert wanted == project()["dependencies"]


def test_the_front_matter_says_what_spaces_needs() -> None:
    found = front_matter()
    assert found["sdk"] == "gradio"
    assert found["app_file"] == "app.py"
    assert (ROOT / found["app_file"]).is_file()
    assert found["license"] == project()["license"].lower()
    at_least = tuple(int(part) for part in re.findall(r"\d+", project()["requires-python"]))
    assert tuple(int(part) for part in found["python_version"].split(".")) >= at_least


def test_spaces_installs_a_gradio_that_the_project_admits() -> None:
    version = tuple(int(part) for part in front_matter()["sdk_version"].split("."))
    [bounds] = [re.findall(r"\d+(?:\.\d+)*", line) for line in project()["dependencies"] if line.startswith("gradio")]
    lowest, above = (tuple(int(part) for part in bound.split(".")) for bound in bounds)
    assert lowest <= version < above


def test_the_readme_names_the_line_that_installs_the_browser() -> None:
    assert INSTALL in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"])
def test_the_files_that_every_project_has_are_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_on_spaces_the_page_is_reachable_and_visitors_are_anonymous() -> None:
    settings = settings_from({"SPACE_ID": "somebody/lic"})
    assert settings.host == "0.0.0.0"
    assert settings.open_to_all
    assert settings_from({}).host == "127.0.0.1"


def test_on_spaces_people_may_sign_in_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIC_AUTH", "ana:secret")
    settings = settings_from({"SPACE_ID": "somebody/lic", "LIC_AUTH": "ana:secret"})
    assert not settings.open_to_all
    assert settings.auth == {"ana": "secret"}


def test_the_page_runs_where_the_package_is_not_installed(tmp_path: Path) -> None:
    # -I would also hide the working directory; so the check is that `lic` comes from beside app.py.
    code = "import runpy, lic; runpy.run_path('app.py', run_name='app')['demo']; print(lic.__file__)"
    environment = {**os.environ, "LIC_HOME": str(tmp_path), "PYTHONSAFEPATH": ""}
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert Path(ended.stdout.strip()) == ROOT / "lic" / "__init__.py"
