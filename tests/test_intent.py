"""The gate: what it decides on the written test lines, and how it is fitted."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from benchmarks.intent import calibration_error, recognized
from lic.factory import Lic
from lic.intent.context import KINDS, context_features, kind_of
from lic.jsonl import read_jsonl
from lic.types import ACTS, TEACHING_ACTS


@pytest.fixture(scope="module")
def measured(models: Lic) -> tuple[list[str], list[str], np.ndarray]:
    """Wanted acts, recognized acts and probabilities of teaching on the test file."""
    rows = list(read_jsonl(models.settings.seed / "intent_recognition" / "test.jsonl"))
    parts = models.parts
    intents = recognized(parts.recognizer, parts.encoder, parts.reader, [row["text"] for row in rows], [row["previous"] for row in rows])
    return [row["act"] for row in rows], [intent.act for intent in intents], np.array([intent.teaching_probability for intent in intents])


def test_teaching_is_told_from_everything_else(measured: tuple[list[str], list[str], np.ndarray]) -> None:
    wanted, got, _ = measured
    assert f1_score([act in TEACHING_ACTS for act in wanted], [act in TEACHING_ACTS for act in got]) >= 0.96


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
    trained = {(row["previous"], row["text"].lower()) for row in read_jsonl(folder / "train.jsonl")}
    tested = [(row["previous"], row["text"].lower()) for row in read_jsonl(folder / "test.jsonl")]
    assert not [pair for pair in tested if pair in trained and len(pair[1].split()) > 3]


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
