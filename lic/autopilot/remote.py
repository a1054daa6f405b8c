"""Any OpenAI-compatible server: vLLM, SGLang, `transformers serve`, llama.cpp."""

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from http import HTTPStatus
from queue import Empty, Queue
from typing import Any

from huggingface_hub import InferenceClient, get_session
from huggingface_hub.errors import HfHubHTTPError

from lic.autopilot.refusals import CONNECTION_FAILS, NO_COMPLETION, leads_somewhere, refusal
from lic.autopilot.thoughts import ANSWER_AT_ONCE, without_thoughts
from lic.errors import ServerUnavailable
from lic.types import GenerationRequest, StopSignal

POLL_SECONDS = 0.05
"""How soon a stop is seen while the server is silent."""
CLOSING_SECONDS = 1.0
"""How long after the person has stopped waiting the connection gives up too."""

Heard = Queue[str | BaseException | None]
"""Pieces of text, and at the end None or what went wrong."""


class RemoteAutopilot:
    """Streams from a server's chat completions; leaving the stream early closes the connection."""

    general = True

    def __init__(self, url: str, model: str, key: str, timeout: float, max_new_tokens: int) -> None:
        self.name = url
        self._base = url.rstrip("/").removesuffix("/chat/completions")
        self._model = model
        # In place of an empty key the client would send the person's key for the hub, which is no business of this server.
        self._key = key or "none"
        self._timeout = timeout
        self._max_new_tokens = max_new_tokens

    def stream(self, request: GenerationRequest, stop: StopSignal) -> Iterator[str]:
        """Generate an answer to the messages, piece by piece. Raises ServerUnavailable where the server is down, slow, refuses or breaks off."""
        if not leads_somewhere(self._base):
            raise ServerUnavailable(f"The server {self.name} cannot exist at that address: give one like http://127.0.0.1:8000/v1.")
        with closing(self._pieces(request, stop)) as pieces:
            yield from without_thoughts(pieces)

    # Reading goes on beside the person's waiting, so that a stop is seen and the time is counted while the server is silent.

    def _pieces(self, request: GenerationRequest, stop: StopSignal) -> Generator[str]:
        heard, left = Heard(), threading.Event()
        client = InferenceClient(base_url=self._base, api_key=self._key, timeout=self._timeout + CLOSING_SECONDS)
        threading.Thread(target=self._read, args=(client, request, heard, left), name="lic-read", daemon=True).start()
        try:
            while (piece := self._next(heard, stop)) is not None:
                if isinstance(piece, BaseException):
                    raise ServerUnavailable(refusal(self.name, self._timeout, piece)) from piece
                if piece:
                    yield piece
        finally:
            left.set()
            client.close()

    def _next(self, heard: Heard, stop: StopSignal) -> str | BaseException | None:
        """The next piece or failure; None at the end and after a stop."""
        ends = time.monotonic() + self._timeout
        while not stop.is_set():
            try:
                return heard.get(timeout=POLL_SECONDS)
            except Empty:
                if time.monotonic() > ends:
                    return TimeoutError()
        return None

    def _read(self, client: InferenceClient, request: GenerationRequest, heard: Heard, left: threading.Event) -> None:
        """Pass on what the server says, until it ends, fails or nobody listens any more."""
        end: BaseException | None = ValueError("no event came")
        try:
            for chunk in self._asked(client, request):
                if left.is_set():
                    break
                for choice in chunk.choices:
                    heard.put(choice.delta.content or "")
                    end = None if end is None or choice.finish_reason is not None else EOFError()
        except (*CONNECTION_FAILS, *NO_COMPLETION) as error:
            end = error
        finally:
            client.close()
            heard.put(end)

    # What is asked ----------------------------------------------------------------------------------------------------

    def _asked(self, client: InferenceClient, request: GenerationRequest) -> Any:
        messages = [message.as_json() for message in request.messages]
        model = self._model or self._listed_model()
        try:
            return self._completion(client, messages, model, {"chat_template_kwargs": ANSWER_AT_ONCE})
        except HfHubHTTPError as error:
            if error.response.status_code not in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
                raise
            # Some servers refuse every field that OpenAI does not have.
            return self._completion(client, messages, model, {})

    def _completion(self, client: InferenceClient, messages: list[dict[str, str]], model: str | None, extra: dict[str, Any]) -> Any:
        return client.chat_completion(messages, model=model, max_tokens=self._max_new_tokens, temperature=0.0, stream=True, extra_body=extra)

    def _listed_model(self) -> str | None:
        """The first model that the server lists; a server that has only one wants its name too."""
        # Some servers hang up after an error: the question itself is not asked on this connection.
        headers = {"Authorization": f"Bearer {self._key}", "Connection": "close"}
        listed = get_session().get(f"{self._base}/models", headers=headers, timeout=self._timeout)
        if listed.status_code != HTTPStatus.OK.value:
            return None
        names = [model["id"] for model in listed.json().get("data", [])]
        return names[0] if names else None
