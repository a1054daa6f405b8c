"""Train the reader: `python -m lic.training.reader`, from `data/intent_recognition` and `data/lesson_preparation`.

The encoder stays frozen and is run once over the data; then only the small network is trained (AdamW, one-cycle schedule), on two cores
in less than ten minutes; the same seed gives the same weights. A tenth of the lines, chosen by their hash, is held out: it later calibrates the gate.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from lic.encoder import load_encoder
from lic.reader.networks import SURFACE, ReaderNetwork
from lic.reader.reader import WEIGHTS, collate, held_out
from lic.settings import seed_folder
from lic.training.lines import IGNORED, Line, Row, Sample, act_lines, lesson_lines, replies_that_ask_nothing

THREADS = 2
"""Of the training, whatever the machine has: sums in another order end in other weights."""
BATCH = 64
EPOCHS = 7
LEARNING_RATE = 1e-3
SHOWN = {"act": 0.55, "marked": 0.4, "stated": 1.0}
"""So often a line of a kind is shown in an epoch: seldom where one line says little, always where somebody also wrote the statements."""
DROPOUT = 0.1
ANCHOR_WEIGHT = 2.0
SMOOTHING = 0.05
WEIGHT_DECAY = 0.05
ROWS = 2
"""So many of a line's facts are read at a time."""
OTHER_REPLY = 0.3
"""So often a line that stands alone is shown after some reply of LIC, so that the reader learns when a reply does not matter."""
ASTRAY = 0.3
"""So often a row is read from another piece of its value than the first, because the reader is not always sure where a value begins."""


def fit(lines: Sequence[Line], replies: Sequence[Tensor], epochs: int, seed: int, device: str = "cpu") -> ReaderNetwork:
    """Train a network from nothing."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = ReaderNetwork(lines[0].variants[0].text.shape[-1] - SURFACE, dropout=DROPOUT).to(device).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True)
    steps = epochs * (int(sum(SHOWN[line.kind] for line in lines)) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.15)
    step = 0
    while step < steps:
        began, losses, first = time.perf_counter(), 0.0, step
        shown = [_shown(line.variants, replies, rng) for line in lines for _ in range(int(SHOWN[line.kind] + rng.random()))]
        for batch in _buckets(shown, rng)[: steps - step]:
            loss = loss_of(network, [shown[i] for i in batch], device)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses += float(loss.detach())
            step += 1
        print(f"step {step:5} of {steps}  {time.perf_counter() - began:5.1f} s  loss {losses / (step - first):.4f}", flush=True)
    return network.cpu().eval()


def loss_of(network: ReaderNetwork, samples: Sequence[Sample], device: str = "cpu") -> Tensor:
    """The sum of what the outputs cost, each a mean over the turns, pieces or facts that have a target."""
    dtype = torch.bfloat16 if network.training else torch.float32
    text, text_mask, previous, previous_mask = (x.to(device) for x in collate([(sample.text, sample.previous) for sample in samples], dtype))
    if network.training:
        # Whole features dropped here and there: the surface features of a few turns, single pieces of the previous reply.
        text[torch.rand(len(text)) < 0.15, :, -SURFACE:] = 0
        previous_mask = previous_mask & (torch.rand(previous_mask.shape) > 0.1).to(device)
    of, at, targets = _targets(samples, text.shape[1], astray=ASTRAY if network.training else 0.0)
    # Nearly half the time on processors that know bfloat16, with the same result.
    with torch.autocast(device, torch.bfloat16, enabled=network.training):
        out = network.read(text, text_mask, previous, previous_mask)
        rows = network.rows(out["states"], text_mask, of.to(device), at.to(device)) if len(of) else None
    acts, anchors = targets["acts"].to(device), targets["anchors"].to(device)
    total = torch.zeros((), device=device)
    if (acts >= 0).any():
        total = total + nn.functional.cross_entropy(out["acts"].float(), acts, ignore_index=IGNORED, label_smoothing=SMOOTHING)
    if (anchors >= 0).any():
        known = anchors >= 0
        total = total + ANCHOR_WEIGHT * nn.functional.binary_cross_entropy_with_logits(out["anchors"][known].float(), anchors[known].float())
    if rows is not None:
        total = total + nn.functional.cross_entropy(rows["marks"].float().flatten(0, 1), targets["marks"].to(device).flatten(), ignore_index=IGNORED)
        kept, sections, many = (targets[name].to(device) for name in ("kept", "sections", "many"))
        if (kept >= 0).any():
            total = total + nn.functional.binary_cross_entropy_with_logits(rows["kept"][kept >= 0].float(), kept[kept >= 0].float())
        if (sections >= 0).any():
            total = total + 0.5 * nn.functional.cross_entropy(rows["sections"].float(), sections, ignore_index=IGNORED)
        if (many >= 0).any():
            total = total + 0.5 * nn.functional.binary_cross_entropy_with_logits(rows["many"][many >= 0].float(), many[many >= 0].float())
    return total


def _targets(samples: Sequence[Sample], n: int, astray: float = 0.0) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Which turn and piece each row belongs to, and all targets, padded; so often a row is read from another piece of its value."""
    of = torch.tensor([i for i, sample in enumerate(samples) for _ in sample.rows], dtype=torch.long)
    rows = [row for sample in samples for row in sample.rows]
    anchors, marks, kept = torch.full((len(samples), n), IGNORED), torch.full((len(rows), n), IGNORED), torch.full((len(rows), n), IGNORED)
    for i, sample in enumerate(samples):
        anchors[i, : len(sample.anchors)] = torch.tensor(sample.anchors, dtype=torch.long)
    for i, row in enumerate(rows):
        marks[i, : len(row.marks)] = torch.tensor(row.marks, dtype=torch.long)
        kept[i, : len(row.kept)] = torch.tensor(row.kept, dtype=torch.long)
    return (
        of,
        torch.tensor([_read_from(row, astray) for row in rows], dtype=torch.long),
        {
            "acts": torch.tensor([sample.act for sample in samples]),
            "anchors": anchors,
            "marks": marks,
            "kept": kept,
            "sections": torch.tensor([row.section for row in rows], dtype=torch.long),
            "many": torch.tensor([row.many for row in rows], dtype=torch.long),
        },
    )


def _read_from(row: Row, astray: float) -> int:
    if not row.near or float(torch.rand(1)) >= astray:
        return row.anchor
    return row.near[int(torch.randint(len(row.near), (1,)))]


def evaluate(network: ReaderNetwork, samples: Sequence[Sample]) -> dict[str, float]:
    """Accuracy of the act; precision and recall of the anchors; of the rows at the right anchors, how many pieces and how many rows are right."""
    network.eval()
    right: dict[str, list[float]] = {"act": [], "marks": [], "rows": [], "kept": [], "section": [], "many": []}
    hits, called, wanted = 0, 0, 0
    with torch.inference_mode():
        for start in range(0, len(samples), 256):
            part = samples[start : start + 256]
            text, text_mask, previous, previous_mask = collate([(sample.text, sample.previous) for sample in part])
            of, at, targets = _targets(part, text.shape[1])
            out = network.read(text, text_mask, previous, previous_mask)
            known = targets["acts"] >= 0
            right["act"] += (out["acts"].argmax(-1)[known] == targets["acts"][known]).float().tolist()
            known = targets["anchors"] >= 0
            guess, target = out["anchors"][known] > 0, targets["anchors"][known] == 1
            hits, called, wanted = hits + int((guess & target).sum()), called + int(guess.sum()), wanted + int(target.sum())
            if not len(of):
                continue
            rows = network.rows(out["states"], text_mask, of, at)
            known = targets["marks"] >= 0
            good = rows["marks"].argmax(-1) == targets["marks"]
            right["marks"] += good[known].float().tolist()
            right["rows"] += (good | ~known).all(-1).float().tolist()
            for name, guess in (("kept", (rows["kept"] > 0).long()), ("section", rows["sections"].argmax(-1)), ("many", (rows["many"] > 0).long())):
                target = targets[f"{name}s" if name == "section" else name]
                right[name] += (guess == target)[target >= 0].float().tolist()
    found = {name: float(np.mean(values)) for name, values in right.items() if values}
    return found | ({"precision": hits / max(1, called), "recall": hits / wanted} if wanted else {})


def _shown(variants: Sequence[Sample], replies: Sequence[Tensor], rng: np.random.Generator) -> Sample:
    """What a line is shown as in one epoch: itself or a variant, with all its anchors and some of its rows."""
    one = variants[int(rng.integers(len(variants)))] if len(variants) > 1 and rng.random() < 0.5 else variants[0]
    if len(one.rows) > ROWS:
        one = replace(one, rows=tuple(one.rows[i] for i in rng.choice(len(one.rows), ROWS, replace=False)))
    if not one.standalone or rng.random() >= OTHER_REPLY:
        return one
    return replace(one, previous=replies[int(rng.integers(len(replies)))])


def _buckets(samples: Sequence[Sample], rng: np.random.Generator) -> list[list[int]]:
    """Batches of samples of like lengths, in random order, so that little is padded."""
    noise = rng.normal(0, 1.5, len(samples))
    order = sorted(range(len(samples)), key=lambda i: ((len(samples[i].previous) + 9) // 10, len(samples[i].text) + noise[i]))
    batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    rng.shuffle(batches)
    return batches


def main() -> None:
    """Train from the seed folder and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=seed_folder())
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu", help="cpu, or cuda where one is there")
    options = parser.parse_args()
    began = time.perf_counter()
    encoder = load_encoder(threads=THREADS)
    acts, lessons = options.data / "intent_recognition", options.data / "lesson_preparation"
    # bfloat16 takes little more than half the time, and its errors are far below the noise of dropout.
    with torch.autocast("cpu", torch.bfloat16):
        lines = [
            *act_lines(encoder, acts / "train.jsonl"),
            *lesson_lines(encoder, lessons / "train.jsonl"),
        ]
    print(f"encoded {sum(len(line.variants) for line in lines):,} lines in {time.perf_counter() - began:.0f} s", flush=True)
    replies = replies_that_ask_nothing(encoder, acts / "train.jsonl")
    network = fit([line for line in lines if not held_out(line.text)], replies, options.epochs, options.seed, options.device)
    save_file({name: value.half().contiguous() for name, value in network.state_dict().items()}, options.out)
    print(f"{sum(p.numel() for p in network.parameters()):,} weights in {options.out}, {time.perf_counter() - began:.0f} s in all")
    for name, found in (
        ("held out", [line for line in lines if held_out(line.text)]),
        ("intent_recognition/test.jsonl", act_lines(encoder, acts / "test.jsonl")),
        ("lesson_preparation/test.jsonl", lesson_lines(encoder, lessons / "test.jsonl", renamed=False)),
    ):
        figures = evaluate(network, [line.variants[0] for line in found])
        print(f"{name}: " + "  ".join(f"{key} {value:.4f}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
