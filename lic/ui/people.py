"""Whose memory a request is for."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lic.factory import LOCAL_OWNER
from lic.language import VISITOR
from lic.settings import Settings

_VISITOR = re.compile(r"[0-9a-f]{32}")
LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Seat:
    """A person in a conversation."""

    owner: str
    conversation: str


def new_id() -> str:
    """An id that nobody can guess: of a turn, a conversation, or an anonymous visitor."""
    return uuid.uuid4().hex


def seat_of(settings: Settings, username: str | None, session: str | None, kept: object) -> Seat:
    """The seat that a request speaks from.

    `kept` is what the browser keeps between visits: the visitor's secret id and the conversation that was open. Neither can open
    another person's memory: signed-in people are told apart by the server, and a visitor's id is as hard to guess as a password.
    """
    browser: Mapping[str, Any] = kept if isinstance(kept, dict) else {}  # pyright: ignore[reportUnknownVariableType]
    conversation = browser.get("conversation")
    return Seat(
        owner_of(settings, username, session, browser.get("visitor")),
        conversation if isinstance(conversation, str) and 0 < len(conversation) <= LONGEST_ID else "main",
    )


def owner_of(settings: Settings, username: str | None, session: str | None, visitor: object) -> str:
    """The person's name in the database: who signed in, else an anonymous visitor of an open page, else the one local person."""
    if settings.auth:
        if username not in settings.auth:
            raise PermissionError("Nobody is signed in.")
        return username
    if settings.open_to_all:
        return f"{VISITOR}{visitor if isinstance(visitor, str) and _VISITOR.fullmatch(visitor) else session or new_id()}"
    return LOCAL_OWNER
