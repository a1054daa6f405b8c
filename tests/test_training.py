"""What the reader is trained on: marks, their variants, and targets that are only partly known."""

import math
import random

import torch

from lic.factory import Lic
from lic.jsonl import read_jsonl
from lic.language import key
from lic.reader.networks import MARKS
from lic.training.marks import parse_marks
from lic.training.reader import NO_VALUE, PARTLY, partial_cross_entropy, valued_samples
from lic.training.variants import valued, with_new_names

ONE = [{"section": "individual_experiences", "values": "one"}]


def test_an_invented_name_becomes_part_of_the_subject() -> None:
    item = parse_marks("fyi [S my barber] [R lives in] [V Aarhus]", ONE)
    named, renamed = with_new_names(item, random.Random(0))
    spans = {mark: named.text[start:end] for mark, start, end in named.spans}
    assert spans["S"].startswith("my barber ")
    assert (spans["R"], spans["V"]) == ("lives in", "Aarhus")
    assert "Aarhus" not in renamed.text
    assert {mark: renamed.text[start:end] for mark, start, end in renamed.spans}["S"] == "my barber"


def test_every_line_keeps_its_marks_around_the_same_words(models: Lic) -> None:
    chance = random.Random(1)
    varied = 0
    for row in read_jsonl(models.settings.seed / "lesson_preparation" / "train.jsonl"):
        item = parse_marks(row["text"], row["facts"])
        for variant in with_new_names(item, chance):
            varied += 1
            assert [mark for mark, _, _ in variant.spans] == [mark for mark, _, _ in item.spans]
            for (mark, start, end), (_, a, b) in zip(item.spans, variant.spans, strict=True):
                if mark in "RT":
                    assert item.text[start:end] == variant.text[a:b]
                assert variant.text[a:b].strip() == variant.text[a:b]
    assert varied > 1000


def test_the_value_of_a_statement_is_where_it_says(models: Lic) -> None:
    for group in read_jsonl(models.settings.seed / "places" / "test.jsonl"):
        values = {text: value for question in group["questions"] for name in ("statements", "again", "changes") for text, value in question[name]}
        for text, start, end, _ in valued(group):
            assert values[text].endswith(text[start:end])
            assert text[start:end]


def test_where_nothing_but_no_value_is_known_any_other_mark_is_right() -> None:
    logits = torch.full((1, 2, len(MARKS)), -20.0)
    logits[0, :, MARKS.index("R")] = 20.0
    assert float(partial_cross_entropy(logits, torch.tensor([[PARTLY, -100]]), NO_VALUE)) < 1e-3
    logits[0, :, MARKS.index("V")] = 20.0
    assert math.isclose(float(partial_cross_entropy(logits, torch.tensor([[PARTLY, -100]]), NO_VALUE)), math.log(2), rel_tol=1e-3)


def test_written_statements_are_marked_by_their_values_alone(models: Lic) -> None:
    samples = valued_samples(models.parts.encoder, models.settings.seed / "places" / "test.jsonl")
    assert all(sample.act == PARTLY and MARKS.index("V") in sample.marks for _, sample in samples)


def test_no_text_that_measures_is_trained_on(models: Lic) -> None:
    seed = models.settings.seed

    def texts(name: str) -> set[str]:
        found = {row["text"] for row in read_jsonl(seed / "intent_recognition" / f"{name}.jsonl")} if name == "test" else set[str]()
        found |= {parse_marks(row["text"], row["facts"]).text for row in read_jsonl(seed / "lesson_preparation" / f"{name}.jsonl")}
        found |= {text for group in read_jsonl(seed / "places" / f"{name}.jsonl") for text, *_ in valued(group)}
        found |= {row[which] for row in read_jsonl(seed / "twins" / f"{name}.jsonl") for which in ("known", "new")}
        return set(map(key, found))

    measuring = texts("test") | {key(row["text"]) for row in read_jsonl(seed / "messages" / "test.jsonl")}
    assert not measuring & texts("train")
