"""The thresholds of the gate for a stated price of asking, learning wrongly and missing: `python -m lic.training.thresholds`.

The lines that the reader was not trained on are decided with every pair of thresholds; the cheapest pair is printed beside what the prices alone
say for calibrated probabilities (Chow 1970): ask between asking / missing and 1 - asking / learning wrongly.
"""

import argparse
import itertools
from pathlib import Path

import numpy as np

from lic.encoder import load_encoder
from lic.intent.recognizer import load_recognizer
from lic.jsonl import read_jsonl
from lic.reader.reader import Reader, held_out
from lic.settings import Settings
from lic.types import TEACHING_ACTS

ASKING = 1.0
"""A yes or a no of the person."""
WRONG = 5.0
"""Something wrong is known until the person notices and takes it back."""
MISSED = 3.0
"""The person has to notice and say it again."""
BATCH = 128


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Settings().cache)
    options = parser.parse_args()
    settings = Settings()
    encoder = load_encoder()
    reader = Reader(encoder)
    file = settings.seed / "intent_recognition" / "train.jsonl"
    gate = load_recognizer(encoder, reader, file, options.cache)
    rows = [row for row in read_jsonl(file) if held_out(row["text"])]
    found: list[float] = []
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        encodings = encoder.encode([row["text"] for row in part])
        previous = [row["previous"] for row in part]
        found += [intent.teaching_probability for intent in gate.recognize_many(encodings, reader.read(encodings, previous), previous)]
    p, teaches = np.asarray(found), np.asarray([row["act"] in TEACHING_ACTS for row in rows])

    def price(low: float, high: float) -> tuple[float, float, float, float]:
        wrong, missed, asked = ((p >= high) & ~teaches).mean(), ((p < low) & teaches).mean(), ((p >= low) & (p < high)).mean()
        return 1000 * (ASKING * asked + WRONG * wrong + MISSED * missed), asked, wrong, missed

    steps = np.arange(0.05, 1.0, 0.01)
    cheapest = min(((low, high) for low, high in itertools.product(steps, steps) if low <= high), key=lambda pair: price(*pair)[0])
    print(f"{len(rows)} lines that the reader was not trained on; asking costs {ASKING:g}, learning wrongly {WRONG:g}, missing {MISSED:g}")
    for name, (low, high) in {
        "cheapest": cheapest,
        "by the prices alone": (ASKING / MISSED, 1 - ASKING / WRONG),
        "as set": (settings.ignore_below, settings.ask_below),
        "never asking": (WRONG / (WRONG + MISSED),) * 2,
    }.items():
        cost, asked, wrong, missed = price(low, high)
        print(f"{name:20} ask from {low:.2f}, learn from {high:.2f}: {cost:6.1f} per 1000 turns, {asked:.2%} asked, {wrong:.2%} wrong, {missed:.2%} missed")


if __name__ == "__main__":
    main()
