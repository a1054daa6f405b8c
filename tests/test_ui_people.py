"""Whose memory the page opens."""

import uuid

import pytest

from lic.factory import LOCAL_OWNER
from lic.settings import Settings
from lic.ui.people import Seat, seat_of

VISITOR = uuid.UUID(int=7).hex


def test_alone_on_the_own_machine_everybody_is_the_local_person() -> None:
    kept = {"visitor": VISITOR, "conversation": "c1"}
    assert seat_of(Settings(), None, "session", kept) == Seat(LOCAL_OWNER, "c1")


def test_who_signed_in_has_the_own_memory_whatever_the_browser_says() -> None:
    settings = Settings(auth={"ana": "secret"}, open_to_all=True)
    assert seat_of(settings, "ana", "session", {"visitor": VISITOR, "owner": "ben"}).owner == "ana"


@pytest.mark.parametrize("username", [None, "", "ben"])
def test_who_did_not_sign_in_has_none(username: str | None) -> None:
    with pytest.raises(PermissionError):
        seat_of(Settings(auth={"ana": "secret"}), username, "session", {})


def test_a_visitor_of_an_open_page_keeps_the_memory_of_the_own_browser() -> None:
    settings = Settings(open_to_all=True)
    assert seat_of(settings, None, "one", {"visitor": VISITOR}) == seat_of(settings, None, "two", {"visitor": VISITOR})
    assert seat_of(settings, None, "one", {"visitor": VISITOR}).owner != LOCAL_OWNER


@pytest.mark.parametrize("visitor", [None, "", "local", "../local", VISITOR[:-1], VISITOR.upper().replace("0", "G"), 7, ["ana"]])
def test_a_visitor_cannot_name_another_memory(visitor: object) -> None:
    assert seat_of(Settings(open_to_all=True), None, "session", {"visitor": visitor}).owner == "visitor-session"


@pytest.mark.parametrize("kept", [None, "", 7, [], {"conversation": None}, {"conversation": ""}, {"conversation": "x" * 201}, {"conversation": ["c1"]}])
def test_a_browser_that_keeps_nonsense_gets_the_main_conversation(kept: object) -> None:
    assert seat_of(Settings(), None, "session", kept).conversation == "main"
