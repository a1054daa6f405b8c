"""Fit the recognizer of wishes: `python -m lic.training.wishes`, from `data/wishes`."""

import argparse
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report
from sklearn.preprocessing import StandardScaler

from lic.encoder import load_encoder
from lic.head import write_head
from lic.intent.wishes import WEIGHTS, WISHES, wish_features
from lic.jsonl import read_jsonl
from lic.settings import seed_folder
from lic.types import Encoder, Vector

STRENGTH = 0.01


def read(encoder: Encoder, path: Path) -> tuple[Vector, list[str]]:
    """Features and kinds of the lines of a file."""
    rows = list(read_jsonl(path))
    return np.stack([wish_features(encoding) for encoding in encoder.encode([row["text"] for row in rows])]), [row["kind"] for row in rows]


def main() -> None:
    """Fit on the train file, report on the test file, write the head."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=seed_folder())
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    encoder = load_encoder()
    x, kinds = read(encoder, options.data / "wishes" / "train.jsonl")
    y = [WISHES.index(kind) for kind in kinds]
    scaler = StandardScaler().fit(x)
    head = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced").fit(scaler.transform(x), y)
    write_head(options.out, WISHES, scaler, head)
    x, kinds = read(encoder, options.data / "wishes" / "test.jsonl")
    print(classification_report(kinds, [WISHES[i] for i in head.predict(scaler.transform(x))]))


if __name__ == "__main__":
    main()
