"""How soon the page answers, beside an empty Gradio app started the same way, and what its process weighs at rest."""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.facts import fact
from benchmarks.growth import encoded, grow
from lic.factory import LOCAL_OWNER, Lic
from lic.settings import Settings

ROOT = Path(__file__).parent.parent
ROUNDS = 3
WAIT = 180.0
SETTLES = 5.0
EMPTY = """
import gradio as gr
import os

with gr.Blocks() as page:
    gr.Chatbot()
    gr.Textbox()

if __name__ == "__main__":
    page.launch(server_name="127.0.0.1", server_port=int(os.environ["LIC_PORT"]), quiet=True)
"""


@dataclass(frozen=True, slots=True)
class Start:
    """Median seconds from the start of the process to HTTP 200."""

    app: float
    empty: float

    @property
    def ratio(self) -> float:
        """How many times as long the page takes as the empty app."""
        return self.app / self.empty


def measure_start(home: Path) -> Start:
    """Start both in turns; the first start of each warms the disk's cache and does not count."""
    home.mkdir(parents=True)
    empty = home / "empty.py"
    empty.write_text(EMPTY, encoding="utf-8")
    seconds: dict[str, list[float]] = {"app.py": [], str(empty): []}
    for _ in range(1 + ROUNDS):
        for script, taken in seconds.items():
            with _served(script, home) as served:
                taken.append(served.seconds)
    app, other = (statistics.median(taken[1:]) for taken in seconds.values())
    return Start(app, other)


def measure_memory(home: Path, entries: int) -> float:
    """The resident memory in MB of an app that has answered questions from a store of some size and rests."""
    lic = Lic(Settings(home=home, database=""))
    grow(lic, LOCAL_OWNER, entries, encoded(lic.parts.encoder))
    lic.close()
    from gradio_client import Client

    with _served("app.py", home) as served:
        client = Client(served.url, verbose=False, analytics_enabled=False)
        for i in range(3):
            client.predict(fact(i).question, "main", api_name="/chat")
        client.close()
        time.sleep(SETTLES)
        return resident(served.process.pid)


def resident(process: int) -> float:
    """The resident memory of a process in MB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    [size] = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    return int(size) * 1024 / 1e6


@dataclass(frozen=True, slots=True)
class _Served:
    process: subprocess.Popen[bytes]
    url: str
    seconds: float


@contextmanager
def _served(script: str, home: Path) -> Generator[_Served]:
    """A script that serves a page, from when it answers with 200 until the end of the block."""
    port = _free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith("LIC_")}
    environment = {**own, "LIC_HOME": str(home), "LIC_PORT": str(port), "GRADIO_ANALYTICS_ENABLED": "False"}
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, script], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/"
        while not _answers(url):
            if process.poll() is not None or time.perf_counter() - began > WAIT:
                raise RuntimeError(f"{script} did not serve a page at {url}.")
            time.sleep(0.01)
        yield _Served(process, url, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=WAIT) as response:
            return response.status == 200
    except (URLError, ConnectionError):
        return False


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
