"""Any causal language model of the hub or of a folder, frozen, through transformers."""

import os
import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from pickle import UnpicklingError
from queue import Empty
from typing import Any

import torch
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id
from jinja2.exceptions import TemplateError
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, StoppingCriteria, StoppingCriteriaList, TextIteratorStreamer

from lic.autopilot.thoughts import ANSWER_AT_ONCE, without_thoughts
from lic.errors import AutopilotError, ModelUnavailable
from lic.types import GenerationRequest, Message, StopSignal

PIECE_SECONDS = 300.0
"""The longest wait for the next words; the first ones come when the whole prompt is read."""

# What transformers raises for a name nobody has, a hub out of reach, and each file that is missing, broken or of something else.
_FAILURES = (OSError, ValueError, KeyError, ImportError, TypeError, AttributeError, RuntimeError, SafetensorError, UnpicklingError)


def create_autopilot_system(model_name: str) -> tuple[Any, Any]:
    """Load a pretrained causal language model and its tokenizer, and freeze every parameter.

    Args:
        model_name: a name on the hub, or a folder with a checkpoint. Code that lies beside a checkpoint is not run.

    Returns:
        The model, in float32 on a CPU, and its tokenizer.

    Raises:
        ModelUnavailable: where nothing can be loaded under that name, or only a part of it.
    """
    try:
        if not Path(model_name).is_dir() and not _is_hub_name(model_name):
            raise ValueError("it is neither a folder here nor a name that the hub allows")
        tokenizer = _tokenizer(model_name)
        model = _model(model_name)
    except _FAILURES as error:
        first = str(error).strip().split("\n")[0].rstrip(" .:")
        raise ModelUnavailable(
            f"The model {model_name!r} cannot be loaded ({first}): give the name of a causal language model on the hub, a folder with a "
            "checkpoint, a server's URL, or `embedded`."
        ) from error
    model.eval().requires_grad_(False)
    return model, tokenizer


def _is_hub_name(model_name: str) -> bool:
    try:
        validate_repo_id(model_name)
    except HFValidationError:
        return False
    return True


def _tokenizer(model_name: str) -> Any:
    # Without `False` transformers would ask at the terminal whether to run such code, also where nobody sits.
    tokenizer: Any = AutoTokenizer.from_pretrained(model_name, trust_remote_code=False)
    # Where its files are missing, transformers may give a tokenizer that knows no word.
    if not tokenizer.decode(tokenizer("hello")["input_ids"], skip_special_tokens=True).strip():
        raise ValueError("it has no tokenizer")
    return tokenizer


def _model(model_name: str) -> Any:
    on_gpu = torch.cuda.is_available()
    # On a CPU bfloat16, which "auto" may choose, is several times slower.
    dtype = "auto" if on_gpu else torch.float32
    read: Any = AutoModelForCausalLM.from_pretrained(model_name, dtype=dtype, trust_remote_code=False, output_loading_info=True)
    model, loaded = read
    if missing := loaded["missing_keys"]:
        # transformers fills them with random numbers and goes on, so that the model would babble.
        raise ValueError(f"{len(missing)} of its weights are missing, {min(missing)} among them")
    return model.cuda() if on_gpu else model


def context_length(model: Any) -> int:
    """How many tokens a model reads and writes in all; 0 where its configuration does not say."""
    return int(getattr(model.config.get_text_config(), "max_position_embeddings", 0) or 0)


class _Stopped(StoppingCriteria):
    """Ends a generation at the next token once one of its signals is set."""

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
        with closing(self._pieces(self._encoded(request.messages), stop)) as pieces:
            yield from without_thoughts(pieces)

    def _pieces(self, inputs: dict[str, Any], stop: StopSignal) -> Generator[str]:
        streamer: Any = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=PIECE_SECONDS)
        left = threading.Event()
        with ThreadPoolExecutor(1, "lic-generate", torch.set_num_threads, (os.cpu_count() or 1,)) as pool:
            try:
                generated = pool.submit(
                    self._model.generate,
                    **inputs,
                    streamer=streamer,
                    max_new_tokens=self._new_tokens(),
                    do_sample=False,
                    pad_token_id=self._padding(),
                    stopping_criteria=StoppingCriteriaList([_Stopped((stop, left))]),
                )
                # A model that fails does not end its stream.
                generated.add_done_callback(lambda _: streamer.end())
                yield from (piece for piece in streamer if piece)
            except Empty as error:
                raise AutopilotError(f"The model {self.name!r} gave nothing for {PIECE_SECONDS:.0f} s.") from error
            finally:
                left.set()
        if (failure := generated.exception()) is not None:
            raise AutopilotError(f"The model {self.name!r} failed while it generated: {failure}.") from failure

    def _padding(self) -> int | None:
        own = self._tokenizer.pad_token_id
        return own if own is not None else self._tokenizer.eos_token_id

    # What the model reads ---------------------------------------------------------------------------------------------

    def _new_tokens(self) -> int:
        """How many tokens an answer may have: at most half of the context."""
        context = context_length(self._model)
        return min(self._max_new_tokens, context // 2) if context else self._max_new_tokens

    def _encoded(self, messages: Sequence[Message]) -> dict[str, Any]:
        """Token ids of the messages; where they are longer than the model's context, the oldest exchanges are left out."""
        room = context_length(self._model) - self._new_tokens()
        inputs = self._tokenized(messages)
        while 0 < room < inputs["input_ids"].shape[1] and (shorter := _without_oldest(messages)):
            messages, inputs = shorter, self._tokenized(shorter)
        # Where one exchange alone is too long, its end stays: there stand what was taken and the turn itself.
        start = -room if room > 0 else 0
        return {name: inputs[name][:, start:].to(self._model.device) for name in ("input_ids", "attention_mask") if name in inputs}

    def _tokenized(self, messages: Sequence[Message]) -> Any:
        if not getattr(self._tokenizer, "chat_template", None):
            lines = "\n".join(f"{message.role}: {message.content}" for message in messages)
            return self._tokenizer(f"{lines}\nassistant:", return_tensors="pt")
        with suppress(TemplateError):
            return self._templated(messages)
        try:
            # Some models know no system role: what it says goes before the first turn.
            return self._templated(_without_system(messages))
        except TemplateError as error:
            raise AutopilotError(f"The chat template of the model {self.name!r} fails: {error}.") from error

    def _templated(self, messages: Sequence[Message]) -> Any:
        return self._tokenizer.apply_chat_template(
            [message.as_json() for message in messages], add_generation_prompt=True, return_tensors="pt", return_dict=True, **ANSWER_AT_ONCE
        )


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The messages with the system message joined to the first turn of the person."""
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    rest = [message for message in messages if message.role != "system"]
    if not rest or rest[0].role != "user":
        return [Message("user", system), *rest]
    return [Message("user", f"{system}\n\n{rest[0].content}"), *rest[1:]]


def _without_oldest(messages: Sequence[Message]) -> list[Message]:
    """The messages without the oldest turn and its reply; nothing where only one turn is left."""
    turns = [i for i, message in enumerate(messages) if message.role == "user"]
    if len(turns) < 2:
        return []
    return [*(message for message in messages[: turns[1]] if message.role == "system"), *messages[turns[1] :]]
