"""Train the reader: `python -m lic.training.reader`, from `data/intent_recognition`, `data/lesson_preparation` and `data/places`.

The encoder stays frozen and is run once over the data; then only the small network is trained (AdamW, one-cycle schedule), on two cores
in less than ten minutes; the same seed gives the same weights. A tenth of the lines, chosen by their hash, is held out: it later calibrates the gate.
"""

import argparse
import random
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from lic.encoder import load_encoder
from lic.jsonl import read_jsonl
from lic.reader.networks import FACT_SECTIONS, MARKS, SURFACE, ReaderNetwork
from lic.reader.reader import WEIGHTS, WHOLE, collate, features, held_out, reply_features
from lic.settings import seed_folder
from lic.training.facts import Marked, MarkedFact, parse_line
from lic.training.variants import valued, with_new_names
from lic.types import ACTS, TEACHING_ACTS, Encoder, Encoding, Span

IGNORED = -100
PARTLY = -2
"""A target that is only partly known (a superset of the labels, Cour et al. 2011): some teaching act; any mark but a value's."""
THREADS = 2
"""Of the training, whatever the machine has: sums in another order end in other weights."""
BATCH = 64
EPOCHS = 8
LEARNING_RATE = 1e-3
SHOWN = {"act": 0.75, "marked": 0.6, "stated": 1.0, "valued": 0.5}
"""So often a line of a kind is shown in an epoch: seldom where one line says little, always where somebody also wrote the statements."""
DROPOUT = 0.1
SMOOTHING = 0.05
WEIGHT_DECAY = 0.05
VALUED = 3
"""One in so many of the statements with a value is used: their values are marked with more around them than the lessons'."""
ANSWERING_ACTS = frozenset(("confirm", "deny", "feedback", "undo", "why"))
"""Acts that live on what LIC said before."""
TEACHING = torch.tensor([act in TEACHING_ACTS for act in ACTS])
NO_VALUE = torch.tensor([mark != "V" for mark in MARKS])
OTHER_REPLY = 0.3
"""So often a line that stands alone is shown after some reply of LIC, so that the reader learns when a reply does not matter."""
ASTRAY = 0.3
"""So often a row is read from another piece of its value than the first, because the reader is not always sure where a value begins."""
_SEVERAL_CLAUSES = re.compile(r"[,;.:!?]\s+\S|\s[-–]\s")


@dataclass(frozen=True, slots=True)
class Row:
    """The wanted marks of the fact that hangs on one piece; it is read the same from `near` pieces on."""

    anchor: int
    marks: tuple[int, ...]
    near: tuple[int, ...] = ()
    section: int = IGNORED
    many: int = IGNORED


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of training data as tensors; targets are -100 where the line says nothing about them."""

    text: Tensor
    previous: Tensor
    act: int = IGNORED
    anchors: tuple[int, ...] = ()
    rows: tuple[Row, ...] = ()
    standalone: bool = False
    """Whether the line means the same after any reply of LIC that asks nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of training data with what it may be shown as, half the times as the first; `kind` says how often it is shown."""

    text: str
    kind: str
    variants: Sequence[Sample]


def act_lines(encoder: Encoder, path: Path) -> list[Line]:
    """The lines of an intent file."""
    rows = list(read_jsonl(path))
    encodings = encoder.encode([row["text"] for row in rows])
    said = said_before(encoder, [row["previous"] for row in rows])
    return [Line(row["text"], "act", (_act_sample(row, encoding, said[row["previous"]]),)) for row, encoding in zip(rows, encodings, strict=True)]


def said_before(encoder: Encoder, previous: Sequence[str | None]) -> dict[str | None, Tensor]:
    """The features of LIC's replies, and of none."""
    found = reply_features(encoder, list(dict.fromkeys(reply for reply in previous if reply)))
    return {None: torch.zeros(0, 2 * encoder.dimension + SURFACE).half(), **{reply: states.half() for reply, states in found.items()}}


def _act_sample(row: Mapping[str, str | None], encoding: Encoding, before: Tensor) -> Sample:
    act = str(row["act"])
    # A request or a question of several clauses may carry facts; nobody marked them here.
    bare = act not in TEACHING_ACTS and (act not in ("request", "question", "feedback", "chat") or not _SEVERAL_CLAUSES.search(encoding.text))
    return Sample(
        features(encoding).half(),
        before,
        act=ACTS.index(act),  # pyright: ignore[reportArgumentType]
        anchors=tuple(0 if bare and a < b else IGNORED for a, b in encoding.offsets),
        standalone=row["previous"] is None and act not in ANSWERING_ACTS,
    )


def replies_that_ask_nothing(encoder: Encoder, path: Path) -> list[Tensor]:
    """The previous replies of an intent file that a new thought may follow as well as nothing."""
    replies = dict.fromkeys(row["previous"] for row in read_jsonl(path) if row["previous"] and not row["previous"].rstrip().endswith("?"))
    return [states for reply, states in said_before(encoder, list(replies)).items() if reply]


def lesson_lines(encoder: Encoder, path: Path, renamed: bool = True) -> list[Line]:
    """The lines of a lesson file; `renamed` gives each a variant with invented names."""
    chance = random.Random(0)
    lines = [parse_line(row) for row in read_jsonl(path)]
    shown = [[line, *_one_variant(line, chance, renamed)] for line in lines]
    encodings = iter(encoder.encode([item.text for items in shown for item in items]))
    said = said_before(encoder, [line.previous for line in lines])
    return [
        Line(items[0].text, "stated" if _is_stated(items[0]) else "marked", tuple(lesson_sample(item, next(encodings), said[item.previous]) for item in items))
        for items in shown
    ]


def _one_variant(line: Marked, chance: random.Random, renamed: bool) -> list[Marked]:
    found = list(with_new_names(line, chance)) if renamed else []
    return [chance.choice(found)] if found else []


def _is_stated(line: Marked) -> bool:
    return not line.asks and all(fact.statement for fact in line.facts)


def lesson_sample(item: Marked, encoding: Encoding, before: Tensor) -> Sample:
    """A marked line with its wanted anchors and rows of marks."""
    rows = _distinct([_row(encoding, fact) for fact in item.facts], encoding, item.facts)
    if item.asks:
        rows.append(Row(WHOLE, _marks(encoding, item.asks)))
    hangs = {row.anchor for row in rows}
    anchors = tuple(int(i in hangs) if a < b else IGNORED for i, (a, b) in enumerate(encoding.offsets))
    return Sample(features(encoding).half(), before, IGNORED, anchors, tuple(rows), item.previous is None)


def _row(encoding: Encoding, fact: MarkedFact) -> Row:
    anchor = fact.anchor[1]
    near = tuple(i for i, (a, b) in enumerate(encoding.offsets) if a < b and a < anchor.end and b > anchor.start)
    return Row(near[0], _marks(encoding, fact.spans), near, FACT_SECTIONS.index(fact.section), int(fact.many))


def _distinct(rows: Sequence[Row], encoding: Encoding, facts: Sequence[MarkedFact]) -> list[Row]:
    """The rows, each with an anchor of its own: where facts share a value, the later one hangs on its subject."""
    found: list[Row] = []
    for row, fact in zip(rows, facts, strict=True):
        taken = {other.anchor for other in found}
        subject = fact.of("S")
        found.append(replace(row, anchor=_first_piece(encoding, subject), near=()) if row.anchor in taken and subject else row)
    return found


def _first_piece(encoding: Encoding, span: Span) -> int:
    return next(i for i, (a, b) in enumerate(encoding.offsets) if a < b and b > span.start)


def _marks(encoding: Encoding, spans: Sequence[tuple[str, Span]]) -> tuple[int, ...]:
    # Where parts overlap, the one that says more wins.
    ordered = sorted(spans, key=lambda marked: "ASTDRV".index(marked[0]))
    found = [IGNORED if a == b else 0 for a, b in encoding.offsets]
    for mark, span in ordered:
        for i, (a, b) in enumerate(encoding.offsets):
            if a < b and a < span.end and b > span.start:
                found[i] = MARKS.index(mark)
    return tuple(found)


def valued_lines(encoder: Encoder, path: Path) -> list[Line]:
    """The statements of a file of `data/places`: some teaching act, a value, and nothing else that is one."""
    found = [line for group in read_jsonl(path) for line in valued(group)][::VALUED]
    encodings = encoder.encode([text for text, *_ in found])
    nothing = said_before(encoder, [])[None]
    lines: list[Line] = []
    for (text, start, end, collects), encoding in zip(found, encodings, strict=True):
        value = Span(start, end)
        anchor = _first_piece(encoding, value)
        marks = tuple(IGNORED if mark == IGNORED else mark or PARTLY for mark in _marks(encoding, [("V", value)]))
        anchors = tuple(1 if i == anchor else IGNORED for i in range(len(marks)))
        row = Row(anchor, marks, (), IGNORED, int(collects))
        lines.append(Line(text, "valued", (Sample(features(encoding).half(), nothing, PARTLY, anchors, (row,), True),)))
    return lines


def fit(lines: Sequence[Line], replies: Sequence[Tensor], epochs: int, seed: int, device: str = "cpu") -> ReaderNetwork:
    """Train a network from nothing."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = ReaderNetwork(dropout=DROPOUT).to(device).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    steps = epochs * (int(sum(SHOWN[line.kind] for line in lines)) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.15)
    step = 0
    while step < steps:
        began, losses, first = time.perf_counter(), 0.0, step
        shown = [_shown(line.variants, replies, rng) for line in lines if rng.random() < SHOWN[line.kind]]
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
    text, text_mask, previous, previous_mask = (x.to(device) for x in collate([(sample.text, sample.previous) for sample in samples]))
    if network.training:
        # Whole features dropped here and there: the surface features of a few turns, single pieces of the previous reply.
        text[torch.rand(len(text)) < 0.15, :, -8:] = 0
        previous_mask = previous_mask & (torch.rand(previous_mask.shape) > 0.1).to(device)
    of, at, targets = _targets(samples, text.shape[1], astray=ASTRAY if network.training else 0.0)
    # Nearly half the time on processors that know bfloat16, with the same result.
    with torch.autocast(device, torch.bfloat16, enabled=network.training):
        out = network.read(text, text_mask, previous, previous_mask)
        rows = network.rows(out["states"], text_mask, of.to(device), at.to(device)) if len(of) else None
    acts, anchors = targets["acts"].to(device), targets["anchors"].to(device)
    total = partial_cross_entropy(out["acts"].float(), acts, TEACHING, SMOOTHING)
    if (anchors >= 0).any():
        known = anchors >= 0
        total = total + 2 * nn.functional.binary_cross_entropy_with_logits(out["anchors"][known].float(), anchors[known].float())
    if rows is not None:
        total = total + partial_cross_entropy(rows["marks"].float(), targets["marks"].to(device), NO_VALUE)
        sections, many = targets["sections"].to(device), targets["many"].to(device)
        if (sections >= 0).any():
            total = total + 0.5 * nn.functional.cross_entropy(rows["sections"].float(), sections, ignore_index=IGNORED)
        if (many >= 0).any():
            total = total + 0.5 * nn.functional.binary_cross_entropy_with_logits(rows["many"][many >= 0].float(), many[many >= 0].float())
    return total


def _targets(samples: Sequence[Sample], n: int, astray: float = 0.0) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Which turn and piece each row belongs to, and all targets, padded; so often a row is read from another piece of its value."""
    of = torch.tensor([i for i, sample in enumerate(samples) for _ in sample.rows], dtype=torch.long)
    rows = [row for sample in samples for row in sample.rows]
    anchors, marks = torch.full((len(samples), n), IGNORED), torch.full((len(rows), n), IGNORED)
    for i, sample in enumerate(samples):
        anchors[i, : len(sample.anchors)] = torch.tensor(sample.anchors, dtype=torch.long)
    for i, row in enumerate(rows):
        marks[i, : len(row.marks)] = torch.tensor(row.marks, dtype=torch.long)
    return (
        of,
        torch.tensor([_read_from(row, astray) for row in rows], dtype=torch.long),
        {
            "acts": torch.tensor([sample.act for sample in samples]),
            "anchors": anchors,
            "marks": marks,
            "sections": torch.tensor([row.section for row in rows], dtype=torch.long),
            "many": torch.tensor([row.many for row in rows], dtype=torch.long),
        },
    )


def _read_from(row: Row, astray: float) -> int:
    if not row.near or float(torch.rand(1)) >= astray:
        return row.anchor
    return row.near[int(torch.randint(len(row.near), (1,)))]


def partial_cross_entropy(logits: Tensor, wanted: Tensor, allowed: Tensor, smoothing: float = 0.0) -> Tensor:
    """The mean over what has a target; where it is partly known, the probability of all allowed labels together counts."""
    known, partly = wanted >= 0, wanted == PARTLY
    total = nn.functional.cross_entropy(logits[known], wanted[known], label_smoothing=smoothing, reduction="sum")
    some = logits[partly].log_softmax(-1)[:, allowed.to(logits.device)].logsumexp(-1)
    return (total - some.sum()) / max(1, int(known.sum() + partly.sum()))


def evaluate(network: ReaderNetwork, samples: Sequence[Sample]) -> dict[str, float]:
    """Accuracy of the act; precision and recall of the anchors; of the rows at the right anchors, how many pieces and how many rows are right."""
    network.eval()
    right: dict[str, list[float]] = {"act": [], "marks": [], "rows": [], "section": [], "many": []}
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
            for name, guess in (("section", rows["sections"].argmax(-1)), ("many", (rows["many"] > 0).long())):
                target = targets[f"{name}s" if name == "section" else name]
                right[name] += (guess == target)[target >= 0].float().tolist()
    found = {name: float(np.mean(values)) for name, values in right.items() if values}
    return found | ({"precision": hits / max(1, called), "recall": hits / wanted} if wanted else {})


def _shown(variants: Sequence[Sample], replies: Sequence[Tensor], rng: np.random.Generator) -> Sample:
    """What a line is shown as in one epoch."""
    one = variants[int(rng.integers(len(variants)))] if len(variants) > 1 and rng.random() < 0.5 else variants[0]
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
            *valued_lines(encoder, options.data / "places" / "train.jsonl"),
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
