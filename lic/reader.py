"""The reader: two small trained networks on the encoder's frozen token states, which speak together.

It reads a turn together with LIC's previous reply and gives, in one go, what the gate and the lesson tagger need: a vector
of the turn's act, a mark for every word piece (subject, relation, value, time, denied value), where a further fact begins, and what
kind of fact it is. Two transformer layers (Vaswani et al. 2017) over the states of a middle and the last encoder layer, joined with
the frozen input embeddings of the previous reply, so that context costs no second pass of the encoder.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from lic.errors import DataError
from lic.language import content_hash
from lic.types import ACTS, Encoder, Encoding, Vector

MARKS = ("O", "S", "R", "V", "T", "D")
"""Outside, subject, relation, value, time, denied value."""
FACT_SECTIONS = ("domain_knowledge", "individual_experiences", "emotional_states", "manner")
PREVIOUS_PIECES = 48
PREVIOUS_SCALE = np.float32(4.0)
SURFACE = 8
WIDTH = 192
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


class ReaderNetwork(nn.Module):
    """The weights; `forward` takes padded batches."""

    def __init__(self, dimension: int = 384, width: int = WIDTH, dropout: float = 0.0) -> None:
        super().__init__()
        self.text = nn.Linear(2 * dimension + SURFACE, width)
        self.previous = nn.Linear(dimension, width)
        self.kind = nn.Embedding(3, width)
        self.query = nn.Parameter(torch.zeros(width))
        self.drop = nn.Dropout(dropout)
        self.layers = nn.ModuleList(nn.TransformerEncoderLayer(width, 4, 2 * width, dropout, "gelu", batch_first=True, norm_first=True) for _ in range(2))
        self.norm = nn.LayerNorm(width)
        self.acts = nn.Linear(width, len(ACTS))
        self.marks = nn.Linear(width, len(MARKS))
        self.boundary = nn.Linear(width, 1)
        self.sections = nn.Linear(width, len(FACT_SECTIONS))
        self.many = nn.Linear(width, 1)

    def forward(self, text: Tensor, text_mask: Tensor, previous: Tensor, previous_mask: Tensor) -> dict[str, Tensor]:
        """Read a batch: text (b, n, 2 d + 8) and previous (b, m, d) with their masks (True where there is a piece)."""
        batch, n = text_mask.shape
        query = (self.query + self.kind.weight[0]).expand(batch, 1, -1)
        here = self.text(text) + self.kind.weight[1]
        there = self.previous(previous) + self.kind.weight[2] + _positions(previous.shape[1], here.shape[-1]).to(here)
        x = self.drop(torch.cat((query, here, there), dim=1))
        hidden = ~torch.cat((torch.ones(batch, 1, dtype=torch.bool, device=text_mask.device), text_mask, previous_mask), dim=1)
        # A turn read alone has no padding, and without a mask the layers take a shorter way.
        padding = hidden if bool(hidden.any()) else None
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=padding)
        x = self.norm(x)
        pieces = x[:, 1 : n + 1]
        return {
            "act": x[:, 0],
            "acts": self.acts(self.drop(x[:, 0])),
            "marks": self.marks(self.drop(pieces)),
            "boundary": self.boundary(pieces).squeeze(-1),
            "sections": self.sections(self.drop(pieces)),
            "many": self.many(self.drop(pieces)).squeeze(-1),
        }


class Reader:
    """The trained networks behind plain arrays; what they say is averaged (an ensemble, Hansen and Salamon 1990)."""

    def __init__(self, encoder: Encoder, weights: Path = WEIGHTS) -> None:
        self._encoder = encoder
        self._networks: list[ReaderNetwork] = []
        try:
            self.fingerprint = hashlib.sha256(weights.read_bytes()).hexdigest()[:16]
            for state in _members(load_file(weights)):
                network = ReaderNetwork(encoder.dimension)
                network.load_state_dict(state)
                self._networks.append(network.eval().requires_grad_(False))
        except (OSError, RuntimeError) as error:
            raise DataError(f"The reader's weights {weights} do not fit ({error}): run `python -m lic.training.reader`.") from error

    def read(self, encodings: Sequence[Encoding], previous: Sequence[str | None]) -> list[Reading]:
        """Read encoded turns, each with LIC's previous reply (None where there is none)."""
        batch = collate([inputs(self._encoder, e, p) for e, p in zip(encodings, previous, strict=True)])
        with torch.inference_mode():
            out = [network(*batch) for network in self._networks]
            marks, sections = (torch.stack([one[name].softmax(-1) for one in out]).mean(0).numpy() for name in ("marks", "sections"))
            boundary, many = (torch.stack([one[name].sigmoid() for one in out]).mean(0).numpy() for name in ("boundary", "many"))
            act, acts = torch.cat([one["act"] for one in out], dim=-1).numpy(), torch.stack([one["acts"] for one in out]).mean(0).numpy()
        return [
            Reading(act[i], acts[i], marks[i, : len(e.ids)], boundary[i, : len(e.ids)], sections[i, : len(e.ids)], many[i, : len(e.ids)])
            for i, e in enumerate(encodings)
        ]


def merged(networks: Sequence[ReaderNetwork]) -> dict[str, Tensor]:
    """The weights of networks in half precision, in the one form that a reader loads."""
    return {f"{i}.{name}": value.half().contiguous() for i, network in enumerate(networks) for name, value in network.state_dict().items()}


def _members(weights: Mapping[str, Tensor]) -> list[dict[str, Tensor]]:
    """The weights of each network."""
    states: dict[str, dict[str, Tensor]] = {}
    for name, value in weights.items():
        member, _, own = name.partition(".")
        states.setdefault(member, {})[own] = value
    return [states[member] for member in sorted(states)]


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


def _positions(n: int, width: int) -> Tensor:
    angle = torch.arange(n)[:, None] / 10_000 ** (torch.arange(0, width, 2) / width)
    return 0.3 * torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)
