"""Train the likeness of questions and statements, from `data/places`; `python -m lic.training.judges` does.

All statements that answer a question, and all wordings of the question, are drawn together; what belongs to another question of the same
subject, to a subject that is easily taken for it, or to the same question of another subject is pushed apart. For the last kind each group is also
told of two other subjects, by putting their names in.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from lic.judges.likeness import KEPT, TURNED, Likeness
from lic.types import Vector

HIDDEN = 512
DROPOUT = 0.3
STEPS, GROUPS_AT_ONCE = 1_000, 16
RATE, DECAY = 1e-3, 0.05
SHARPNESS = 3.0
"""The logarithm of the inverse temperature that training begins with."""
WORDINGS, STATEMENTS, RENAMED = 2, 3, 2
"""So many questions, statements, and statements of another subject are shown of each question at a time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The wordings of one question about one subject, and the statements that answer it."""

    wordings: tuple[str, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The questions about a subject; the same ones of other subjects; and statements about a near subject."""

    asked: tuple[Asked, ...]
    renamed: tuple[Asked, ...]
    near: tuple[str, ...]

    @property
    def texts(self) -> Iterator[str]:
        """Everything that is said or asked."""
        for one in (*self.asked, *self.renamed):
            yield from (*one.wordings, *one.statements)
        yield from self.near


def groups_of(rows: Sequence[Mapping[str, Any]]) -> list[Group]:
    """The groups of `data/places`."""
    chance = random.Random(0)
    subjects = [row["subject"] for row in rows if row["subject"].lower() not in ("i", "we")]
    return [_group(row, subjects, chance) for row in rows]


def _group(row: Mapping[str, Any], subjects: Sequence[str], chance: random.Random) -> Group:
    asked = tuple(
        Asked(
            (question["question"], *question.get("asks", ())),
            tuple(text for name in ("statements", "again", "changes") for text, _ in question[name]),
        )
        for question in row["questions"]
    )
    own = row["subject"].startswith(("my ", "our "))
    others = (row["near"]["subject"], chance.choice([name for name in subjects if name.startswith(("my ", "our ")) == own and name != row["subject"]]))
    renamed = [
        Asked(_renamed(one.wordings[:1], row["subject"], other), _renamed(one.statements, row["subject"], other)[: RENAMED + 1])
        for other in others
        for one in asked
        if row["subject"].lower() not in ("i", "we")
    ]
    return Group(asked, tuple(one for one in renamed if one.wordings or one.statements), tuple(row["near"]["statements"]))


def _renamed(texts: Sequence[str], subject: str, other: str) -> tuple[str, ...]:
    """The texts that name the subject, with another one in its place."""
    name = re.compile(re.escape(subject), re.IGNORECASE)
    return tuple(name.sub(lambda match: other if match.start() else other[:1].upper() + other[1:], text) for text in texts if name.search(text))


class _Network(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(width, HIDDEN), nn.Linear(HIDDEN, width)
        self.drop = nn.Dropout(DROPOUT)
        self.sharpness = nn.Parameter(torch.tensor(SHARPNESS))
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, vectors: Tensor) -> Tensor:
        hidden = self.drop(self.first(self.drop(vectors * vectors.shape[1] ** 0.5)).relu())
        return normalize(KEPT * vectors + TURNED * self.second(hidden), dim=-1)


def fitted(groups: Sequence[Group], vectors: Mapping[str, Vector], seed: int = 0) -> Likeness:
    """Train on groups whose texts have these vectors."""
    torch.manual_seed(seed)
    chance = random.Random(seed)
    network = _Network(len(next(iter(vectors.values()))))
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    for step in range(STEPS):
        texts, labels = _drawn(chance.sample(groups, min(GROUPS_AT_ONCE, len(groups))), chance)
        found = network(torch.from_numpy(np.stack([vectors[text] for text in texts])))
        loss = _contrast(found @ found.T * network.sharpness.exp(), torch.tensor(labels))
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - step / STEPS)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    layers = (network.first.weight, network.first.bias, network.second.weight, network.second.bias)
    return Likeness(*(values.detach().numpy() for values in layers))


def _drawn(groups: Sequence[Group], chance: random.Random) -> tuple[list[str], list[int]]:
    """Some texts of each question, labelled by the question that they belong to."""
    drawn: list[tuple[str, ...]] = []
    for group in groups:
        drawn += [(*_some(one.wordings, WORDINGS, chance), *_some(one.statements, STATEMENTS, chance)) for one in group.asked]
        drawn += [(*_some(one.statements, RENAMED, chance), *one.wordings[:1]) for one in group.renamed]
        drawn += [(text,) for text in group.near]
    return [text for texts in drawn for text in texts], [label for label, texts in enumerate(drawn) for _ in texts]


def _some(texts: Sequence[str], n: int, chance: random.Random) -> list[str]:
    return chance.sample(texts, min(n, len(texts)))


def _contrast(alike: Tensor, labels: Tensor) -> Tensor:
    """The supervised contrastive loss of a matrix of likenesses (n, n)."""
    itself = torch.eye(len(labels), dtype=torch.bool)
    logits = alike.masked_fill(itself, -1e4)
    together = (labels[:, None] == labels[None]) & ~itself
    shares = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    some = together.any(dim=1)
    return -((shares * together).sum(dim=1)[some] / together.sum(dim=1)[some]).mean()


def crossed(groups: Sequence[Group], vectors: Mapping[str, Vector]) -> tuple[Likeness, Likeness]:
    """Two networks, the first one trained on the groups with odd numbers, the other on those with even ones.

    What is fitted on top sees each group through the one that does not know it (stacked generalization, Wolpert 1992).
    """
    return fitted(groups[1::2], vectors), fitted(groups[::2], vectors)


def report(likeness: Likeness | None, groups: Sequence[Group], vectors: Mapping[str, Vector], seed: int = 0) -> tuple[float, float]:
    """In a memory with one statement for each question, how often the right one is the nearest: for questions, and for other statements."""
    chance = random.Random(seed)
    known: list[tuple[str, int]] = []
    asked: list[tuple[str, int]] = []
    said: list[tuple[str, int]] = []
    number = 0
    for group in groups:
        known += [(text, -1) for text in group.near]
        for one in group.asked:
            chosen = chance.choice(one.statements)
            known.append((chosen, number))
            asked += [(text, number) for text in one.wordings]
            said += [(text, number) for text in one.statements if text != chosen]
            number += 1

    def right(queries: Sequence[tuple[str, int]]) -> float:
        one, other = (np.stack([vectors[text] for text, _ in texts]) for texts in (queries, known))
        if likeness is not None:
            one, other = likeness.turned(one), likeness.turned(other)
        nearest = (one @ other.T).argmax(axis=1)
        return float(np.mean([known[i][1] == label for i, (_, label) in zip(nearest, queries, strict=True)]))

    return right(asked), right(said)
