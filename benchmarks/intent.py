"""How well the gate recognizes: `python -m benchmarks.intent [--data FOLDER]`.

Prints the figures on `data/intent_recognition/test.jsonl`, and, where a folder with the public development sets is given, how many of
their lines are called teaching.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import classification_report, f1_score

from lic.encoder import load_encoder
from lic.intent.recognizer import IntentRecognizer, load_recognizer
from lic.jsonl import read_jsonl
from lic.reader.reader import Reader
from lic.settings import Settings
from lic.types import TEACHING_ACTS, Encoder, Intent, Vector

BINS = 15
BATCH = 128


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with clinc150/, banking77/, known_facts/, synthetic_persona_chat/ and others")
    parser.add_argument("--errors", action="store_true", help="also list what was decided wrongly on test.jsonl")
    options = parser.parse_args()
    settings = Settings()
    encoder = load_encoder()
    reader = Reader(encoder)
    with tempfile.TemporaryDirectory() as cache:
        began = time.perf_counter()
        gate = load_recognizer(encoder, reader, settings.seed / "intent_recognition" / "train.jsonl", Path(cache))
        print(f"fitting the gate at a first start took {time.perf_counter() - began:.1f} s")
    measure_own(gate, encoder, reader, settings.seed / "intent_recognition" / "test.jsonl", options.errors)
    if options.data is not None:
        measure_others(gate, encoder, reader, options.data)


def recognized(gate: IntentRecognizer, encoder: Encoder, reader: Reader, texts: Sequence[str], previous: Sequence[str | None]) -> list[Intent]:
    """The intents of many turns."""
    found: list[Intent] = []
    for start in range(0, len(texts), BATCH):
        part = slice(start, start + BATCH)
        encodings = encoder.encode(texts[part])
        found += gate.recognize_many(encodings, reader.read(encodings, previous[part]), previous[part])
    return found


def measure_own(gate: IntentRecognizer, encoder: Encoder, reader: Reader, file: Path, errors: bool) -> None:
    """F1, macro F1 and calibration on the test file."""
    rows = list(read_jsonl(file))
    intents = recognized(gate, encoder, reader, [row["text"] for row in rows], [row["previous"] for row in rows])
    wanted, got = [row["act"] for row in rows], [intent.act for intent in intents]
    teaches = np.array([act in TEACHING_ACTS for act in wanted])
    called = np.array([intent.teaching for intent in intents])
    probability = np.array([intent.teaching_probability for intent in intents])
    print(f"\n{len(rows)} lines of {file.name}")
    right = [a == b for a, b in zip(wanted, got, strict=True)]
    pairs = in_two_contexts(rows)
    print(f"the same words in two contexts: {len(pairs)} pairs, both right {np.mean([right[i] and right[k] for i, k in pairs]):.4f}")
    print(f"                                each line right {np.mean([right[i] for pair in pairs for i in pair]):.4f}  (at least 0.95)")
    print(f"teaching or not        F1    {f1_score(teaches, called):.4f}")
    print(f"acts             macro F1    {f1_score(wanted, got, average='macro'):.4f}")
    print(f"teaching calibration error   {calibration_error(np.maximum(probability, 1 - probability), (probability >= 0.5) == teaches):.4f}")
    confidence = np.array([intent.probability for intent in intents])
    print(f"act calibration error        {calibration_error(confidence, np.array(right)):.4f}")
    report: Any = classification_report(wanted, got, digits=3)
    print(report)
    if errors:
        for row, intent in zip(rows, intents, strict=True):
            if row["act"] != intent.act:
                print(f"{row['act']} → {intent.act} ({intent.teaching_probability:.2f})  [{row['previous'] or ''}]  {row['text']}")


def in_two_contexts(rows: Sequence[dict[str, Any]]) -> list[tuple[int, int]]:
    """The lines with the same words but another previous reply and another act, two by two, by their numbers."""
    by_words: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        by_words.setdefault(row["text"].casefold().strip(" .!?"), []).append(i)
    return [
        (i, k)
        for group in by_words.values()
        for n, i in enumerate(group)
        for k in group[n + 1 :]
        if rows[i]["act"] != rows[k]["act"] and rows[i]["previous"] != rows[k]["previous"]
    ]


def measure_others(gate: IntentRecognizer, encoder: Encoder, reader: Reader, folder: Path) -> None:
    """The share that is called teaching on each development set that the folder has, and the share that is asked about."""
    asked, sure = Settings().ignore_below, Settings().ask_below
    print(f"\n{'set':42} {'lines':>6} {'teaching':>9} {'wanted':>8} {'asked':>7}  (less than 0.05)")
    for name, bound, texts in development_sets(folder):
        intents = recognized(gate, encoder, reader, texts, [None] * len(texts))
        p = np.array([intent.teaching_probability for intent in intents])
        called = np.mean([intent.teaching for intent in intents])
        print(f"{name:42} {len(texts):6} {called:9.4f} {bound:>8} {np.mean((p >= asked) & (p < sure)):7.4f}", flush=True)


def development_sets(folder: Path) -> list[tuple[str, str, list[str]]]:
    """Name, bound and texts of every set that is there; of the long ones every tenth line."""
    files = (
        ("clinc150/val.jsonl", "≤ 0.01", "text", 1),
        ("banking77/train.jsonl", "≤ 0.01", "text", 1),
        ("known_facts/facts.jsonl", "≥ 0.97", "statement", 1),
        ("synthetic_persona_chat/personas.jsonl", "≥ 0.97", "text", 1),
        *((f"snips/{file.name}", "≤ 0.01", "text", 10) for file in sorted((folder / "snips").glob("*.jsonl"))),
    )
    found = [(name, bound, [row[field] for row in read_jsonl(folder / name)][::step]) for name, bound, field, step in files if (folder / name).is_file()]
    for file in sorted((folder / "squad").glob("*.jsonl")):
        asked = [answered["question"] for row in read_jsonl(file) for answered in row["questions"]]
        found.append((f"squad/{file.name}, questions", "≤ 0.01", asked[::5]))
    dialogues = folder / "dailydialog" / "train.jsonl"
    if dialogues.is_file():
        turns = [turn["text"] for row in read_jsonl(dialogues) for turn in row["turns"] if turn["act"] in ("question", "directive")]
        found.append(("dailydialog, questions and directives", "≤ 0.02", turns[::10]))
    return found


def calibration_error(confidence: Vector, right: Vector) -> float:
    """Expected calibration error over equal-width bins (Guo et al. 2017, section 2)."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return float(sum(abs(right[bins == i].mean() - confidence[bins == i].mean()) * (bins == i).mean() for i in range(BINS) if (bins == i).any()))


if __name__ == "__main__":
    main()
