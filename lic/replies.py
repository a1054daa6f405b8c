"""How LIC words what it did: receipts, reasons and questions back."""

from collections.abc import Sequence
from datetime import datetime

from lic.language import key, lower_first, sentence, turned
from lic.types import Change, Entry, Lesson, Receipt

NOTHING_ABOUT_THAT = "I have nothing about that."
NOTHING_TO_TAKE = "I see that you want to teach me something, but I found no fact in it. Say it as a whole sentence, please."
TASKS_LATER = "I can't set up new tasks by talking yet. What I can learn now: facts, what you like and feel, and replies (“when I say …, answer …”)."
PICTURES_LATER = "I can't look at pictures yet. Tell me in words, please."
CONFIRM_UNDO = "Shall I undo the last change?"
FORGOTTEN_FOR_GOOD = "What is forgotten is gone for good. Shall I undo the change before it?"
ALL_RIGHT = "All right, I leave it."
WHEN_YOU_KNOW = "All right. Tell me when you know it."
NOTHING_ASKED = "All right."
THANKS = "Good to hear."
SORRY = "Sorry. Tell me what is right, and I'll correct it."
WITHOUT = "Without it: "
"""Stands between the notice that the language model failed and the answer."""
NOT_KNOWN = "I said that I don't know it: nobody has taught me that yet."
NOT_TAUGHT = "Nobody taught me that: it was small talk of mine, or a guess of my language model."


def clause(statement: str) -> str:
    """A statement turned to the person, to stand behind a colon and without its full stop."""
    return lower_first(turned(statement)).rstrip(".")


def learned(receipt: Receipt) -> str:
    """What a receipt of learning says: learned, updated or known, one sentence for each entry."""
    parts = [_changed(change) for change in receipt.changes if change.target == "mental_process"]
    rows = [change for change in receipt.changes if change.target == "dataset"]
    if not parts and rows:
        parts = [f"Learned, {len(rows)} example{'s' if len(rows) > 1 else ''} of {rows[0].where}."]
    parts += [f"I know that already: {clause(item.text)}." for item in receipt.known]
    return " ".join(parts)


def _changed(change: Change) -> str:
    if change.operation == "update":
        return f"Updated: {clause(change.after)} (until now: {_difference(clause(change.before), clause(change.after))})."
    return f"Learned: {clause(change.after)}."


def _difference(before: str, after: str) -> str:
    """What the old clause said where the new one differs; the whole of it where they share little."""
    old, new = before.split(), after.split()
    start = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if key(a) != key(b)), min(len(old), len(new)))
    end = 0
    while end < min(len(old), len(new)) - start and key(old[-1 - end]) == key(new[-1 - end]):
        end += 1
    shared = start + end
    if shared < 2 or shared * 2 < len(old):
        return before
    return " ".join(old[start : len(old) - end]) or before


def confirm(lessons: Sequence[Lesson]) -> str:
    """The question of the middle band, showing how the turn was understood."""
    return f"I take this as: {'; '.join(clause(lesson.statement) for lesson in lessons)}. Shall I remember it?"


def forgotten(receipt: Receipt, about: str) -> str:
    """What a receipt of forgetting says."""
    entries = sum(change.target == "mental_process" for change in receipt.changes)
    rows = sum(change.target == "dataset" for change in receipt.changes)
    parts = [_counted(entries, "entry", "entries"), _counted(rows, "dataset row", "dataset rows"), "the index"]
    return f"Forgotten: {about} ({', '.join(part for part in parts if part)})."


def confirm_forgetting(entries: Sequence[Entry]) -> str:
    """The question before something is removed for good, where it is not sure what was meant."""
    return "Shall I forget this? " + " ".join(sentence(turned(entry.text)) for entry in entries)


def undone(receipt: Receipt) -> str:
    """What a receipt of undoing says."""
    back = [change for change in receipt.changes if change.target == "mental_process"]
    restored = [change for change in back if change.operation == "restore"]
    taken = [change for change in back if change.operation == "retire"]
    if restored:
        return "Undone: " + "; ".join(f"{clause(change.after)} again" for change in restored) + "."
    if taken:
        return "Undone: " + "; ".join(clause(change.before) for change in taken) + "."
    return "Undone."


def reason(said_at: datetime, text: str, now: datetime, by: str | None) -> str:
    """Who said what an answer stands on, and when."""
    day = f"{said_at.day} {said_at:%B}" + (f" {said_at.year}" if said_at.year != now.year else "")
    return f"{by or 'You'} told me on {day} at {said_at:%H:%M}: “{text}”."


def _counted(n: int, one: str, many: str) -> str:
    return "" if n == 0 else f"{n} {one if n == 1 else many}"
