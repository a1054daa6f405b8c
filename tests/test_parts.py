"""Long texts are read in parts that the encoder sees whole."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from lic.factory import Lic
from lic.lessons.parts import MOST_PIECES, within_reach
from tests.conftest import Talk


class Words:
    """A tokenizer to whom every three characters of a word are a piece."""

    fingerprint = "words"
    dimension = 1
    state_size = 1

    def tokenize(self, text: str) -> tuple[int, ...]:
        """One number for three characters."""
        return tuple(i for word in text.split() for i in range(-(-len(word) // 3)))


WORD = st.text("abcde.!?…,", min_size=1, max_size=12)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(WORD, max_size=400).map(" ".join))
def test_every_word_is_in_one_part_and_no_part_is_too_long(text: str) -> None:
    encoder = Words()
    parts = within_reach(encoder, text)  # type: ignore[arg-type]
    assert " ".join(parts).split() == text.split()
    assert all(len(encoder.tokenize(part)) <= MOST_PIECES for part in parts)


def test_a_fact_at_the_end_of_a_long_message_is_learned(lic: Lic, talk: Callable[..., Talk]) -> None:
    towns = ("Oslo", "Riga", "Turin", "Lagos", "Quito", "Hanoi", "Perth", "Delhi", "Cairo", "Malmö")
    which = ("oldest", "youngest", "tallest", "former", "new", "Irish", "deaf", "favourite", "second", "other")
    told = [f"My {one} {kin} lives in {town}." for one, town in zip(which, towns, strict=True) for kin in ("cousin", "neighbour", "colleague", "teammate")]
    message = " ".join([*told, "My dentist lives in Tartu."])
    assert len(lic.parts.encoder.tokenize(message)) == 256, "the encoder sees only the beginning"
    ana = talk()
    assert "your dentist lives in Tartu" in ana.say(message).text
    ana.say("yes")  # so long a list is asked about first
    assert "My dentist lives in Tartu." in {entry.text for entry in lic.mental_process("ana").entries()}
