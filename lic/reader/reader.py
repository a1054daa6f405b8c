"""The reader: a small trained network on the encoder's frozen token states.

It reads a turn together with LIC's previous reply and gives, in one go, what the gate and the lesson tagger need: a vector of the turn's act, the
places on which facts hang, and for each of them a mark for every word piece (subject, relation, value, time, denied value, what a pronoun stands for)
and what kind of fact it is.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from lic.errors import DataError
from lic.language import content_hash
from lic.reader.networks import SURFACE, ReaderNetwork
from lic.types import Encoder, Encoding, Vector

PREVIOUS_PIECES = 48
KEPT_REPLIES = 256
"""So many of LIC's last replies are kept as they were read."""
HANGS_FROM = 0.1
"""From this probability on a piece is read as the place of a fact; what is learned of it is decided later."""
MAX_ROWS = 60
WHOLE = -1
"""The place of what a turn as a whole asks about."""
WEIGHTS = Path(__file__).parent / "reader.safetensors"


@dataclass(frozen=True, slots=True)
class Row:
    """The marks of one fact: probabilities for each of n pieces, shape (n, 7); `anchor` is the piece that the fact hangs on, with its probability.

    `kept` is how probably each piece stays in the fact's statement, shape (n,).
    """

    anchor: int
    probability: float
    marks: Vector
    kept: Vector
    sections: Vector
    many: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says of one turn of n word pieces (special ones included).

    `acts` is the reader's own score of each act, shape (16,). `rows` are the facts that may be taught, in their
    order; `asked` has the marks of what a question or a wish to forget is about, shape (n, 7).
    """

    acts: Vector
    rows: tuple[Row, ...]
    asked: Vector


class Reader:
    """The trained network behind plain arrays."""

    def __init__(self, encoder: Encoder, weights: Path = WEIGHTS) -> None:
        self._encoder = encoder
        self._network = ReaderNetwork(encoder.state_size)
        self._replies: dict[str, Future[Tensor]] = {}
        self._lock = Lock()
        # A thread of its own: it reads what LIC says while the person reads it.
        self._ahead = ThreadPoolExecutor(1, "lic-read-ahead")
        try:
            self.fingerprint = hashlib.sha256(weights.read_bytes()).hexdigest()[:16]
            self._network.load_state_dict(load_file(weights))
        except (OSError, RuntimeError) as error:
            raise DataError(f"The reader's weights {weights} do not fit ({error}): run `python -m lic.training.reader`.") from error
        self._network.float().eval().requires_grad_(False)

    def read(self, encodings: Sequence[Encoding], previous: Sequence[str | None]) -> list[Reading]:
        """Read encoded turns, each with LIC's previous reply (None where there is none)."""
        nothing = torch.zeros(0, self._encoder.state_size + SURFACE)
        said = self._said(previous)
        text, text_mask, before, before_mask = collate([(features(e), said.get(p or "", nothing)) for e, p in zip(encodings, previous, strict=True)])
        with torch.inference_mode():
            out = self._network.read(text, text_mask, before, before_mask)
            hangs = out["anchors"].sigmoid().numpy()
            places = [(i, at) for i, encoding in enumerate(encodings) for at in (WHOLE, *_anchors(encoding, hangs[i]))]
            of, at = torch.tensor(places).T
            rows = self._network.rows(out["states"], text_mask, of, at)
            marks, kept = rows["marks"].softmax(-1).numpy(), rows["kept"].sigmoid().numpy()
            sections, many = rows["sections"].softmax(-1).numpy(), rows["many"].sigmoid().numpy()
            acts = out["acts"].numpy()
        found: list[list[Row]] = [[] for _ in encodings]
        asked: list[Vector] = []
        for k, (i, anchor) in enumerate(places):
            n = len(encodings[i].ids)
            if anchor == WHOLE:
                asked.append(marks[k, :n])
            else:
                found[i].append(Row(anchor, float(hangs[i, anchor]), marks[k, :n], kept[k, :n], sections[k], float(many[k])))
        return [Reading(acts[i], tuple(found[i]), asked[i]) for i in range(len(encodings))]

    def read_ahead(self, reply: str) -> None:
        """Read what LIC says while the person reads it, so that the next turn does not wait for that."""
        with self._lock:
            if reply not in self._replies:
                self._replies[reply] = self._ahead.submit(lambda: reply_features(self._encoder, [reply])[reply])
                self._drop_old()

    def _said(self, previous: Sequence[str | None]) -> dict[str, Tensor]:
        """The features of LIC's replies; those of the last ones are kept."""
        replies = dict.fromkeys(reply for reply in previous if reply)
        with self._lock:
            waiting = {reply: self._replies[reply] for reply in replies if reply in self._replies}
        found = {reply: future.result() for reply, future in waiting.items()}
        missing = [reply for reply in replies if reply not in found]
        made = reply_features(self._encoder, missing) if missing else {}
        with self._lock:
            for reply, states in made.items():
                self._replies[reply] = Future()
                self._replies[reply].set_result(states)
            self._drop_old()
        return found | made

    def _drop_old(self) -> None:
        while len(self._replies) > KEPT_REPLIES:
            self._replies.pop(next(iter(self._replies)))


def reply_features(encoder: Encoder, replies: Sequence[str]) -> dict[str, Tensor]:
    """The features of LIC's replies, each cut at 48 pieces."""
    return {encoding.text: features(encoding)[:PREVIOUS_PIECES] for encoding in encoder.encode(replies)}


def _anchors(encoding: Encoding, hangs: Vector) -> list[int]:
    """The pieces on which facts may hang, at most so many as a message may teach, in their order."""
    likely = [i for i, (start, end) in enumerate(encoding.offsets) if start < end and hangs[i] >= HANGS_FROM]
    return sorted(sorted(likely, key=lambda i: -hangs[i])[:MAX_ROWS])


def held_out(text: str) -> bool:
    """Whether a line belongs to the tenth that the reader is not trained on; it picks the epoch and calibrates the gate."""
    return int(content_hash(text)[:4], 16) % 10 == 0


def features(encoding: Encoding) -> Tensor:
    """What the network sees of a text, shape (n, state size + 8)."""
    return torch.from_numpy(np.concatenate((encoding.states, _surface(encoding)), axis=1))


def collate(items: Sequence[tuple[Tensor, Tensor]], dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Pad inputs to a batch: text, its mask, previous, its mask."""
    text, text_mask = _padded([item[0] for item in items], dtype)
    previous, previous_mask = _padded([item[1] for item in items], dtype)
    return text, text_mask, previous, previous_mask


def _padded(rows: Sequence[Tensor], dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    longest = max(1, *(len(row) for row in rows)) if len(rows) > 1 else max(1, len(rows[0]))
    out = torch.zeros(len(rows), longest, rows[0].shape[-1], dtype=dtype)
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
