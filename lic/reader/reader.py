"""The reader: two small trained networks on the encoder's frozen token states, which speak together.

It reads a turn together with LIC's previous reply and gives, in one go, what the gate and the lesson tagger need: a vector
of the turn's act, a mark for every word piece (subject, relation, value, time, denied value), where a further fact begins, and what
kind of fact it is.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from lic.errors import DataError
from lic.language import content_hash
from lic.reader.networks import SURFACE, Ensemble, members
from lic.types import Encoder, Encoding, Vector

PREVIOUS_PIECES = 48
PREVIOUS_SCALE = np.float32(4.0)
WEIGHTS = Path(__file__).parent / "reader.safetensors"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says of one turn of n word pieces (special ones included).

    `act` has the act vectors of the networks side by side, shape (384,), `acts` the reader's own score of each act, shape (16,); `marks` (n, 6),
    `boundary` (n,), `sections` (n, 4) and `many` (n,) are probabilities for each piece.
    """

    act: Vector
    acts: Vector
    marks: Vector
    boundary: Vector
    sections: Vector
    many: Vector


class Reader:
    """The trained networks behind plain arrays; what they say is averaged (an ensemble, Hansen and Salamon 1990)."""

    def __init__(self, encoder: Encoder, weights: Path = WEIGHTS) -> None:
        self._encoder = encoder
        try:
            self.fingerprint = hashlib.sha256(weights.read_bytes()).hexdigest()[:16]
            self._networks = Ensemble(members(load_file(weights), encoder.dimension))
        except (OSError, RuntimeError) as error:
            raise DataError(f"The reader's weights {weights} do not fit ({error}): run `python -m lic.training.reader`.") from error

    def read(self, encodings: Sequence[Encoding], previous: Sequence[str | None]) -> list[Reading]:
        """Read encoded turns, each with LIC's previous reply (None where there is none)."""
        batch = collate([inputs(self._encoder, e, p) for e, p in zip(encodings, previous, strict=True)])
        with torch.inference_mode():
            out = self._networks(*batch)
            marks, sections = (out[name].softmax(-1).mean(0).numpy() for name in ("marks", "sections"))
            boundary, many = (out[name].sigmoid().mean(0).numpy() for name in ("boundary", "many"))
            act, acts = out["act"].transpose(0, 1).flatten(1).numpy(), out["acts"].mean(0).numpy()
        return [
            Reading(act[i], acts[i], marks[i, : len(e.ids)], boundary[i, : len(e.ids)], sections[i, : len(e.ids)], many[i, : len(e.ids)])
            for i, e in enumerate(encodings)
        ]


def held_out(text: str) -> bool:
    """Whether a line belongs to the tenth that the reader is not trained on; it picks the epoch and calibrates the gate."""
    return int(content_hash(text)[:4], 16) % 10 == 0


def inputs(encoder: Encoder, encoding: Encoding, previous: str | None) -> tuple[Tensor, Tensor]:
    """The two input sequences of one turn: pieces of the text (n, 2 d + 8), pieces of the previous reply (m, d)."""
    text = np.concatenate((encoding.states, _surface(encoding)), axis=1)
    ids = encoder.tokenize(previous)[:PREVIOUS_PIECES] if previous else ()
    return torch.from_numpy(text), torch.from_numpy(encoder.piece_vectors(ids) * PREVIOUS_SCALE)


def collate(items: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Pad inputs to a batch: text, its mask, previous, its mask."""
    text, text_mask = _padded([item[0] for item in items])
    previous, previous_mask = _padded([item[1] for item in items])
    return text, text_mask, previous, previous_mask


def _padded(rows: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    longest = max(1, *(len(row) for row in rows)) if len(rows) > 1 else max(1, len(rows[0]))
    out = torch.zeros(len(rows), longest, rows[0].shape[-1])
    mask = torch.zeros(len(rows), longest, dtype=torch.bool)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
        mask[i, : len(row)] = True
    return out, mask


def _surface(encoding: Encoding) -> Vector:
    """What an uncased encoder cannot see: capitals, digits, quotation marks, the ends of the text."""
    found = np.zeros((len(encoding.ids), SURFACE), np.float32)
    last = len(encoding.ids) - 2
    quotes = 0
    for i, (start, end) in enumerate(encoding.offsets):
        piece = encoding.text[start:end]
        if not piece:
            continue
        quotes += sum(piece.count(mark) for mark in "\"“”'‘’") if len(piece) == 1 else 0
        found[i] = (
            piece[0].isupper(),
            len(piece) > 1 and piece.isupper(),
            any(map(str.isdigit, piece)),
            not piece[0].isalnum(),
            quotes % 2,
            i == 1,
            i == last,
            start > 0 and encoding.text[start - 1].isalnum(),
        )
    return found
