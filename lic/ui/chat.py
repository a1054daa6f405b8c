"""From turns and replies to the messages that the chatbot draws; pure functions, no page and no database."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lic.language import FORGOTTEN
from lic.transcript import Said
from lic.types import Change, Intent, Reply

Shown = dict[str, Any]
"""A message as `gr.Chatbot` takes it and gives it back."""

LABELS: Mapping[str, str] = {
    "undo": "Undo",
    "redo": "Redo",
    "replace": "Replace it",
    "keep_both": "Keep both",
    "for_a_time": "Only for a time",
    "keep_new": "Keep the new one",
    "keep_old": "Back to the old one",
    "correct": "Correct",
    "not_teaching": "I wasn't teaching",
    "why": "Why?",
    "forget": "Forget",
    "yes": "Yes",
    "no": "No",
    "forget_for_good": "Yes, forget it",
    "keep": "Keep it",
}
"""The buttons that there are, by the names in `Reply.options` and two of the page's own."""

_OPENS_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_OPENS_REFERENCE = re.compile(r"&(?=[#A-Za-z])")
_JOINER = "\u2060"
_JOINED = re.compile(f"(?<=[<&]){_JOINER}")
_OPERATIONS = {"add": "added to", "update": "updated in", "retire": "taken back from", "restore": "restored in", "forget": "forgotten in"}


def shown(text: str) -> str:
    """A text that HTML reads as nothing but text, and that looks the same.

    An invisible joiner stands behind every `<` and `&` that would begin a tag or a character reference (HTML standard,
    13.2.5.6 and 13.2.5.72), so that copying and editing still show the person's own characters.
    """
    return _OPENS_REFERENCE.sub(f"&{_JOINER}", _OPENS_TAG.sub(f"<{_JOINER}", text))


def unshown(text: str) -> str:
    """The text that was shown."""
    return _JOINED.sub("", text)


def person_says(turn: str, text: str) -> Shown:
    """A person's message; the turn's id travels with it to the browser and back."""
    return _message("user", turn, text)


def lic_says(turn: str, text: str, options: Sequence[str] = ()) -> Shown:
    """A message of LIC without a fold, with the buttons that apply."""
    return {**_message("assistant", turn, text), "options": [{"value": f"{name} {turn}", "label": LABELS[name]} for name in options]}


def messages_of(said: Iterable[Said]) -> list[Shown]:
    """A conversation, the oldest turn first."""
    return [message for item in said for message in (person_says(item.turn.id, item.turn.text), *reply_messages(item.reply, item.status))]


def reply_messages(reply: Reply, status: str = "said") -> list[Shown]:
    """A reply and, where it was not forgotten, the fold below it; the last of them carries the buttons."""
    if status == "forgotten" or reply.text == FORGOTTEN:
        return [lic_says(reply.turn, reply.text)]
    options = [name for name in reply.options if name in LABELS]
    fold = lic_says(reply.turn, details(reply), options)
    fold["metadata"] = {"id": reply.turn, "title": shown(summary(reply)), "status": "done"}
    return [lic_says(reply.turn, reply.text), fold]


def turn_at(history: Sequence[Mapping[str, Any]], index: int | Sequence[int]) -> str | None:
    """The id of the turn that a message of the history belongs to; None where it belongs to none."""
    at = index if isinstance(index, int) else index[0]
    if not 0 <= at < len(history):
        return None
    metadata = history[at].get("metadata") or {}
    found = metadata.get("id")
    return found if isinstance(found, str) and found else None


def option_of(value: object) -> tuple[str, str] | None:
    """Name and turn of a pressed button; None for what is no button of ours."""
    name, _, turn = str(value).partition(" ")
    return (name, turn) if name in LABELS and turn else None


def summary(reply: Reply) -> str:
    """The fold's line: the act, how sure, and what came of it."""
    return f"{_sure(reply.intent)} · {_outcome(reply)}"


def details(reply: Reply) -> str:
    """The fold's content: what was recognized, taken and changed, and the steps that led there, a line each."""
    lines = [f"Recognized: {_sure(reply.intent)}; you are teaching: {_percent(reply.intent.teaching_probability)}"]
    lines += [f"Taken: “{item.text}” ({_percent(item.score)})" for item in reply.evidence]
    lines += [_changed(change) for change in reply.changes]
    lines += [f"Step: {step}" for step in reply.trace]
    if reply.seconds:
        lines.append(f"Time: {reply.seconds.get('total', 0.0):.2f} s")
    return "\n".join(lines)


def title_of(text: str, longest: int = 42) -> str:
    """A conversation's name in the list: its first words."""
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _message(role: str, turn: str, text: str) -> Shown:
    return {"role": role, "content": [{"type": "text", "text": shown(text)}], "metadata": {"id": turn}}


def _sure(intent: Intent) -> str:
    return f"{intent.act} {_percent(intent.probability)}"


def _outcome(reply: Reply) -> str:
    entries = sum(change.target == "mental_process" for change in reply.changes)
    rows = len(reply.changes) - entries
    if reply.changes:
        done = "learned" if reply.receipt else "changed"
        return f"{done} {_counted(entries, 'entry', 'entries')}{' and ' if entries and rows else ''}{_counted(rows, 'row', 'rows')}"
    if reply.evidence:
        return f"took {_counted(len(reply.evidence), 'entry', 'entries')}"
    if reply.asks == "confirm":
        return "asked before writing"
    return "asked to be taught" if reply.abstained else "nothing taken, nothing changed"


def _changed(change: Change) -> str:
    what = "Mental Process" if change.target == "mental_process" else "Dataset"
    where = f" {change.where}" if change.where else ""
    said = change.after if change.after is not None else change.before
    if isinstance(said, Mapping):
        said = " · ".join(f"{name}: {value}" for name, value in said.items())  # pyright: ignore[reportUnknownVariableType]
    return f"{what}: {_OPERATIONS[change.operation]}{where}" + (f" “{said}”" if said else "")


def _percent(probability: float) -> str:
    return f"{probability:.0%}"


def _counted(n: int, one: str, many: str) -> str:
    return "" if n == 0 else f"{n} {one if n == 1 else many}"
