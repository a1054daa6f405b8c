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
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
    serve = ["serve", str(folder), "--device", "cpu", "--host", "127.0.0.1", "--port", str(port)]
    command = [sys.executable, "-c", "from transformers.cli.transformers import main; main()", *serve]
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


@pytest.mark.parametrize("name", ["another/model", ""])
def test_a_real_server_that_refuses_the_model_is_quoted(served: tuple[str, str], name: str) -> None:
    url, model = served
    with pytest.raises(ServerUnavailable, match=r"pinned to .* set LIC_AUTOPILOT_MODEL") as refused:
        list(remote(url, name).stream(HELLO, NEVER))
    assert model in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_real_server_that_fails_while_it_answers_is_quoted(served: tuple[str, str]) -> None:
    url, model = served
    with pytest.raises(ServerUnavailable, match=r"failed while it answered \(index out of range"):
        list(remote(url, model).stream(GenerationRequest((Message("user", "hello " * 2000),), ""), NEVER))
    assert list(remote(url, model).stream(HELLO, NEVER))


def test_a_whole_conversation_with_a_real_server(models: Lic, served: tuple[str, str], tmp_path: Path) -> None:
    with conversing(models, tmp_path, served[0], served[1], timeout=60) as say:
        general = say("What is the capital of Mongolia?")
        assert general.text
        assert not general.abstained
        assert "from the model, not taught" in general.trace
        assert say("My dog is called Rex").text == "Learned: your dog is called Rex."
        assert "Rex" in say("What is my dog called?").text


# Servers that go wrong -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """What a client asked: the first line, the headers by lower-case name, the body."""

    line: str
    headers: dict[str, str]
    body: dict[str, Any]


Talk = Callable[[socket.socket, Request], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
DONE = b"data: [DONE]\n\n"


def read_request(connection: socket.socket) -> Request:
    """The whole request, so that closing the connection takes nothing away from the answer."""
    with connection.makefile("rb") as stream:
        line = stream.readline().decode().strip()
        headers = dict(header.decode().strip().lower().split(": ", 1) for header in iter(stream.readline, b"\r\n"))
        body = stream.read(int(headers.get("content-length", "0")))
    return Request(line, headers, json.loads(body or "{}"))


def chunk(data: bytes) -> bytes:
    """A piece of a chunked body."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def event(text: str | None, finish: str | None = None) -> bytes:
    """A server-sent event with a piece of text, as small as servers make it."""
    said = {"choices": [{"index": 0, "delta": {"content": text} if text is not None else {}, "finish_reason": finish}]}
    return chunk(b"data: " + json.dumps(said).encode() + b"\n\n")


def streams(*chunks: bytes, then: Callable[[], None] = lambda: None) -> Talk:
    """Send the beginning of a stream, do something, and hang up."""

    def talk(connection: socket.socket, request: Request) -> None:
        connection.sendall(HEAD + b"".join(chunks))
        then()

    return talk


def answers(*chunks: bytes) -> Talk:
    """Send a whole stream and end the response well."""
    return streams(*chunks, chunk(DONE), b"0\r\n\r\n")


def says(raw: bytes) -> Talk:
    """Send some bytes and hang up."""
    return lambda connection, request: connection.sendall(raw)


def status(code: int, body: bytes, kind: str = "application/json") -> Talk:
    """Answer with a status."""
    return says(f"HTTP/1.1 {code} No\r\nContent-Type: {kind}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


def hangs(connection: socket.socket, request: Request) -> None:
    """Never answer, until the client has gone."""
    connection.recv(1)


def pings(connection: socket.socket, request: Request) -> None:
    """Say that it is still there, and nothing else."""
    connection.sendall(HEAD)
    while True:
        connection.sendall(chunk(b": ping\n\n"))
        time.sleep(0.05)


def hangs_half_way(connection: socket.socket, request: Request) -> None:
    """Stream half an answer, then nothing more."""
    connection.sendall(HEAD + event("The capital "))
    connection.recv(1)


@contextmanager
def server(talk: Talk) -> Iterator[str]:
    """The address of a server that treats every request in one way, a connection each."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                talk(connection, read_request(connection))

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        listener.shutdown(socket.SHUT_RDWR)


HALF = (event("The capital "), event("of "))
WRONG: dict[str, tuple[Talk, str]] = {
    "hangs": (hangs, "said nothing for 0.5 s."),
    "hangs half-way": (hangs_half_way, "said nothing for 0.5 s."),
    "only pings": (pings, "said nothing for 0.5 s."),
    "dies half-way": (streams(*HALF), "broke off (peer closed connection"),
    "ends half-way": (answers(*HALF), "broke off in the middle of its answer."),
    "fails half-way": (answers(*HALF, chunk(b'data: {"error": {"message": "out of memory", "code": 500}}\n\n')), "failed while it answered (out of memory)."),
    "hangs up": (says(b""), "broke off (Server disconnected"),
    "speaks another protocol": (says(b"220 mail.example.org ESMTP\r\n"), "broke off (Server disconnected"),
    "says HTML": (status(200, b"<html>Welcome</html>", "text/html"), "sent something that is no chat completion."),
    "says nonsense": (answers(chunk(b"data: {half\n\n")), "sent something that is no chat completion."),
    "says other JSON": (answers(chunk(b'data: ["half"]\n\n')), "sent something that is no chat completion."),
    "wants a key": (status(401, b'{"error": {"message": "no key"}}'), "status 401 (no key). Set LIC_AUTOPILOT_KEY."),
    "knows no such model": (
        status(404, b'{"message": "The model `m` does not exist."}'),
        "status 404 (The model `m` does not exist). If it is the name, set LIC_AUTOPILOT_MODEL.",
    ),
    "is overloaded": (status(503, b'{"error": "too busy"}'), "status 503 (too busy)."),
    "refuses": (status(422, b'{"detail": "the dialogue is\\ntoo long"}'), "status 422 (the dialogue is too long)."),
    "broke": (status(500, b"oops\n", "text/plain"), "status 500 (oops)."),
    "broke behind a gate": (status(502, b"<html><h1>Bad Gateway</h1></html>", "text/html"), "status 502 (No)."),
}


@pytest.mark.parametrize(("talk", "reason"), WRONG.values(), ids=WRONG)
def test_a_server_that_goes_wrong_is_named_within_the_timeout_with_its_own_reason(talk: Talk, reason: str) -> None:
    with server(talk) as url:
        began = time.perf_counter()
        with pytest.raises(ServerUnavailable) as gone:
            list(remote(url, "m", timeout=0.5).stream(HELLO, NEVER))
        assert time.perf_counter() - began < 3
        assert str(gone.value).startswith(f"The server {url} ")
        assert reason in str(gone.value)
        assert "\n" not in str(gone.value)


def test_what_came_before_a_server_died_was_streamed() -> None:
    pieces: list[str] = []
    with server(streams(*HALF)) as url, pytest.raises(ServerUnavailable):
        pieces.extend(remote(url, "m", timeout=1).stream(HELLO, NEVER))
    assert pieces == ["The capital ", "of "]


def test_a_server_that_is_down_is_named_at_once() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    began = time.perf_counter()
    with pytest.raises(ServerUnavailable, match="refused"):
        list(remote(url, "m", timeout=5).stream(HELLO, NEVER))
    assert time.perf_counter() - began < 4


NOWHERE = [
    "http://",
    "https://[::bad",
    "http://127.0.0.1:99999/v1",
    "http://a b/v1",
    "http://☃/v1",
    "http://a..b/v1",
    "http://host/\x7f",
    f"http://host/{'x' * 3000}",
]


@pytest.mark.parametrize("url", NOWHERE)
@pytest.mark.parametrize("model", ["", "m"])
def test_an_address_that_cannot_be_one_is_quoted_with_an_example_of_one_that_can(url: str, model: str) -> None:
    with pytest.raises(ServerUnavailable, match=r"The server .* cannot exist at that address: give one like http://"):
        list(remote(url, model, timeout=2).stream(HELLO, NEVER))


def test_a_host_that_nobody_knows_is_named() -> None:
    with pytest.raises(ServerUnavailable, match=r"The server http://no-such-host\.invalid/v1 cannot be reached"):
        list(remote("http://no-such-host.invalid/v1", timeout=5).stream(HELLO, NEVER))


# What goes over the wire ---------------------------------------------------------------------------------------------


class Listening:
    """A server that answers "Hello" and keeps what it was asked; `refused` fields it does not know, and what it says of its models."""

    def __init__(self, refused: str = "", models: bytes = b"") -> None:
        self.asked: list[Request] = []
        self._refused = refused
        self._models = models

    def __call__(self, connection: socket.socket, request: Request) -> None:
        """Answer one request."""
        self.asked.append(request)
        if request.line.startswith("GET /v1/models "):
            status(200 if self._models else 404, self._models)(connection, request)
        elif self._refused in request.body:
            status(400, b'{"error": {"message": "Unrecognized request argument"}}')(connection, request)
        else:
            answers(event("<think>"), event("Hm."), event("</think>"), event(None), event("Hello"), event(" Ana"), event(None, "stop"))(connection, request)


def test_a_whole_answer_ends_well_and_what_the_model_thinks_aloud_is_no_part_of_it() -> None:
    listening = Listening(refused="none")
    with server(listening) as url:
        assert list(remote(url, "m", timeout=5, tokens=7).stream(HELLO, NEVER)) == ["Hello", " Ana"]
    [request] = listening.asked
    assert request.line == "POST /v1/chat/completions HTTP/1.1"
    assert request.body["messages"] == [{"role": "system", "content": "You are LIC."}, {"role": "user", "content": "Hello"}]
    assert (request.body["model"], request.body["max_tokens"], request.body["stream"]) == ("m", 7, True)
    assert request.body["chat_template_kwargs"] == {"enable_thinking": False}


def test_a_server_that_refuses_what_it_does_not_know_is_asked_again_without_it() -> None:
    listening = Listening(refused="chat_template_kwargs")
    with server(listening) as url:
        assert list(remote(url, "m", timeout=5).stream(HELLO, NEVER)) == ["Hello", " Ana"]
    assert ["chat_template_kwargs" in request.body for request in listening.asked] == [True, False]


@pytest.mark.parametrize(
    ("listed", "named", "asked"),
    [
        (b'{"object": "list", "data": [{"id": "Qwen/Qwen3-0.6B", "object": "model"}]}', "", "Qwen/Qwen3-0.6B"),
        (b'{"object": "list", "data": [{"id": "Qwen/Qwen3-0.6B", "object": "model"}]}', "mine", "mine"),
        # The client's own word for no name; a server that has one model takes any.
        (b'{"object": "list", "data": []}', "", "dummy"),
        (b"", "", "dummy"),
    ],
)
def test_without_a_name_the_servers_only_model_is_asked(listed: bytes, named: str, asked: str) -> None:
    listening = Listening(refused="none", models=listed)
    with server(listening) as url:
        assert list(remote(url, named, timeout=5).stream(HELLO, NEVER)) == ["Hello", " Ana"]
    assert listening.asked[-1].body["model"] == asked


def test_a_persons_key_for_the_hub_is_not_shown_to_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    listening = Listening(refused="none")
    with server(listening) as url:
        list(RemoteAutopilot(url, "", "", 5, 16).stream(HELLO, NEVER))
        list(RemoteAutopilot(url, "", "own", 5, 16).stream(HELLO, NEVER))
    assert [request.headers["authorization"] for request in listening.asked] == ["bearer none"] * 2 + ["bearer own"] * 2


def test_leaving_an_answer_closes_the_connection() -> None:
    gone = threading.Event()

    def talk(connection: socket.socket, request: Request) -> None:
        connection.sendall(HEAD)
        with suppress(OSError):
            while True:
                connection.sendall(event("word "))
                time.sleep(0.01)
        gone.set()

    with server(talk) as url:
        stream = remote(url, "m", timeout=5).stream(HELLO, NEVER)
        assert next(stream) == "word "
        stream.close()  # type: ignore[attr-defined]
        assert gone.wait(2)


@pytest.mark.parametrize("talk", [hangs, pings, hangs_half_way])
def test_a_silent_server_can_be_stopped_at_once(talk: Talk) -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    with server(talk) as url:
        began = time.perf_counter()
        list(remote(url, "m", timeout=30).stream(HELLO, stop))
        assert time.perf_counter() - began < 2


# In a conversation ---------------------------------------------------------------------------------------------------


@contextmanager
def conversing(models: Lic, home: Path, url: str, model: str = "m", timeout: float = 0.5) -> Iterator[Callable[[str], Reply]]:
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


@pytest.mark.parametrize("talk", [hangs, streams(*HALF), status(503, b"{}")], ids=["hangs", "dies half-way", "is overloaded"])
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
