"""Train the judges of what is known: `python -m lic.training.judges`, after the reader was trained.

These are the likeness of what texts ask or answer, and on it the judge of places and that of answers. All three see the same texts, learned once.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from lic.encoder import load_encoder
from lic.jsonl import read_jsonl
from lic.judges import answerability as answers
from lic.judges import likeness as alike
from lic.judges import same_question
from lic.judges.likeness import Likeness
from lic.reader.reader import Reader
from lic.settings import seed_folder
from lic.training import answerability, likeness, places
from lic.training.learned import Learned


def main() -> None:
    """Train on the train files, write the weights, report on the test files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=seed_folder())
    parser.add_argument("--out", type=Path, help="folder for the weights; without it, where they are read from")
    options = parser.parse_args()
    began = time.perf_counter()
    for line in trained(options.data, options.out):
        print(f"{time.perf_counter() - began:5.0f} s  {line}", flush=True)


def trained(data: Path, out: Path | None) -> Iterator[str]:
    """Train all of them, and tell how each does."""
    to = {path: out / path.name if out else path for path in (alike.WEIGHTS, same_question.WEIGHTS, answers.WEIGHTS, answers.SEVERAL_WEIGHTS)}
    encoder = load_encoder()
    learned = Learned(encoder, Reader(encoder))
    train, test = (likeness.groups_of(list(read_jsonl(data / "places" / f"{name}.jsonl"))) for name in ("train", "test"))
    vectors = learned.vectors([text for group in (*train, *test) for text in group.texts])
    yield f"{len(vectors):,} texts of {len(train)} groups, and of {len(test)} to measure with"
    whole = likeness.fitted(train, vectors)
    whole.save(to[alike.WEIGHTS])
    models: tuple[tuple[str, Likeness | None], ...] = ("cosine", None), ("likeness", whole)
    for name, model in models:
        question, statement = likeness.report(model, test, vectors)
        yield f"{name}: the right statement is the nearest for {question:.3f} of the questions, for {statement:.3f} of the other statements"
    crossed = likeness.crossed(train, vectors)
    judge = places.fit(learned, data, crossed, to[same_question.WEIGHTS])
    for name, pairs in zip(("memories", "twins"), places.written(learned, data, "test", [whole], 1), strict=True):
        yield f"places, {name}"
        yield from places.report(judge.probabilities(pairs.x.tolist()), pairs)
    judge = answerability.fit(learned, data, crossed, to[answers.WEIGHTS])
    for name, memories in answerability.memories(data, "test").items():
        found = answerability.searched(learned, memories, [whole])
        yield f"answers, {name}: {len(found.answered)} questions"
        yield from answerability.report(judge.probabilities(found.x.tolist())[:, 1], found)
    wants = answerability.fit_several(learned, data, to[answers.SEVERAL_WEIGHTS])
    x, many = answerability.several(learned, data / "places" / "test.jsonl")
    yield f"whether several values are wanted: {(wants.probabilities(x.tolist()).argmax(axis=1) == many).mean():.3f} right"


if __name__ == "__main__":
    main()
