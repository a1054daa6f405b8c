"""The local Autopilot on a tiny real checkpoint: frozen, streaming, stoppable, and clear about what it cannot load."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace

import pytest
from safetensors.torch import load_file, save_file
from torch import Tensor

from lic.autopilot.local import LocalAutopilot, create_autopilot_system
from lic.autopilot.proposed import AutopilotWithMentalProcess
from lic.autopilot.thoughts import without_thoughts
from lic.errors import AutopilotError, ModelUnavailable
from lic.factory import Lic
from lic.settings import Settings
from lic.types import GenerationRequest, Message, Reply, Turn
from tests.checkpoints import NEVER_WORKS, NO_SYSTEM, NO_THOUGHTS, make_checkpoint, weights_hash, with_template

NEVER = threading.Event()
HELLO = GenerationRequest((Message("system", "You are LIC."), Message("user", "Hello")), "Hello")


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One checkpoint with little room, and one in several folders: with a chat template, without, and with unusual ones."""
    home = tmp_path_factory.mktemp("checkpoints")
    chat = make_checkpoint(home / "chat")
    return {
        "chat": chat,
        "plain": with_template(chat, home / "plain", None),
        "no system role": with_template(chat, home / "no-system", NO_SYSTEM),
        "told not to think": with_template(chat, home / "no-thoughts", NO_THOUGHTS),
        "broken template": with_template(chat, home / "broken", NEVER_WORKS),
        "little room": make_checkpoint(home / "little", positions=64),
    }


def autopilot(folder: Path, max_new_tokens: int = 24) -> LocalAutopilot:
    """The Autopilot of a folder."""
    return LocalAutopilot(str(folder), *create_autopilot_system(str(folder)), max_new_tokens)


def generating() -> list[threading.Thread]:
    """The threads of ours that still generate."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("lic-generate")]


# Loading -------------------------------------------------------------------------------------------------------------


def test_every_parameter_is_frozen_and_float32(checkpoints: dict[str, Path]) -> None:
    model, _ = create_autopilot_system(str(checkpoints["chat"]))
    assert not model.training
    assert {(parameter.requires_grad, str(parameter.dtype)) for parameter in model.parameters()} == {(False, "torch.float32")}


def no_weights(folder: Path) -> None:
    """A checkpoint without its weights."""
    (folder / "model.safetensors").unlink()


def half_the_weights(folder: Path) -> None:
    """A download that broke off."""
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])


def a_layer_is_missing(folder: Path) -> None:
    """Weights of which a part was lost; transformers would put random numbers there."""
    weights = load_file(folder / "model.safetensors")
    save_file({name: tensor for name, tensor in weights.items() if ".h.1." not in name}, folder / "model.safetensors", metadata={"format": "pt"})


def weights_of_something_else(folder: Path) -> None:
    """Weights of another size."""
    (folder / "config.json").write_text((folder / "config.json").read_text().replace('"n_embd": 96', '"n_embd": 64'))


def garbage_for_weights(folder: Path) -> None:
    """A file of the older format that is none."""
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"garbage" * 99)


def code_beside_it(folder: Path) -> None:
    """A model that brings code of its own, which is neither run nor asked about."""
    (folder / "config.json").write_text('{"model_type": "abacus", "auto_map": {"AutoConfig": "code.C", "AutoModelForCausalLM": "code.M"}}')
    (folder / "code.py").write_text("raise SystemExit('the code was run')")


def no_tokenizer(folder: Path) -> None:
    """A checkpoint without its tokenizer."""
    for path in folder.glob("tokenizer*"):
        path.unlink()


def half_a_tokenizer(folder: Path) -> None:
    """A tokenizer that broke off."""
    (folder / "tokenizer.json").write_text((folder / "tokenizer.json").read_text()[:500])


def broken_configuration(folder: Path) -> None:
    """A configuration that is no JSON."""
    (folder / "config.json").write_text("{not json")


def unknown_architecture(folder: Path) -> None:
    """A configuration of a model that nobody knows."""
    (folder / "config.json").write_text('{"model_type": "abacus"}')


def no_language_model(folder: Path) -> None:
    """A checkpoint of something that does not generate text."""
    (folder / "config.json").write_text('{"model_type": "vit", "architectures": ["ViTModel"]}')


def nothing_at_all(folder: Path) -> None:
    """An empty folder."""
    shutil.rmtree(folder)
    folder.mkdir()


BROKEN = [
    no_weights, half_the_weights, a_layer_is_missing, weights_of_something_else, garbage_for_weights, code_beside_it, no_tokenizer, half_a_tokenizer,
    broken_configuration, unknown_architecture, no_language_model, nothing_at_all,
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_a_folder_that_cannot_be_loaded_is_named_in_a_sentence(checkpoints: dict[str, Path], tmp_path: Path, broken: Callable[[Path], None]) -> None:
    folder = tmp_path / "model"
    shutil.copytree(checkpoints["chat"], folder)
    broken(folder)
    with pytest.raises(ModelUnavailable) as refused:
        create_autopilot_system(str(folder))
    assert str(refused.value).startswith(f"The model {str(folder)!r} cannot be loaded (")
    assert "\n" not in str(refused.value)
    assert "give the name of a causal language model" in str(refused.value)


class Hub(BaseHTTPRequestHandler):
    """A hub that has no models."""

    def do_HEAD(self) -> None:
        """There is no such repository."""
        self.send_response(404)
        self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def empty_hub() -> Iterator[str]:
    """The address of a hub that has no models."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def assert_unknown(home: Path, name: str) -> None:
    """A LIC opens with that Autopilot, and says in a sentence that it cannot be loaded when it is needed."""
    lic = Lic(Settings(home=home, autopilot=name))
    with pytest.raises(ModelUnavailable, match="cannot be loaded") as refused:
        _ = lic.autopilot
    assert repr(name) in str(refused.value)
    assert "\n" not in str(refused.value)
    lic.close()


@pytest.mark.parametrize("name", ["no/such/folder", "not a name at all!", "/nowhere/at/all", "../nowhere"])
def test_what_is_no_folder_and_can_be_no_name_is_refused_without_asking_the_hub(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelUnavailable, match="neither a folder here nor a name that the hub allows"):
        create_autopilot_system(name)
    assert_unknown(tmp_path, name)


@pytest.mark.parametrize("name", ["no-such-person/no-such-model", "nosuchmodel"])
def test_an_unknown_name_is_quoted_in_a_sentence(empty_hub: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", empty_hub)
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", empty_hub + "/{repo_id}/resolve/{revision}/{filename}")
    assert_unknown(tmp_path, name)


def test_a_hub_that_cannot_be_reached_is_said_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")  # nothing listens there
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)  # the client waits between its tries
    assert_unknown(tmp_path, "no-such-person/no-such-model")


# Generating ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["chat", "plain"])
def test_an_answer_streams_in_pieces_is_the_same_again_and_leaves_the_weights_alone(checkpoints: dict[str, Path], kind: str) -> None:
    model, tokenizer = create_autopilot_system(str(checkpoints[kind]))
    before = weights_hash(model)
    local = LocalAutopilot(kind, model, tokenizer, 24)
    pieces = list(local.stream(HELLO, NEVER))
    assert len(pieces) > 1
    assert all(pieces)
    assert pieces == list(local.stream(HELLO, NEVER))
    assert "<|" not in "".join(pieces)
    assert weights_hash(model) == before
    assert generating() == []


def test_the_messages_change_the_answer(checkpoints: dict[str, Path]) -> None:
    local = autopilot(checkpoints["chat"])
    other = GenerationRequest((*HELLO.messages, Message("assistant", "Hi."), Message("user", "What is my dog called?")), "What is my dog called?")
    assert list(local.stream(HELLO, NEVER)) != list(local.stream(other, NEVER))


def test_a_set_stop_event_ends_the_answer_at_once_and_leaves_no_thread(checkpoints: dict[str, Path]) -> None:
    local, stop = autopilot(checkpoints["chat"], max_new_tokens=300), threading.Event()
    whole = "".join(local.stream(HELLO, NEVER))
    pieces: list[str] = []
    for piece in local.stream(HELLO, stop):
        pieces.append(piece)
        stop.set()
    assert len("".join(pieces)) < len(whole) / 4
    assert whole.startswith("".join(pieces))
    assert generating() == []


def test_a_stop_event_that_is_set_before_gives_next_to_nothing(checkpoints: dict[str, Path]) -> None:
    stop = threading.Event()
    stop.set()
    assert len(list(autopilot(checkpoints["chat"], max_new_tokens=300).stream(HELLO, stop))) <= 2
    assert generating() == []


def test_a_reader_that_goes_away_stops_the_model(checkpoints: dict[str, Path]) -> None:
    stream = autopilot(checkpoints["chat"], max_new_tokens=300).stream(HELLO, NEVER)
    assert isinstance(stream, Iterator)
    next(stream)
    began = time.perf_counter()
    stream.close()  # type: ignore[attr-defined]
    assert time.perf_counter() - began < 2
    assert generating() == []


@pytest.mark.parametrize("kind", ["no system role", "told not to think"])
def test_an_unusual_template_is_no_obstacle(checkpoints: dict[str, Path], kind: str) -> None:
    local = autopilot(checkpoints[kind])
    assert list(local.stream(HELLO, NEVER))
    # A dialogue may begin with LIC's words where older ones are forgotten.
    assert list(local.stream(GenerationRequest((HELLO.messages[0], Message("assistant", "Hi."), HELLO.messages[1]), "Hello"), NEVER))


def test_a_template_that_takes_no_dialogue_is_named(checkpoints: dict[str, Path]) -> None:
    with pytest.raises(AutopilotError, match=r"The chat template of the model .* fails: Roles must alternate\."):
        list(autopilot(checkpoints["broken template"]).stream(HELLO, NEVER))


def test_of_a_dialogue_longer_than_the_context_the_oldest_exchanges_are_left_out(checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    local, read = autopilot(checkpoints["chat"]), list[Tensor]()
    older = [message for i in range(60) for message in (Message("user", f"Number {i}?"), Message("assistant", f"Answer {i}."))]
    long = GenerationRequest((Message("system", "My dog is called Rex."), *older, Message("user", "What is my dog called?")), "What is my dog called?")
    assert list(local.stream(long, NEVER))
    monkeypatch.setattr(local._model, "generate", lambda input_ids, **rest: read.append(input_ids))
    assert list(local.stream(long, NEVER)) == []
    text = local._tokenizer.decode(read[0][0])
    assert text.startswith("<|system|>My dog is called Rex.<|end|><|user|>Number")
    assert text.endswith("<|assistant|>Answer 59.<|end|><|user|>What is my dog called?<|end|><|assistant|>")
    assert "Number 0?" not in text
    assert 400 < len(read[0][0]) <= 512 - 24


def test_of_a_turn_longer_than_the_context_the_end_is_read(checkpoints: dict[str, Path]) -> None:
    assert list(autopilot(checkpoints["chat"]).stream(GenerationRequest((*HELLO.messages, Message("user", "What is my dog called? " * 200)), "?"), NEVER))
    assert generating() == []


def test_two_people_at_once_get_what_each_would_get_alone(checkpoints: dict[str, Path]) -> None:
    local = autopilot(checkpoints["chat"])
    other = GenerationRequest((Message("system", "You are LIC."), Message("user", "Tell me a story about a lighthouse")), "Tell me a story")
    alone = [list(local.stream(request, NEVER)) for request in (HELLO, other)]
    both = [local.stream(request, NEVER) for request in (HELLO, other)]
    heard: list[list[str]] = [[], []]
    for pieces in zip_longest(*both):
        for one, piece in zip(heard, pieces, strict=True):
            one.extend([piece] if piece is not None else [])
    assert heard == alone


THOUGHT = "\n<think>\nHm, the dog.\n</think>\n\n"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (f"{THOUGHT}Rex is a dog.", "Rex is a dog."),
        (" Rex <think>s.", "Rex <think>s."),
        ("\n<th", "<th"),
        (" \n", ""),
        (THOUGHT, ""),
        ("<think>Hm", ""),
        ("", ""),
    ],
)
def test_what_a_model_thinks_aloud_is_no_part_of_its_answer_wherever_the_pieces_are_cut(said: str, answer: str) -> None:
    for size in range(1, len(said) + 2):
        assert "".join(without_thoughts(said[at : at + size] for at in range(0, len(said), size))) == answer


def test_more_tokens_than_the_context_holds_are_not_asked_for(checkpoints: dict[str, Path]) -> None:
    assert list(autopilot(checkpoints["little room"], max_new_tokens=256).stream(HELLO, NEVER))
    assert generating() == []


def test_a_model_that_fails_says_so_and_leaves_no_thread(checkpoints: dict[str, Path]) -> None:
    model, tokenizer = create_autopilot_system(str(checkpoints["chat"]))
    model.resize_token_embeddings(4)  # no id of the prompt has a row any more
    with pytest.raises(AutopilotError, match="'chat' failed while it generated"):
        list(LocalAutopilot("chat", model, tokenizer, 8).stream(HELLO, NEVER))
    assert generating() == []


def test_the_proposals_generation_says_when_a_prompt_is_too_long_and_fills_the_rest_of_the_context(checkpoints: dict[str, Path]) -> None:
    model, tokenizer = create_autopilot_system(str(checkpoints["little room"]))
    known = SimpleNamespace(domain_knowledge={"dogs": "Your dog is called Rex."}, emotional_states={}, individual_experiences={})
    proposed = AutopilotWithMentalProcess(model, tokenizer, known)
    assert len(tokenizer(proposed.generate_text("My dog", "dogs", max_new_tokens=500))["input_ids"]) > 50
    with pytest.raises(AutopilotError, match=r"have \d+ tokens, but the model reads 64: shorten them"):
        proposed.generate_text("My dog is called Rex. " * 40, "dogs")


# In a conversation ---------------------------------------------------------------------------------------------------


@pytest.fixture
def with_model(models: Lic, checkpoints: dict[str, Path], tmp_path: Path) -> Iterator[Lic]:
    """A LIC with a tiny language model."""
    lic = models.with_home(tmp_path / "home")
    lic.settings = lic.settings.model_copy(update={"autopilot": str(checkpoints["chat"]), "max_new_tokens": 24})
    yield lic
    lic.close()


def turn(number: int, text: str) -> Turn:
    """A turn of Ana's."""
    return Turn(f"t{number}", text, "ana", "main", datetime(2026, 5, 3, 10, number, tzinfo=UTC))


def test_a_whole_conversation_with_a_language_model(with_model: Lic) -> None:
    ana = with_model.conversation("ana")
    weights = weights_hash(with_model.autopilot._model)  # type: ignore[attr-defined]
    general = ana.respond(turn(1, "What is the capital of Mongolia?"))
    assert general.text
    assert not general.abstained
    assert "from the model, not taught" in general.trace
    assert ana.respond(turn(2, "My dog is called Rex")).text == "Learned: your dog is called Rex."
    answer = ana.respond(turn(3, "What is my dog called?"))
    assert [item.text for item in answer.evidence] == ["My dog is called Rex."]
    # What the model babbles is refused where it does not stand on what was taken; then it is said in the taught words.
    refused = any(line.startswith("refused") for line in answer.trace)
    assert answer.text == "Your dog is called Rex." if refused else "Rex" in answer.text
    assert [said.reply.text for said in ana.history()] == [general.text, "Learned: your dog is called Rex.", answer.text]
    assert with_model.mental_process("ana").count() == 1
    assert weights_hash(with_model.autopilot._model) == weights  # type: ignore[attr-defined]


def test_a_stopped_answer_is_kept_as_far_as_it_came(with_model: Lic) -> None:
    ana, stop = with_model.conversation("ana"), threading.Event()
    said: list[str | Reply] = []
    for piece in ana.stream(turn(1, "Tell me a story about a lighthouse"), stop):
        said.append(piece)
        stop.set()
    reply = said[-1]
    assert isinstance(reply, Reply)
    assert reply.text == "".join(piece for piece in said[:-1] if isinstance(piece, str)).strip()
    assert [item.turn.text for item in ana.history()] == ["Tell me a story about a lighthouse"]
    assert generating() == []


def test_a_model_that_fails_in_a_conversation_is_said_openly_and_the_embedded_one_answers(with_model: Lic) -> None:
    ana = with_model.conversation("ana")
    ana.respond(turn(1, "My dog is called Rex"))
    with_model.autopilot._model.resize_token_embeddings(4)  # type: ignore[attr-defined]
    reply = ana.respond(turn(2, "What is my dog called?"))
    assert "failed while it generated" in reply.text
    assert "Your dog is called Rex." in reply.text
    unknown = ana.respond(turn(3, "What is the capital of Mongolia?"))
    assert unknown.abstained
    assert unknown.asks == "teach"
