"""The Autopilot behind a server: a real `transformers serve`, and servers that are down, slow, broken or half-way gone."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lic.autopilot.remote import RemoteAutopilot
from lic.errors import ServerUnavailable
from lic.factory import Lic
from lic.types import GenerationRequest, Message, Reply, Turn
from tests.checkpoints import make_checkpoint

NEVER = threading.Event()
HELLO = GenerationRequest((Message("system", "You are LIC."), Message("user", "Hello")), "Hello")


# A real server -------------------------------------------------------------------------------------------------------


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a `transformers serve` process and the name of its model."""
    folder, port = make_checkpoint(tmp_path_factory.mktemp("served") / "tiny"), free_port()
    command = [sys.executable, "-c", "from transformers.cli.transformers import main; main()", "serve", str(folder), "--device", "cpu", "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as process:
        try:
            wait_for_health(process, f"http://127.0.0.1:{port}/health")
            yield f"http://127.0.0.1:{port}/v1", str(folder)
        finally:
            process.kill()


def wait_for_health(process: subprocess.Popen[bytes], url: str) -> None:
    """Return when the server is healthy."""
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        assert process.poll() is None, "the server ended before it was healthy"
        with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            if json.load(answer) == {"status": "ok"}:
                return
        time.sleep(0.2)
    raise AssertionError("the server did not become healthy")


def remote(url: str, model: str = "", timeout: float = 60, tokens: int = 16) -> RemoteAutopilot:
    """The Autopilot of an address."""
    return RemoteAutopilot(url, model, "", timeout, tokens)


@pytest.mark.parametrize("ending", ["", "/", "/chat/completions"])
def test_an_answer_of_a_real_server_streams_in_pieces(served: tuple[str, str], ending: str) -> None:
    url, model = served
    pieces = list(remote(url + ending, model).stream(HELLO, NEVER))
    assert len(pieces) > 4
    assert "".join(pieces).strip()


def test_a_set_stop_event_ends_a_servers_answer(served: tuple[str, str]) -> None:
    url, model = served
    stop, pieces = threading.Event(), list[str]()
    for piece in remote(url, model, tokens=300).stream(HELLO, stop):
        pieces.append(piece)
        stop.set()
    assert len(pieces) < 5


def test_a_server_that_refuses_the_model_is_quoted(served: tuple[str, str]) -> None:
    url, model = served
    with pytest.raises(ServerUnavailable, match="pinned to") as refused:
        list(remote(url, "another/model").stream(HELLO, NEVER))
    assert model in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_whole_conversation_with_a_real_server(models: Lic, served: tuple[str, str], tmp_path: Path) -> None:
    with conversing(models, tmp_path, served[0], served[1], timeout=60) as say:
        general = say("What is the capital of Mongolia?")
        assert general.text
        assert not general.abstained
        assert "from the model, not taught" in general.trace
        assert say("My dog is called Rex").text == "Learned: your dog is called Rex."
        assert "Rex" in say("What is my dog called?").text


# Servers that go wrong -----------------------------------------------------------------------------------------------

Talk = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """A piece of a chunked body."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def event(text: str, finish: str | None = None) -> bytes:
    """A server-sent event with a piece of text."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}
    return chunk(
        b"data: "
        + json.dumps({"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m", "system_fingerprint": "", "choices": [choice]}).encode()
        + b"\n\n"
    )


def hangs(connection: socket.socket) -> None:
    """Read the request and never answer."""
    connection.recv(65536)
    time.sleep(30)


def hangs_half_way(connection: socket.socket) -> None:
    """Stream half an answer, then nothing more."""
    connection.recv(65536)
    connection.sendall(HEAD + event("The capital ") + event("of "))
    time.sleep(30)


def dies_half_way(connection: socket.socket) -> None:
    """Stream half an answer and die."""
    connection.recv(65536)
    connection.sendall(HEAD + event("The capital ") + event("of "))


def ends_half_way(connection: socket.socket) -> None:
    """Stream half an answer, then end the response as if all were well."""
    connection.recv(65536)
    connection.sendall(HEAD + event("The capital ") + event("of ") + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")


def fails_half_way(connection: socket.socket) -> None:
    """Stream half an answer, then the news that it failed."""
    connection.recv(65536)
    connection.sendall(HEAD + event("The capital ") + chunk(b'data: {"error": {"message": "out of memory", "code": 500}}\n\n') + b"0\r\n\r\n")


def hangs_up(connection: socket.socket) -> None:
    """Close at once."""
    connection.recv(65536)


def says_html(connection: socket.socket) -> None:
    """Answer like a web page."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<html>Welcome</html>")


def says_nonsense(connection: socket.socket) -> None:
    """Stream events that are no JSON."""
    connection.recv(65536)
    connection.sendall(HEAD + chunk(b"data: {half\n\n") + b"0\r\n\r\n")


def speaks_another_protocol(connection: socket.socket) -> None:
    """Answer like a mail server."""
    connection.recv(65536)
    connection.sendall(b"220 mail.example.org ESMTP\r\n")


def status(code: int, body: bytes) -> Talk:
    """Refuse with a status."""

    def refuse(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(f"HTTP/1.1 {code} No\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    return refuse


@contextmanager
def server(talk: Talk) -> Iterator[str]:
    """The address of a server that treats every connection in one way."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                talk(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        listener.shutdown(socket.SHUT_RDWR)


WRONG: dict[str, Talk] = {
    "hangs": hangs,
    "hangs half-way": hangs_half_way,
    "dies half-way": dies_half_way,
    "ends half-way": ends_half_way,
    "fails half-way": fails_half_way,
    "hangs up": hangs_up,
    "says HTML": says_html,
    "says nonsense": says_nonsense,
    "speaks another protocol": speaks_another_protocol,
    "wants a key": status(401, b'{"error": {"message": "no key"}}'),
    "knows no such model": status(404, b'{"error": {"message": "The model `dummy` does not exist."}}'),
    "is overloaded": status(503, b'{"error": {"message": "too busy"}}'),
    "broke": status(500, b"oops"),
}


@pytest.mark.parametrize("talk", WRONG.values(), ids=WRONG)
def test_a_server_that_goes_wrong_is_named_within_the_timeout(talk: Talk) -> None:
    with server(talk) as url:
        began = time.perf_counter()
        with pytest.raises(ServerUnavailable) as gone:
            list(remote(url, "m", timeout=1).stream(HELLO, NEVER))
        assert time.perf_counter() - began < 4
        assert str(gone.value).startswith(f"The server {url}")
        assert "\n" not in str(gone.value)


@pytest.mark.parametrize(
    ("talk", "reason"), [(WRONG["wants a key"], "no key"), (WRONG["knows no such model"], "does not exist"), (WRONG["is overloaded"], "too busy")]
)
def test_the_servers_own_reason_is_told(talk: Talk, reason: str) -> None:
    with server(talk) as url, pytest.raises(ServerUnavailable, match=reason):
        list(remote(url, "m", timeout=1).stream(HELLO, NEVER))


def test_what_came_before_a_server_died_was_streamed() -> None:
    pieces: list[str] = []
    with server(dies_half_way) as url, pytest.raises(ServerUnavailable):
        pieces.extend(remote(url, "m", timeout=1).stream(HELLO, NEVER))
    assert pieces == ["The capital ", "of "]


def test_a_whole_answer_ends_well() -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(HEAD + event("Ulaan") + event("baatar") + event("", "stop") + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")

    with server(answer) as url:
        assert list(remote(url, "m", timeout=5).stream(HELLO, NEVER)) == ["Ulaan", "baatar"]


def test_a_server_that_is_down_is_named_at_once() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    began = time.perf_counter()
    with pytest.raises(ServerUnavailable, match="refused"):
        list(remote(url, "m", timeout=5).stream(HELLO, NEVER))
    assert time.perf_counter() - began < 4


@pytest.mark.parametrize("url", ["http://no-such-host.invalid/v1", "http://127.0.0.1:99999/v1", "http://", "https://[::bad"])
def test_an_address_that_leads_nowhere_is_named(url: str) -> None:
    with pytest.raises(ServerUnavailable, match="The server"):
        list(remote(url, "m", timeout=2).stream(HELLO, NEVER))


def test_without_a_name_the_servers_only_model_is_asked() -> None:
    asked: list[str] = []

    def answer(connection: socket.socket) -> None:
        request = connection.recv(65536).decode()
        if request.startswith("GET /v1/models"):
            body = b'{"object": "list", "data": [{"id": "Qwen/Qwen3-0.6B", "object": "model"}]}'
            connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            return
        while not request.endswith("}"):
            request += connection.recv(65536).decode()
        asked.append(json.loads(request.split("\r\n\r\n", 1)[1])["model"])
        connection.sendall(HEAD + event("Hello", "stop") + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")

    with server(answer) as url:
        assert list(remote(url, "", timeout=5).stream(HELLO, NEVER)) == ["Hello"]
        assert asked == ["Qwen/Qwen3-0.6B"]
        assert list(remote(url, "mine", timeout=5).stream(HELLO, NEVER)) == ["Hello"]
        assert asked[-1] == "mine"


# In a conversation ---------------------------------------------------------------------------------------------------


@contextmanager
def conversing(models: Lic, home: Path, url: str, model: str = "m", timeout: float = 1.0) -> Iterator[Callable[[str], Reply]]:
    """A conversation of Ana's with a server as Autopilot."""
    lic = models.with_home(home)
    lic.settings = lic.settings.model_copy(update={"autopilot": url, "autopilot_model": model, "autopilot_timeout": timeout, "max_new_tokens": 16})
    conversation, said = lic.conversation("ana"), 0

    def say(text: str) -> Reply:
        nonlocal said
        said += 1
        return conversation.respond(Turn(f"t{said}", text, "ana", "main", datetime(2026, 5, 3, 10, said, tzinfo=UTC)))

    yield say
    assert len(conversation.history()) == said
    lic.close()


@pytest.mark.parametrize("talk", [hangs, dies_half_way, status(503, b"{}")], ids=["hangs", "dies half-way", "is overloaded"])
def test_the_embedded_answer_follows_and_it_is_said_openly(models: Lic, tmp_path: Path, talk: Talk) -> None:
    with server(talk) as url, conversing(models, tmp_path, url) as say:
        say("My dog is called Rex")
        known = say("What is my dog called?")
        assert f"The server {url}" in known.text
        assert "Your dog is called Rex." in known.text
        assert known.evidence
        assert not known.abstained
        unknown = say("What is the capital of Mongolia?")
        assert "I don't know that yet. What is the capital of Mongolia?" in unknown.text
        assert (unknown.abstained, unknown.asks) == (True, "teach")
        assert say("Ulaanbaatar").text == "Learned: the capital of Mongolia is Ulaanbaatar."


def test_a_server_that_is_down_keeps_nobody_from_teaching(models: Lic, tmp_path: Path) -> None:
    with conversing(models, tmp_path, f"http://127.0.0.1:{free_port()}/v1") as say:
        assert say("My dog is called Rex").text == "Learned: your dog is called Rex."
        assert say("hello").text
        assert "Your dog is called Rex." in say("What is my dog called?").text
