"""The context features of the gate: what LIC said last and how the turn looks, as numbers."""

import re

import numpy as np

from lic.language import words
from lic.types import Vector

KINDS = ("none", "teach", "remember", "forget", "learned", "done", "reason", "class", "asks", "says")
"""What LIC's previous reply was: nothing, a question to be taught, a confirmation question, a receipt, a classification, …"""

_LENGTHS = (1, 3, 6, 15)
_CLASSIFIED = re.compile(r"\(\d+ ?%\)")
_FIRST = frozenset(["i", "my", "we", "our", "me", "mine", "us", "i'm", "im", "i've", "ive"])


def kind_of(previous: str | None) -> str:
    """The kind of LIC's previous reply, told by LIC's own wordings."""
    if not previous:
        return "none"
    low = previous.lower()
    if low.startswith("i don't know that yet"):
        return "teach"
    if "shall i forget" in low or "shall i undo" in low:
        return "forget"
    if "shall i remember" in low or "shall i keep it" in low:
        return "remember"
    if low.startswith(("learned", "updated", "i know that already")):
        return "learned"
    if low.startswith(("forgotten", "undone")):
        return "done"
    if low.startswith("you told me"):
        return "reason"
    if _CLASSIFIED.search(low):
        return "class"
    return "asks" if low.rstrip().endswith("?") else "says"


def context_features(text: str, previous: str | None) -> Vector:
    """Kind of the previous reply, crossed with the length and the looks of the turn."""
    kind = np.zeros(len(KINDS), np.float32)
    kind[KINDS.index(kind_of(previous))] = 1
    found = words(text)
    length = np.zeros(len(_LENGTHS) + 1, np.float32)
    length[sum(len(found) > bound for bound in _LENGTHS)] = 1
    before = set(words(previous or ""))
    looks = np.array(
        [
            text.rstrip().endswith("?"),
            any(word in _FIRST for word in found),
            len(set(found) & before) / max(1, len(set(found))),
            bool(before & {"your", "you"}),
            any(mark in text for mark in '"“”'),
            any(map(str.isdigit, text)),
            text.isupper(),
        ],
        np.float32,
    )
    return np.concatenate((kind, np.outer(kind, length).ravel(), np.outer(kind, looks).ravel(), looks, [len(found) / 20]), dtype=np.float32)
