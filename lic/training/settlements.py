"""Fit the recognizer of settlements: `python -m lic.training.settlements`, from `data/settlements`.

What settles nothing may be any turn, so lines of the other data stand against the settlements too.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report
from sklearn.preprocessing import StandardScaler

from lic.encoder import load_encoder
from lic.head import write_head
from lic.intent.settlements import SETTLEMENTS, WEIGHTS
from lic.intent.wishes import wish_features
from lic.jsonl import read_jsonl
from lic.settings import seed_folder
from lic.types import Encoder, Vector

STRENGTH = 0.01
ORDINARY = 0.1
"""An ordinary turn counts so much of a line that was written for this: they only have to bound what sounds like nothing here."""
SETTLING = frozenset(("undo", "redo", "replace", "keep_both", "neither"))
"""Kinds of `data/wishes` that sound like settlements and are none; only the lines written for this tell them apart."""
SETTLED_BY = frozenset(("confirm", "deny", "undo"))
EVERY = 96
"""One line in so many of the gate's data is an ordinary turn here."""


def read(encoder: Encoder, texts: list[str]) -> Vector:
    """The features of texts, shape (n, f)."""
    return np.stack([wish_features(encoding) for encoding in encoder.encode(texts)])


def ordinary(data: Path, split: str) -> list[str]:
    """Turns that settle nothing, from the other data."""
    wishes = [row["text"] for row in read_jsonl(data / "wishes" / f"{split}.jsonl") if row["kind"] not in SETTLING][:: EVERY // 2]
    turns = [row["text"] for row in read_jsonl(data / "intent_recognition" / f"{split}.jsonl") if row["act"] not in SETTLED_BY][::EVERY]
    return wishes + turns


def main() -> None:
    """Fit on the train file, report on the test file, write the head."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=seed_folder())
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    encoder = load_encoder()
    rows = list(read_jsonl(options.data / "settlements" / "train.jsonl"))
    others = ordinary(options.data, "train")
    x = read(encoder, [*(row["text"] for row in rows), *others])
    y = [SETTLEMENTS.index(kind) for kind in (*(row["kind"] for row in rows), *("other" for _ in others))]
    weights = np.concatenate((np.ones(len(rows)), np.full(len(others), ORDINARY)))
    scaler = StandardScaler().fit(x)
    head = LogisticRegression(C=STRENGTH, max_iter=2000).fit(scaler.transform(x), y, sample_weight=weights)
    write_head(options.out, SETTLEMENTS, scaler, head)
    rows = list(read_jsonl(options.data / "settlements" / "test.jsonl"))
    told = head.predict(scaler.transform(read(encoder, [row["text"] for row in rows])))
    print(f"{len(x)} lines, {len(others)} of them of the other data")
    print(classification_report([row["kind"] for row in rows], [SETTLEMENTS[i] for i in told]))
    plain = [row["text"] for row in read_jsonl(options.data / "intent_recognition" / "test.jsonl") if row["act"] not in SETTLED_BY][:: EVERY // 8]
    p = head.predict_proba(scaler.transform(read(encoder, plain)))[:, : SETTLEMENTS.index("other")].max(axis=1)
    for threshold in (0.3, 0.4, 0.5, 0.6):
        print(f"of {len(plain)} ordinary turns {(p >= threshold).mean():.3f} settle something from {threshold}")


if __name__ == "__main__":
    main()
