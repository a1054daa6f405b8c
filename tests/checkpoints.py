"""Tiny real checkpoints: a GPT-2 of a quarter of a million parameters with a tokenizer trained here, saved to a folder."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

CORPUS = (
    "Discuss the advancements in machine learning, and what people learn from them. My dog is called Rex. What is my dog called? "
    "Your dog is called Rex. Tell me a story about a lighthouse. Once there was a lighthouse by the sea, and a keeper who counted ships. "
    "You are a chatbot that people teach by talking to it. Address the person as you. system: user: assistant: hello, how are you today? "
)
STEPS = 50
CHATML = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
NO_SYSTEM = "{% if messages[0].role != 'user' %}{{ raise_exception('A dialogue begins with the user') }}{% endif %}" + CHATML
NO_THOUGHTS = "{% if enable_thinking is not defined or enable_thinking %}{{ raise_exception('It thinks aloud') }}{% endif %}" + CHATML
NEVER_WORKS = "{{ raise_exception('Roles must alternate') }}"


def make_checkpoint(folder: Path, chat_template: str | None = CHATML, positions: int = 512) -> Path:
    """Train a tokenizer, teach a model the corpus, and save both."""
    tokenizer = _tokenizer(chat_template)
    torch.manual_seed(3)
    config = GPT2Config(
        vocab_size=len(tokenizer), n_positions=positions, n_embd=96, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0, pad_token_id=0,
        embd_pdrop=0.0, attn_pdrop=0.0, resid_pdrop=0.0,
    )  # fmt: skip
    model: Any = GPT2LMHeadModel(config)
    _learn_by_heart(model, tokenizer(CORPUS * 8)["input_ids"], 64)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def with_template(checkpoint: Path, folder: Path, chat_template: str | None) -> Path:
    """The same checkpoint in another folder, with another chat template or none."""
    shutil.copytree(checkpoint, folder)
    (folder / "chat_template.jinja").unlink()
    if chat_template is not None:
        (folder / "chat_template.jinja").write_text(chat_template)
    return folder


def _learn_by_heart(model: Any, ids: list[int], length: int) -> None:
    """A few steps on the corpus, so that it answers in words; it never saw an end, so that an answer has its full length."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # tensors this small only wait for a second thread
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for step in range(STEPS):
        starts = [(17 * step + 41 * row) % (len(ids) - length) for row in range(4)]
        batch = torch.tensor([ids[start : start + length] for start in starts])
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    torch.set_num_threads(threads)


def weights_hash(model: Any) -> str:
    """The hash of all parameters of a model."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode() + tensor.detach().cpu().numpy().tobytes())
    return digest.hexdigest()


def _tokenizer(chat_template: str | None) -> PreTrainedTokenizerFast:
    bytes_level = Tokenizer(models.BPE())
    bytes_level.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_level.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    bytes_level.train_from_iterator([CORPUS], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bytes_level, bos_token="<|end|>", eos_token="<|end|>", pad_token="<|end|>")
    if chat_template is not None:
        tokenizer.chat_template = chat_template
    return tokenizer
