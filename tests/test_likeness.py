"""The likeness of what texts ask or answer."""

from pathlib import Path

import numpy as np
import pytest

from lic.errors import DataError
from lic.factory import Lic
from lic.jsonl import read_jsonl
from lic.judges.likeness import NUMBERS, load_likeness
from lic.training.learned import Learned
from lic.training.likeness import fitted, groups_of, report

GROUPS = 12


def test_turned_vectors_have_unit_length_and_one_is_ahead_of_the_others() -> None:
    vectors = np.random.default_rng(0).normal(size=(6, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = load_likeness()
    assert np.linalg.norm(likeness.turned(vectors), axis=1) == pytest.approx(np.ones(6), abs=1e-5)
    standing = np.array(likeness.standing(vectors[0], list(vectors[1:])))
    assert standing.shape == (5, NUMBERS)
    assert (standing[:, 1] > 0).sum() == 1
    assert standing[:, 1].argmax() == standing[:, 0].argmax()
    assert likeness.standing(vectors[0], []) == []


def test_the_right_statement_is_the_nearest_more_often_than_by_cosine(models: Lic) -> None:
    groups = groups_of(list(read_jsonl(models.settings.seed / "places" / "test.jsonl"))[:GROUPS])
    vectors = _learned(models).vectors([text for group in groups for text in group.texts])
    cosine, likeness = (np.mean([report(model, groups, vectors, seed) for seed in range(3)]) for model in (None, load_likeness()))
    assert likeness > cosine + 0.02


def test_the_same_seed_trains_the_same_weights(models: Lic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lic.training.likeness.STEPS", 3)
    groups = groups_of(list(read_jsonl(models.settings.seed / "places" / "test.jsonl"))[:12])
    vectors = _learned(models).vectors([text for group in groups for text in group.texts])
    one, other = (fitted(groups, vectors, seed=5) for _ in range(2))
    assert np.array_equal(one.second, other.second)
    assert one.second.any()


def test_weights_come_back_as_they_were_written_and_damaged_ones_are_refused(tmp_path: Path) -> None:
    likeness = load_likeness()
    likeness.save(tmp_path / "likeness.safetensors")
    assert np.array_equal(load_likeness(tmp_path / "likeness.safetensors").first, likeness.first)
    (tmp_path / "damaged.safetensors").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"lic\.training\.judges"):
        load_likeness(tmp_path / "damaged.safetensors")


def _learned(models: Lic) -> Learned:
    return Learned(models.parts.encoder, models.parts.reader)
