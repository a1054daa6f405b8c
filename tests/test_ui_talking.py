"""Many browsers at once: one turn at a time in a conversation, stoppable, and models that load beside."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lic.errors import ModelUnavailable, TurnTooLong
from lic.factory import Lic
from lic.settings import Settings
from lic.types import Reply
from lic.ui.people import Seat
from lic.ui.talking import Asked, Talking, WakingUp
from lic.ui.waking import Waking

SEAT = Seat("ana", "main")


@pytest.fixture
def waking(lic: Lic) -> Waking:
    """A LIC on loaded models that were not yet asked for."""
    return Waking(lic.settings, lambda settings: lic)


@pytest.fixture
def talking(waking: Waking) -> Talking:
    waking.awake()
    return Talking(waking)


def said(talking: Talking, asked: Asked, seat: Seat = SEAT) -> Reply:
    pieces = list(talking.stream(seat, asked))
    assert isinstance(pieces[-1], Reply)
    return pieces[-1]


def test_the_first_message_is_told_that_the_models_wake_and_then_answered(waking: Waking) -> None:
    pieces = list(Talking(waking).stream(SEAT, Asked("t1", "My dog is called Rex")))
    assert isinstance(pieces[0], WakingUp)
    assert pieces[1] == "Learned: your dog is called Rex."
    assert not any(isinstance(piece, WakingUp) for piece in Talking(waking).stream(SEAT, Asked("t2", "hello")))


def test_the_same_message_sent_many_times_at_once_is_learned_once(talking: Talking) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: said(talking, Asked("t1", "My dog is called Rex")), range(8)))
    assert {reply.text for reply in replies} == {"Learned: your dog is called Rex."}
    assert len(talking.history(SEAT)) == 1
    assert len({reply.receipt for reply in replies}) == 1


def test_the_conversation_is_free_when_its_reply_is_seen(talking: Talking) -> None:
    for piece in talking.stream(SEAT, Asked("t1", "My dog is called Rex")):
        assert talking.busy(SEAT) == (not isinstance(piece, Reply))


def test_a_reader_who_leaves_in_the_middle_leaves_a_kept_turn_and_a_free_conversation(talking: Talking) -> None:
    said(talking, Asked("t1", "My dog is called Rex"))
    pieces = talking.stream(SEAT, Asked("t2", "What's my dog's name?"))
    first = next(pieces)
    pieces.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert isinstance(first, str)
    assert not talking.busy(SEAT)
    assert [item.turn.id for item in talking.history(SEAT)] == ["t1", "t2"]
    assert talking.history(SEAT)[1].reply.text == first.strip()


def test_a_stopped_reply_ends_early_and_keeps_what_was_said(talking: Talking) -> None:
    said(talking, Asked("t1", "My dog is called Rex"))
    pieces: list[object] = []
    for piece in talking.stream(SEAT, Asked("t2", "What's my dog's name?")):
        pieces.append(piece)
        talking.stop(SEAT)
    reply = pieces[-1]
    assert isinstance(reply, Reply)
    assert reply.text == "Your"
    assert talking.history(SEAT)[1].reply.text == "Your"


def test_stopping_where_nothing_is_on_its_way_does_nothing(talking: Talking) -> None:
    talking.stop(SEAT)
    assert said(talking, Asked("t1", "My dog is called Rex")).text == "Learned: your dog is called Rex."


def test_a_message_that_cannot_be_taken_changes_nothing_and_frees_the_conversation(talking: Talking) -> None:
    with pytest.raises(TurnTooLong):
        said(talking, Asked("t1", "x" * 20_001))
    assert not talking.busy(SEAT)
    assert talking.history(SEAT) == []


def test_other_conversations_do_not_wait(talking: Talking) -> None:
    held = talking.stream(SEAT, Asked("t1", "My dog is called Rex"))
    next(held)
    assert said(talking, Asked("t2", "My cat is called Tom"), Seat("ana", "other")).text == "Learned: your cat is called Tom."
    assert talking.busy(SEAT)
    list(held)


def test_taking_a_turn_back_waits_for_the_reply_that_is_on_its_way(talking: Talking) -> None:
    pieces = talking.stream(SEAT, Asked("t1", "My dog is called Rex"))
    next(pieces)
    taken = threading.Thread(target=talking.take_back, args=(SEAT, "t1"))
    taken.start()
    taken.join(0.2)
    assert taken.is_alive()
    list(pieces)
    taken.join(20)
    assert talking.history(SEAT) == []


def test_models_that_cannot_be_loaded_are_told_each_time_and_the_history_is_still_there(lic: Lic, talk: Callable[..., object], tmp_path: Path) -> None:
    broken = lic.with_home(lic.settings.home)
    broken.settings = Settings(home=lic.settings.home, autopilot=str(tmp_path / "no" / "such" / "model"))
    talking = Talking(Waking(broken.settings, lambda settings: broken))
    for _ in range(2):
        with pytest.raises(ModelUnavailable):
            said(talking, Asked("t1", "My dog is called Rex"))
        assert not talking.busy(SEAT)
        assert talking.history(SEAT) == []
    broken.close()


def test_waking_up_happens_once_however_many_ask_for_it(lic: Lic) -> None:
    opened: list[Settings] = []

    def opens(settings: Settings) -> Lic:
        opened.append(settings)
        return lic

    waking = Waking(lic.settings, opens)
    with ThreadPoolExecutor(6) as pool:
        assert len({id(found) for found in pool.map(lambda _: waking.awake(), range(6))}) == 1
    assert len(opened) == 1
    assert waking.ready
