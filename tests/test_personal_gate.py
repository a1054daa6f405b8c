"""The gate learns from a person who says what was and what was not teaching, for that person alone and without harm."""

from collections.abc import Callable

from lic.factory import Lic
from lic.intent.personal import HARM, PersonalGates
from lic.jsonl import read_jsonl
from tests.conftest import Talk

SAID = "I had noodles for lunch"
LIKE = "I had soup for dinner"


def probability(lic: Lic, rows: list[dict[str, str | None]], text: str) -> float:
    parts = lic.parts
    [encoding] = parts.encoder.encode([text])
    [reading] = parts.reader.read([encoding], [None])
    return parts.gates.of("x", rows).recognizer.recognize(encoding, reading, None).teaching_probability


def test_a_correction_changes_the_next_like_sentence(models: Lic) -> None:
    rows: list[dict[str, str | None]] = [{"text": SAID, "previous": None, "act": "chat"}]
    assert probability(models, [], SAID) > 0.5
    assert probability(models, rows, SAID) < 0.5
    assert probability(models, rows, LIKE) < probability(models, [], LIKE) - 0.1


def test_a_refit_does_no_harm_to_the_test_lines(models: Lic) -> None:
    gates = models.parts.gates
    found = gates.of("y", [{"text": SAID, "previous": None, "act": "chat"}])
    assert not found.refused
    assert gates.harm(found) <= HARM


def test_rows_that_would_make_the_gate_worse_are_refused(models: Lic) -> None:
    gates = models.parts.gates
    lines = [row for row in read_jsonl(models.settings.seed / "intent_recognition" / "test.jsonl") if row["act"] in ("fact", "experience")]
    found = gates.of("vandal", [{**row, "act": "chat"} for row in lines if row["previous"] is None][:40])
    assert len(found.refused) > 20
    assert gates.harm(found) <= HARM


def test_one_persons_corrections_are_nobody_elses(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana, ben = talk("ana"), talk("ben")
    assert ana.say(SAID).changes
    assert "not teaching" in ana.say("I wasn't teaching you anything").text
    assert not ana.say(SAID).changes
    assert ben.say(SAID).changes


def test_everybody_without_corrections_shares_one_gate(models: Lic) -> None:
    gates: PersonalGates = models.parts.gates
    assert gates.of("nobody", []).recognizer is models.parts.recognizer
