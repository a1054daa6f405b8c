"""Train the reader: `python -m lic.training.reader`, from `data/intent_recognition`, `data/lesson_preparation` and `data/places`.

The encoder stays frozen and is run once over the data; then only the small networks are trained (AdamW, one-cycle schedule), on two cores
in about an hour. `--start FILE` continues with trained ones, which takes a third of that. A tenth of the lines, chosen by their hash, is
held out: it picks the epoch and later calibrates the gate.
"""

import argparse
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from lic.encoder import load_encoder
from lic.jsonl import read_jsonl
from lic.reader.networks import FACT_SECTIONS, MARKS, ReaderNetwork, members, merged
from lic.reader.reader import PREVIOUS_PIECES, PREVIOUS_SCALE, WEIGHTS, collate, held_out, inputs
from lic.settings import seed_folder
from lic.training.marks import Marked, parse_marks
from lic.training.variants import valued, with_new_names
from lic.types import ACTS, TEACHING_ACTS, Encoder, Encoding

IGNORED = -100
PARTLY = -2
"""A target that is only partly known (a superset of the labels, Cour et al. 2011): some teaching act; any mark but a value's."""
BATCH = 64
VALUED = 2
"""One in so many of the statements with a value is used: their values are marked with more around them than the lessons'."""
EPOCHS = 11
LEARNING_RATE = 1.5e-3
CONTINUING_RATE = 6e-4
DROPOUT = 0.25
ANSWERING_ACTS = frozenset(("confirm", "deny", "feedback", "undo", "why"))
"""Acts that live on what LIC said before."""
TEACHING = torch.tensor([act in TEACHING_ACTS for act in ACTS])
NO_VALUE = torch.tensor([mark != "V" for mark in MARKS])
OTHER_REPLY = 0.3
"""So often a line that stands alone is shown after some reply of LIC, so that the reader learns when a reply does not matter."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of training data as tensors; targets are -100 where the line says nothing about them."""

    text: Tensor
    previous: Tensor
    act: int = IGNORED
    marks: list[int] = field(default_factory=list[int])
    boundary: list[int] = field(default_factory=list[int])
    section: list[int] = field(default_factory=list[int])
    many: list[int] = field(default_factory=list[int])
    standalone: bool = False
    """Whether the line means the same after any reply of LIC that asks nothing."""


def act_samples(encoder: Encoder, path: Path) -> list[tuple[str, Sample]]:
    """The lines of an intent file, with their text."""
    rows = list(read_jsonl(path))
    encodings = encoder.encode([row["text"] for row in rows])
    return [
        (
            row["text"],
            Sample(
                *inputs(encoder, encoding, row["previous"]),
                act=ACTS.index(row["act"]),
                standalone=row["previous"] is None and row["act"] not in ANSWERING_ACTS,
            ),
        )
        for row, encoding in zip(rows, encodings, strict=True)
    ]


def replies_that_ask_nothing(encoder: Encoder, path: Path) -> list[Tensor]:
    """The previous replies of an intent file that a new thought may follow as well as nothing."""
    replies = dict.fromkeys(row["previous"] for row in read_jsonl(path) if row["previous"] and not row["previous"].rstrip().endswith("?"))
    return [torch.from_numpy(encoder.piece_vectors(encoder.tokenize(reply)[:PREVIOUS_PIECES]) * PREVIOUS_SCALE) for reply in replies]


def lesson_samples(encoder: Encoder, path: Path) -> list[tuple[str, Sample]]:
    """The lines of a lesson file, with their text."""
    lines = [(parse_marks(row["text"], row["facts"]), row["previous"]) for row in read_jsonl(path)]
    return _marked_samples(encoder, lines)


def renamed_samples(encoder: Encoder, path: Path) -> list[tuple[str, Sample]]:
    """The lines of a lesson file with invented names; a variant is held out where its line is."""
    chance = random.Random(0)
    lines = [(parse_marks(row["text"], row["facts"]), row["previous"]) for row in read_jsonl(path)]
    varied = [(variant, previous, item.text) for item, previous in lines for variant in with_new_names(item, chance)]
    samples = _marked_samples(encoder, [(variant, previous) for variant, previous, _ in varied])
    return [(text, sample) for (_, sample), (_, _, text) in zip(samples, varied, strict=True)]


def _marked_samples(encoder: Encoder, lines: Sequence[tuple[Marked, str | None]]) -> list[tuple[str, Sample]]:
    encodings = encoder.encode([item.text for item, _ in lines])
    return [(item.text, _lesson_sample(encoder, item, encoding, previous)) for (item, previous), encoding in zip(lines, encodings, strict=True)]


def valued_samples(encoder: Encoder, path: Path) -> list[tuple[str, Sample]]:
    """The statements of a file of `data/places`: some teaching act, a value, and nothing else that is one."""
    found = [line for group in read_jsonl(path) for line in valued(group)][::VALUED]
    encodings = encoder.encode([text for text, *_ in found])
    samples: list[tuple[str, Sample]] = []
    for (text, start, end, collects), encoding in zip(found, encodings, strict=True):
        pieces = [(a < b, a < end and b > start) for a, b in encoding.offsets]
        marks = [(MARKS.index("V") if inside else PARTLY) if real else IGNORED for real, inside in pieces]
        many = [int(collects) if real and inside else IGNORED for real, inside in pieces]
        nothing = [IGNORED] * len(pieces)
        samples.append((text, Sample(*inputs(encoder, encoding, None), PARTLY, marks, nothing, nothing, many, True)))
    return samples


def _lesson_sample(encoder: Encoder, item: Marked, encoding: Encoding, previous: str | None) -> Sample:
    marks: list[int] = []
    boundary: list[int] = []
    section: list[int] = []
    many: list[int] = []
    starts = [fact.start for fact in item.facts[1:]]
    begun = 0
    for start, end in encoding.offsets:
        if start == end:
            for targets in (marks, boundary, section, many):
                targets.append(IGNORED)
            continue
        mark = next((name for name, a, b in item.spans if a <= start < b), "O")
        marks.append(MARKS.index(mark))
        begins = begun < len(starts) and start >= starts[begun]
        begun += begins
        boundary.append(int(begins))
        fact = item.facts[begun] if item.facts and mark != "O" else None
        section.append(FACT_SECTIONS.index(fact.section) if fact else IGNORED)
        many.append(int(fact.many) if fact else IGNORED)
    text, before = inputs(encoder, encoding, previous)
    return Sample(text, before, IGNORED, marks, boundary, section, many, previous is None)


def batch_of(samples: Sequence[Sample]) -> tuple[tuple[Tensor, Tensor, Tensor, Tensor], dict[str, Tensor]]:
    """Padded inputs and targets."""
    batch = collate([(sample.text, sample.previous) for sample in samples])
    n = batch[0].shape[1]

    def padded(name: str) -> Tensor:
        return torch.tensor([(row := list(getattr(sample, name))) + [IGNORED] * (n - len(row)) for sample in samples])

    targets = {name: padded(name) for name in ("marks", "boundary", "section", "many")}
    return batch, {**targets, "act": torch.tensor([sample.act for sample in samples])}


def loss_of(out: dict[str, Tensor], targets: dict[str, Tensor]) -> Tensor:
    """The sum of what the five outputs cost, each a mean over the pieces or turns that have a target."""
    total = partial_cross_entropy(out["acts"], targets["act"], TEACHING, smoothing=0.05)
    total = total + partial_cross_entropy(out["marks"], targets["marks"], NO_VALUE)
    if (targets["section"] != IGNORED).any():
        total = total + nn.functional.cross_entropy(out["sections"].transpose(1, 2), targets["section"], ignore_index=IGNORED)
    for name in ("boundary", "many"):
        known = targets[name] != IGNORED
        if known.any():
            total = total + 0.5 * nn.functional.binary_cross_entropy_with_logits(out[name][known], targets[name][known].float())
    return total


def partial_cross_entropy(logits: Tensor, wanted: Tensor, allowed: Tensor, smoothing: float = 0.0) -> Tensor:
    """The mean over what has a target; where it is partly known, the probability of all allowed labels together counts."""
    known, partly = wanted >= 0, wanted == PARTLY
    total = nn.functional.cross_entropy(logits[known], wanted[known], label_smoothing=smoothing, reduction="sum")
    some = logits[partly].log_softmax(-1)[:, allowed.to(logits.device)].logsumexp(-1)
    return (total - some.sum()) / max(1, int(known.sum() + partly.sum()))


def fit(
    samples: Sequence[Sample],
    kept_out: Sequence[Sample],
    replies: Sequence[Tensor],
    epochs: int,
    seed: int,
    device: str = "cpu",
    start: ReaderNetwork | None = None,
) -> ReaderNetwork:
    """Train a network, from nothing or on from `start`, and return the weights of its best epoch on what was kept out."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = ReaderNetwork(dropout=DROPOUT)
    nn.init.normal_(network.query, std=0.02)
    if start is not None:
        network.load_state_dict(start.state_dict())
    rate = LEARNING_RATE if start is None else CONTINUING_RATE
    network.to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.05)
    steps = epochs * -(-len(samples) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.1)
    best, weights = 0.0, network.state_dict()
    for epoch in range(epochs):
        network.train()
        began = time.perf_counter()
        for rows in _buckets(samples, rng):
            batch, targets = batch_of([_after_some_reply(samples[i], replies, rng) for i in rows])
            # Half the time on processors that know bfloat16, with the same result.
            with torch.autocast(device, torch.bfloat16):
                out = network(*(x.to(device) for x in _noisy(batch)))
            loss = loss_of({name: x.float() for name, x in out.items()}, {name: x.to(device) for name, x in targets.items()})
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        score = evaluate(network, kept_out, device)
        # Accuracy, not loss: the gate's temperature mends an overconfident reader, nothing mends a wrong one.
        right = score["act"] + score["marks"]
        if right > best:
            best, weights = right, {name: value.clone() for name, value in network.state_dict().items()}
        print(f"epoch {epoch + 1:2}  {time.perf_counter() - began:5.1f} s  " + "  ".join(f"{k} {v:.4f}" for k, v in score.items()), flush=True)
    network.load_state_dict(weights)
    return network.cpu().eval()


def evaluate(network: ReaderNetwork, samples: Sequence[Sample], device: str = "cpu") -> dict[str, float]:
    """Loss, accuracy of the act, and accuracy of the marks."""
    network.eval()
    right = {"act": [0, 0], "marks": [0, 0], "section": [0, 0], "many": [0, 0], "boundary": [0, 0]}
    losses: list[float] = []
    with torch.inference_mode():
        for start in range(0, len(samples), 256):
            batch, targets = batch_of(samples[start : start + 256])
            out = {name: x.cpu() for name, x in network(*(x.to(device) for x in batch)).items()}
            losses.append(float(loss_of(out, targets)))
            guesses = {
                "act": out["acts"].argmax(-1),
                "marks": out["marks"].argmax(-1),
                "section": out["sections"].argmax(-1),
                "many": (out["many"] > 0).long(),
                "boundary": (out["boundary"] > 0).long(),
            }
            for name, guess in guesses.items():
                known = targets[name] >= 0
                right[name][0] += int((guess[known] == targets[name][known]).sum())
                right[name][1] += int(known.sum())
    return {"loss": float(np.mean(losses)), **{name: good / max(1, n) for name, (good, n) in right.items()}}


def _buckets(samples: Sequence[Sample], rng: np.random.Generator) -> list[list[int]]:
    """Batches of samples of like length, in random order, so that little is padded."""
    noise = rng.normal(0, 3, len(samples))
    order = sorted(range(len(samples)), key=lambda i: len(samples[i].text) + noise[i])
    batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    rng.shuffle(batches)
    return batches


def _after_some_reply(sample: Sample, replies: Sequence[Tensor], rng: np.random.Generator) -> Sample:
    if not sample.standalone or rng.random() >= OTHER_REPLY:
        return sample
    return replace(sample, previous=replies[int(rng.integers(len(replies)))])


def _noisy(batch: tuple[Tensor, Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Whole features dropped here and there: the surface features of a few turns, single pieces of the previous reply."""
    text, text_mask, previous, previous_mask = batch
    text = text.clone()
    text[torch.rand(len(text)) < 0.15, :, -8:] = 0
    previous_mask = previous_mask & (torch.rand(previous_mask.shape) > 0.1)
    return text, text_mask, previous, previous_mask


def main() -> None:
    """Train from the seed folder and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=seed_folder())
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seeds", type=int, nargs="+", default=(0, 1), help="one network is trained from each")
    parser.add_argument("--start", type=Path, help="weights to continue with, one network for each seed")
    parser.add_argument("--device", default="cpu", help="cpu, or cuda where one is there")
    options = parser.parse_args()
    began = time.perf_counter()
    encoder = load_encoder(threads=os.cpu_count() or 1)
    rows = act_samples(encoder, options.data / "intent_recognition" / "train.jsonl")
    lessons = options.data / "lesson_preparation" / "train.jsonl"
    rows += [*lesson_samples(encoder, lessons), *renamed_samples(encoder, lessons), *valued_samples(encoder, options.data / "places" / "train.jsonl")]
    print(f"encoded {len(rows)} lines in {time.perf_counter() - began:.0f} s", flush=True)
    train = [sample for text, sample in rows if not held_out(text)]
    replies = replies_that_ask_nothing(encoder, options.data / "intent_recognition" / "train.jsonl")
    kept_out = [sample for text, sample in rows if held_out(text)]
    starts = members(load_file(options.start), encoder.dimension) if options.start else [None] * len(options.seeds)
    networks = [fit(train, kept_out, replies, options.epochs, seed, options.device, start) for seed, start in zip(options.seeds, starts, strict=True)]
    save_file(merged(networks), options.out)
    for name, samples in (
        ("intent_recognition", act_samples(encoder, options.data / "intent_recognition" / "test.jsonl")),
        ("lesson_preparation", lesson_samples(encoder, options.data / "lesson_preparation" / "test.jsonl")),
    ):
        for network in networks:
            print(name, "test", {key: round(value, 4) for key, value in evaluate(network, [sample for _, sample in samples]).items()})
    print(f"{sum(p.numel() for network in networks for p in network.parameters()):,} weights in {options.out}, {time.perf_counter() - began:.0f} s in all")


if __name__ == "__main__":
    main()
