"""What the reader is trained on: marks and their variants; and that the same seed trains the same weights."""

import json
import random
from pathlib import Path

import pytest
import torch

from benchmarks.streams import relations, worded
from lic.errors import DataError
from lic.factory import Lic
from lic.jsonl import read_jsonl
from lic.language import key
from lic.training.facts import Marked, MarkedFact, parse_line, written
from lic.training.lines import lesson_lines
from lic.training.reader import fit
from lic.training.variants import with_new_names

BARBER = {
    "text": "fyi my barber lives in Aarhus",
    "previous": None,
    "facts": [{"subject": "my barber", "relation": "lives in", "value": "Aarhus", "kind": "life"}],
}


def said(item: Marked, fact: MarkedFact) -> dict[str, str]:
    return {mark: span.of(item.text) for mark, span in fact.spans}


def test_an_invented_name_becomes_part_of_the_subject_and_a_fact_of_its_own() -> None:
    named, renamed = with_new_names(parse_line(BARBER), random.Random(0))
    naming, living = (said(named, fact) for fact in named.facts)
    assert naming["S"] == "my barber"
    assert living == {"S": f"my barber {naming['V']}", "R": "lives in", "V": "Aarhus"}
    assert "Aarhus" not in renamed.text
    assert said(renamed, renamed.facts[0])["S"] == "my barber"


def test_a_part_is_found_where_its_number_says() -> None:
    row = {"text": "I think I am 40", "previous": None, "facts": [{"subject": "I#2", "relation": "am", "value": "40", "kind": "life"}]}
    subject = parse_line(row).facts[0].of("S")
    assert subject is not None
    assert (subject.start, written(row["text"], subject)) == (8, "I#2")
    with pytest.raises(DataError, match="41"):
        parse_line({**row, "facts": [{"value": "41", "kind": "life"}]})


@pytest.mark.parametrize("name", ["train", "test"])
def test_every_line_can_be_read_and_its_variants_keep_their_words(models: Lic, name: str) -> None:
    chance = random.Random(1)
    for row in read_jsonl(models.settings.seed / "lesson_preparation" / f"{name}.jsonl"):
        item = parse_line(row)
        for variant in with_new_names(item, chance):
            assert len(variant.facts) >= len(item.facts)
            for fact in variant.facts:
                assert all(span.of(variant.text).strip() == span.of(variant.text) != "" for _, span in fact.spans)


def test_no_text_that_measures_is_trained_on(models: Lic) -> None:
    seed = models.settings.seed

    def texts(name: str) -> set[str]:
        found = {row["text"] for row in read_jsonl(seed / "intent_recognition" / f"{name}.jsonl")} if name == "test" else set[str]()
        found |= {row["text"] for row in read_jsonl(seed / "lesson_preparation" / f"{name}.jsonl")}
        questions = [question for group in read_jsonl(seed / "places" / f"{name}.jsonl") for question in group["questions"]]
        found |= {text for question in questions for said in ("statements", "again", "changes") for text, _ in question[said]}
        found |= {row[which] for row in read_jsonl(seed / "twins" / f"{name}.jsonl") for which in ("known", "new")}
        return set(map(key, found))

    measuring = texts("test") | {key(row["text"]) for row in read_jsonl(seed / "messages" / "test.jsonl")}
    assert not measuring & texts("train")


def test_no_relation_that_measures_is_trained_on(models: Lic) -> None:
    seed = models.settings.seed
    groups = list(read_jsonl(seed / "places" / "train.jsonl"))
    asked = {key(text) for group in groups for question in group["questions"] for text in (question["question"], *question.get("asks", ()))}
    asked |= {key(text) for group in groups for text in group.get("unanswered", ())}
    asked |= {key(row["text"]) for row in read_jsonl(seed / "intent_recognition" / "train.jsonl")}
    measuring = {key(worded(text, subject, "")) for relation in relations() for text in relation.ask for subject in relation.subjects}
    assert len(measuring) > 1000
    assert not measuring & asked


def test_the_same_seed_trains_the_same_weights(models: Lic, tmp_path: Path) -> None:
    rows = list(read_jsonl(models.settings.seed / "lesson_preparation" / "train.jsonl"))[-40:]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    lines = lesson_lines(models.parts.encoder, tmp_path / "train.jsonl")
    one, again, other = (fit(lines, [lines[0].variants[0].text], epochs=2, seed=seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)
