"""Make the shipped features of the seed data: `python -m lic.training.prepared`, after the reader was trained."""

import argparse
from pathlib import Path

from lic.encoder import load_encoder
from lic.intent import feedback, recognizer
from lic.jsonl import read_jsonl
from lic.prepared import FILE, features_of, write_features
from lic.reader.reader import Reader
from lic.self_taking import examples
from lic.settings import seed_folder


def main() -> None:
    """Read the seed folder and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=seed_folder())
    parser.add_argument("--out", type=Path, default=FILE)
    options = parser.parse_args()
    encoder = load_encoder()
    reader = Reader(encoder)
    lines = recognizer.fitted_lines(options.data / "intent_recognition" / "train.jsonl")
    checks = list(read_jsonl(options.data / "intent_recognition" / "test.jsonl"))
    remarks = [row["text"] for row in read_jsonl(options.data / "feedback" / "train.jsonl")]
    prompts = [row["messages"][0]["content"] for row in read_jsonl(options.data / "dialogue" / "train.jsonl")]
    kinds = {
        recognizer.KIND: features_of(
            recognizer.maker(encoder, reader), [recognizer.source_of(row) for row in lines], recognizer.readings(encoder, reader, lines)
        ),
        recognizer.CHECK_KIND: features_of(
            recognizer.maker(encoder, reader), [recognizer.source_of(row) for row in checks], recognizer.vectors(encoder, reader, checks)
        ),
        feedback.KIND: features_of(encoder.fingerprint, remarks, feedback.remark_features(encoder, remarks)),
        examples.KIND: features_of(encoder.fingerprint, prompts, examples.prompt_vectors(encoder, prompts)),
    }
    write_features(kinds, options.out)
    for kind, features in kinds.items():
        print(f"{kind}: {len(features.keys):,} rows of {features.rows.shape[1]} numbers")
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
