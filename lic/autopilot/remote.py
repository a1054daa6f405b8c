"""Any OpenAI-compatible server: vLLM, SGLang, `transformers serve`, llama.cpp."""

from collections.abc import Iterator

import httpx2
from huggingface_hub import InferenceClient

from lic.errors import ServerUnavailable
from lic.types import GenerationRequest, StopSignal

# The client's own errors descend from those of its transport.
_FAILURES = (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError)


class RemoteAutopilot:
    """Streams from a server's chat completions; leaving the stream early closes the connection."""

    general = True

    def __init__(self, url: str, model: str, key: str, timeout: float, max_new_tokens: int) -> None:
        self.name = url
        self._base = url.rstrip("/").removesuffix("/chat/completions")
        self._model = model
        self._key = key or "none"
        self._timeout = timeout
        self._max_new_tokens = max_new_tokens

    def stream(self, request: GenerationRequest, stop: StopSignal) -> Iterator[str]:
        """Generate an answer to the messages, piece by piece. Raises ServerUnavailable where the server is down, slow or breaks off."""
        finished = False
        try:
            client = InferenceClient(base_url=self._base, api_key=self._key, timeout=self._timeout)
            chunks = client.chat_completion(
                [message.as_json() for message in request.messages],
                model=self._model or self._only_model(),
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
        except _FAILURES as error:
            raise ServerUnavailable(f"The server {self.name} did not answer within {self._timeout:.0f} s or broke off ({_reason(error)}).") from error
        if not finished:
            raise ServerUnavailable(f"The server {self.name} broke off in the middle of its answer.")

    def _only_model(self) -> str | None:
        """The first model that the server lists; servers with one model want its name too."""
        headers = {"Authorization": f"Bearer {self._key}"}
        listed = httpx2.get(f"{self._base}/models", headers=headers, timeout=self._timeout)
        if listed.status_code != httpx2.codes.OK:
            return None
        names = [model["id"] for model in listed.json().get("data", [])]
        return names[0] if names else None


def _reason(error: BaseException) -> str:
    """What the server itself said, else what the connection says."""
    response = getattr(error, "response", None)
    said = ""
    if response is not None:
        try:
            said = response.text.strip()
        except httpx2.ResponseNotRead:
            said = ""
    return (said or str(error).strip().split("\n")[0] or type(error).__name__)[:300]
