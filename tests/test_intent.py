"""The gate: what it decides on the written test lines, and how it is fitted."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from benchmarks.intent import calibration_error, recognized
from lic.factory import Lic
from lic.intent.context import KINDS, context_features, kind_of
from lic.intent.recognizer import fitted_lines, maker, readings, source_of
from lic.jsonl import read_jsonl
from lic.language import key
from lic.prepared import features_of, prepared_rows, write_features
from lic.types import ACTS, TEACHING_ACTS, Vector


@pytest.fixture(scope="module")
def measured(models: Lic) -> tuple[list[str], list[str], np.ndarray]:
    """Wanted acts, recognized acts and probabilities of teaching on the test file."""
    rows = list(read_jsonl(models.settings.seed / "intent_recognition" / "test.jsonl"))
    parts = models.parts
    intents = recognized(parts.recognizer, parts.encoder, parts.reader, [row["text"] for row in rows], [row["previous"] for row in rows])
    return [row["act"] for row in rows], [intent.act for intent in intents], np.array([intent.teaching_probability for intent in intents])


def test_teaching_is_told_from_everything_else(measured: tuple[list[str], list[str], np.ndarray]) -> None:
    wanted, got, _ = measured
    assert f1_score([act in TEACHING_ACTS for act in wanted], [act in TEACHING_ACTS for act in got]) >= 0.97


def test_every_act_is_recognized(measured: tuple[list[str], list[str], np.ndarray]) -> None:
    wanted, got, _ = measured
    assert f1_score(wanted, got, average="macro") >= 0.90
    assert set(wanted) == set(ACTS)


def test_the_probability_of_teaching_is_calibrated(measured: tuple[list[str], list[str], np.ndarray]) -> None:
    wanted, _, p = measured
    teaches = np.array([act in TEACHING_ACTS for act in wanted])
    assert calibration_error(np.maximum(p, 1 - p), (p >= 0.5) == teaches) <= 0.04


def test_no_test_line_is_trained_on(models: Lic) -> None:
    folder = models.settings.seed / "intent_recognition"
    trained, tested = ({key(row["text"]) or row["text"] for row in read_jsonl(folder / name)} for name in ("train.jsonl", "test.jsonl"))
    assert not trained & tested


def test_the_training_data_has_every_act_and_enough_lines(models: Lic) -> None:
    folder = models.settings.seed / "intent_recognition"
    rows = list(read_jsonl(folder / "train.jsonl"))
    assert len(rows) >= 2500
    assert {row["act"] for row in rows} == set(ACTS)
    assert len(list(read_jsonl(folder / "test.jsonl"))) >= 500


@pytest.mark.parametrize(
    ("previous", "kind"),
    [
        (None, "none"),
        ("I don't know that yet. Who built the mill?", "teach"),
        ("I take this as: you swim on Fridays. Shall I remember it?", "remember"),
        ("Updated: your mill is old (until now: new).", "learned"),
        ("It is a goose (71 %).", "class"),
        ("What did you do today?", "asks"),
    ],
)
def test_the_previous_reply_is_told_by_its_wording(previous: str | None, kind: str) -> None:
    assert kind_of(previous) == kind
    assert context_features("yes", previous)[KINDS.index(kind)] == 1


def test_fitted_heads_are_kept_by_content(models: Lic) -> None:
    kept = {path.name.split("-")[0] for path in Path(models.settings.cache).glob("*.npz")}
    assert kept == {"intent", "feedback", "dialogue"}


def test_the_shipped_features_are_those_that_the_shipped_models_make(models: Lic) -> None:
    parts = models.parts
    lines = fitted_lines(models.settings.seed / "intent_recognition" / "train.jsonl")
    made: list[int] = []

    def make(missing: Sequence[int]) -> Vector:
        made.extend(missing)
        return readings(parts.encoder, parts.reader, [lines[i] for i in missing])

    rows = prepared_rows("intent", maker(parts.encoder, parts.reader), [source_of(line) for line in lines], make)
    assert made == [], "run `python -m lic.training.prepared`"
    assert np.abs(rows[:40] - readings(parts.encoder, parts.reader, lines[:40])).max() < 0.05


def test_features_of_other_models_or_of_new_lines_are_made(tmp_path: Path) -> None:
    file = tmp_path / "prepared.npz"
    assert prepared_rows("x", "m", ["a", "b"], lambda missing: np.ones((len(missing), 2), np.float32), file).tolist() == [[1, 1], [1, 1]]
    write_features({"x": features_of("m", ["a", "b"], np.zeros((2, 2), np.float32))}, file)
    asked: list[list[int]] = []

    def make(missing: Sequence[int]) -> Vector:
        asked.append(list(missing))
        return np.full((len(missing), 2), 7, np.float32)

    assert prepared_rows("x", "m", ["b", "new", "a"], make, file).tolist() == [[0, 0], [7, 7], [0, 0]]
    assert prepared_rows("x", "other", ["a"], make, file).tolist() == [[7, 7]]
    assert prepared_rows("y", "m", ["a"], make, file).tolist() == [[7, 7]]
    assert asked == [[1], [0], [0]]
    file.write_bytes(b"nothing that can be read")
    assert prepared_rows("x", "m", ["a"], make, file).tolist() == [[7, 7]]
