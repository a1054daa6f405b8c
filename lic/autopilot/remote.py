"""Any OpenAI-compatible server: vLLM, SGLang, `transformers serve`, llama.cpp."""

from collections.abc import Iterator

import httpx
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError, InferenceTimeoutError

from lic.errors import ServerUnavailable
from lic.types import GenerationRequest, StopSignal


class RemoteAutopilot:
    """Streams from a server's chat completions; leaving the stream early closes the connection."""

    general = True

    def __init__(self, url: str, model: str, key: str, timeout: float, max_new_tokens: int) -> None:
        self.name = url
        self._model = model
        self._timeout = timeout
        self._max_new_tokens = max_new_tokens
        base = url.rstrip("/").removesuffix("/chat/completions")
        self._client = InferenceClient(base_url=base, api_key=key or "none", timeout=timeout)

    def stream(self, request: GenerationRequest, stop: StopSignal) -> Iterator[str]:
        """Generate an answer to the messages, piece by piece. Raises ServerUnavailable where the server is down, slow or breaks off."""
        finished = False
        try:
            chunks = self._client.chat_completion(
                [message.as_json() for message in request.messages],
                model=self._model or None,
                max_tokens=self._max_new_tokens,
                temperature=0.0,
                stream=True,
            )
            for chunk in chunks:
                if stop.is_set():
                    return
                for choice in chunk.choices:
                    finished = finished or choice.finish_reason is not None
                    if choice.delta.content:
                        yield choice.delta.content
        except (HfHubHTTPError, InferenceTimeoutError, httpx.HTTPError, OSError, ValueError) as error:
            first = str(error).strip().split("\n")[0] or type(error).__name__
            raise ServerUnavailable(f"The server {self.name} did not answer within {self._timeout:.0f} s or broke off ({first}).") from error
        if not finished:
            raise ServerUnavailable(f"The server {self.name} broke off in the middle of its answer.")
