"""Any causal language model of the hub or of a folder, frozen, through transformers."""

import threading
from collections.abc import Iterator, Sequence
from queue import Empty
from typing import Any

import torch
from jinja2.exceptions import TemplateError
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, StoppingCriteria, StoppingCriteriaList, TextIteratorStreamer

from lic.errors import AutopilotError, ModelUnavailable
from lic.types import GenerationRequest, Message, StopSignal

FIRST_TOKEN_SECONDS = 300.0


def create_autopilot_system(model_name: str) -> tuple[Any, Any]:
    """Load a pretrained causal language model and its tokenizer, and freeze every parameter.

    Args:
        model_name: a name on the hub, or a folder with a checkpoint.

    Returns:
        The model, in float32 on a CPU, and its tokenizer.

    Raises:
        ModelUnavailable: where nothing can be loaded under that name.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(model_name)
        # On a CPU bfloat16, which "auto" may choose, is several times slower.
        dtype = "auto" if torch.cuda.is_available() else torch.float32
        model: Any = AutoModelForCausalLM.from_pretrained(model_name, dtype=dtype)
    except (OSError, ValueError, KeyError, ImportError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        first = str(error).strip().split("\n")[0]
        raise ModelUnavailable(
            f"The model {model_name!r} cannot be loaded ({first}): give the name of a causal language model on the hub, a folder with a "
            "checkpoint, a server's URL, or `embedded`."
        ) from error
    if torch.cuda.is_available():
        model = model.cuda()
    model.eval().requires_grad_(False)
    return model, tokenizer


class _Stopped(StoppingCriteria):
    def __init__(self, signals: Sequence[StopSignal]) -> None:
        self._signals = signals

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        stopped = any(signal.is_set() for signal in self._signals)
        return torch.full((input_ids.shape[0],), stopped, device=input_ids.device, dtype=torch.bool)


class LocalAutopilot:
    """A frozen transformers model that streams; leaving the stream early stops the model too."""

    general = True

    def __init__(self, name: str, model: Any, tokenizer: Any, max_new_tokens: int) -> None:
        self.name = name
        self._model = model
        self._tokenizer = tokenizer
        self._max_new_tokens = max_new_tokens

    def stream(self, request: GenerationRequest, stop: StopSignal) -> Iterator[str]:
        """Generate an answer to the messages, piece by piece. Raises AutopilotError where the model fails."""
        inputs = self._encoded(request.messages)
        streamer: Any = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=FIRST_TOKEN_SECONDS)
        left = threading.Event()
        failure: list[BaseException] = []

        def generate() -> None:
            try:
                self._model.generate(
                    **inputs,
                    streamer=streamer,
                    max_new_tokens=self._new_tokens(),
                    do_sample=False,
                    pad_token_id=self._tokenizer.pad_token_id if self._tokenizer.pad_token_id is not None else self._tokenizer.eos_token_id,
                    stopping_criteria=StoppingCriteriaList([_Stopped((stop, left))]),
                )
            except (RuntimeError, ValueError, IndexError) as error:
                failure.append(error)
                streamer.end()

        thread = threading.Thread(target=generate, name="lic-generate", daemon=True)
        thread.start()
        try:
            yield from (piece for piece in streamer if piece)
        except Empty as error:
            raise AutopilotError(f"The model {self.name!r} gave nothing for {FIRST_TOKEN_SECONDS:.0f} s.") from error
        finally:
            left.set()
            thread.join()
        if failure:
            raise AutopilotError(f"The model {self.name!r} failed while it generated: {failure[0]}") from failure[0]

    def _context(self) -> int:
        """The model's context length in tokens; 0 where its configuration does not say."""
        return int(getattr(self._model.config, "max_position_embeddings", 0) or 0)

    def _new_tokens(self) -> int:
        """How many tokens an answer may have: at most half of the context."""
        context = self._context()
        return min(self._max_new_tokens, context // 2) if context else self._max_new_tokens

    def _templated(self, messages: Sequence[Message]) -> Any:
        return self._tokenizer.apply_chat_template(
            [message.as_json() for message in messages], add_generation_prompt=True, return_tensors="pt", return_dict=True
        )

    def _encoded(self, messages: Sequence[Message]) -> dict[str, Any]:
        """Token ids of the messages, cut from the front where they are longer than the model's context."""
        if getattr(self._tokenizer, "chat_template", None):
            try:
                inputs = self._templated(messages)
            except TemplateError:
                # Some models know no system role: what it says goes before the first turn.
                inputs = self._templated(_without_system(messages))
        else:
            lines = "\n".join(f"{message.role}: {message.content}" for message in messages)
            inputs = self._tokenizer(f"{lines}\nassistant:", return_tensors="pt")
        room = self._context() - self._new_tokens()
        kept = {name: inputs[name] for name in ("input_ids", "attention_mask") if name in inputs}
        if room > 0:
            kept = {name: tensor[:, -room:] for name, tensor in kept.items()}
        return {name: tensor.to(self._model.device) for name, tensor in kept.items()}


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The messages with the system message joined to the first turn of the person."""
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    rest = [message for message in messages if message.role != "system"]
    return [Message("user", f"{system}\n\n{rest[0].content}"), *rest[1:]]
