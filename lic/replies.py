"""How LIC words what it did: receipts, reasons and questions back."""

from collections.abc import Sequence
from datetime import datetime

from lic.language import FORGOTTEN, key, lower_first, named, sentence, turned, upper_first
from lic.types import Change, Entry, Exported, Gone, Lesson, Receipt

NOTHING_ABOUT_THAT = "I have nothing about that."
NOTHING_TO_TAKE = "I see that you want to teach me something, but I found no fact in it. Say it as a whole sentence, please."
TASKS_LATER = "I can't set up new tasks by talking yet. What I can learn now: facts, what you like and feel, and replies (“when I say …, answer …”)."
PICTURES_LATER = "I can't look at pictures yet. Tell me in words, please."
FORGET_IT = "Shall I forget it?"
ENGLISH_ONLY = "I understand only English so far, so I learned nothing from this. Tell me in English, please."
CONFIRM_UNDO = "Shall I undo the last change?"
FORGOTTEN_FOR_GOOD = "What is forgotten is gone for good. Shall I undo the change before it?"
ALL_RIGHT = "All right, I leave it."
KEPT_BOTH = "All right, I keep both."
UNTIL_WHEN = "Until when?"
SECRET_REMOVED = "All right, I don't keep it, and I have removed what you wrote."
STAYS_WITH_OTHERS = "What you corrected in what others shared stays there, without your name."
WHEN_YOU_KNOW = "All right. Tell me when you know it."
NOTHING_ASKED = "All right."
THANKS = "Good to hear."
SORRY = "Sorry. Tell me what is right, and I'll correct it."
WITHOUT = "Without it: "
"""Stands between the notice that the language model failed and the answer."""
_NUMBERS = {3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"}
MOST_EXPORTS = 5
"""So many exports are named in a receipt."""
NOT_LEARNED_FROM = "kept as an example, but not learned from it: I would get worse at recognizing other turns"
NOT_KNOWN = "I said that I don't know it: nobody has taught me that yet."
NOT_TAUGHT = "Nobody taught me that: it was small talk of mine, or a guess of my language model."


def clause(statement: str) -> str:
    """A statement turned to the person, to stand behind a colon and without its full stop."""
    return lower_first(turned(statement)).rstrip(".")


def learned(receipt: Receipt) -> str:
    """What a receipt of learning says: what is new in one sentence, what was updated in one each, what was known where nothing else happened."""
    changed = [change for change in receipt.changes if change.target == "mental_process"]
    new = [clause(change.after) for change in changed if change.operation != "update"]
    parts = [f"Learned: {'; '.join(new)}."] if new else []
    of_others = {entry.id: entry for entry in receipt.shared}
    parts += [
        _updated_for_all(change, of_others[change.id], receipt) if change.id in of_others else _updated(change)
        for change in changed
        if change.operation == "update"
    ]
    rows = [change for change in receipt.changes if change.target == "dataset"]
    if not parts and rows:
        parts = [f"Learned, {len(rows)} example{'s' if len(rows) > 1 else ''} of {rows[0].where}."]
    if not parts and receipt.known:
        parts = [f"I know that already: {'; '.join(clause(item.text) for item in receipt.known)}."]
    parts += [f"For the others it stays as {named(entry.speaker)} said: {clause(entry.text)}." for entry in receipt.otherwise]
    return " ".join(parts)


def _updated(change: Change) -> str:
    return f"Updated: {clause(change.after)} (until now: {_difference(clause(change.before), clause(change.after))})."


def _updated_for_all(change: Change, old: Entry, receipt: Receipt) -> str:
    """What was shared and is updated, with who had said otherwise."""
    before = _difference(clause(change.before), clause(change.after))
    whose = "" if old.speaker == receipt.person else f" {named(old.speaker)} said"
    told = f" I'll tell {named(old.speaker)}; until one of you settles it, the new one holds." if whose and receipt.conflict else ""
    return f"Updated{' for everybody' if old.shared else ''}: {clause(change.after)} (until now{whose}: {before}).{told}"


def who(person: str) -> str:
    """A person at the start of a sentence; names stay as they are written."""
    return named(person) if named(person) == person else upper_first(named(person))


def otherwise(entry: Entry) -> str:
    """That another one shared something that says otherwise than the person."""
    return f"{who(entry.speaker)} says otherwise: {clause(entry.text)}."


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


def not_teaching(taken_back: bool, refused: bool) -> str:
    """What LIC says to "I was not teaching"; `refused` where learning that would make the gate worse on other turns."""
    noted = "noted that this was not teaching" if not refused else NOT_LEARNED_FROM
    return f"Taken back, and {noted}." if taken_back else f"{noted[:1].upper()}{noted[1:]}."


def confirm_secret(kind: str, lessons: Sequence[Lesson]) -> str:
    """The question before something is kept that looks like a secret."""
    return f"This looks like {kind}, and what I keep is not encrypted: {'; '.join(clause(lesson.statement) for lesson in lessons)}. Shall I keep it?"


def redone(receipt: Receipt) -> str:
    """What a receipt of redoing says."""
    back = [change for change in receipt.changes if change.target == "mental_process" and change.operation == "restore"]
    return "Done again: " + "; ".join(clause(change.after) for change in back) + "." if back else "Done again."


def which_place(old: Entry, now: datetime, person: str) -> str:
    """The question that follows learning where it is not sure whether an older value still holds."""
    by = "" if old.speaker == person else f" by {named(old.speaker)}, for everybody,"
    return f"I also know: {clause(old.text)} (said{by} on {day(old.said_at, now)}). Replace it, keep both, or was the new one only for a time?"


def which_of_both(first: str, second: str) -> str:
    """The question that follows a message that gives one thing two values."""
    return f"I keep both for now: {clause(first)}, and {clause(second)}. Keep both, or replace the first one?"


def stays(text: str) -> str:
    """That what was known before is kept alone."""
    return f"All right: {clause(text)}."


def for_a_time(new: str, until: datetime, old: str, now: datetime) -> str:
    """That a new value holds until a day, and the older one from then on."""
    return f"All right: until {day(until, now)} {clause(new)}; after that {clause(old)} again."


def confirm_everything(entries: int, turns: int, elsewhere: int) -> str:
    """The question before everything that is known of a person is removed, but what stands `elsewhere`, in what others share."""
    told = f"{_counted(entries, 'entry', 'entries') or 'nothing learned'} and {_counted(turns, 'turn', 'turns') or 'no turns'} of our conversations"
    stays = f" {STAYS_WITH_OTHERS}" if elsewhere else ""
    return f"Shall I forget everything about you: {told}?{stays} There is no way back."


def whom(question: str) -> str:
    """The question back where a turn speaks of somebody whom nobody named."""
    return f"I don't know whom you mean. {question}"


def secret_not_taken(kind: str) -> str:
    """What is said of a secret where nobody can be asked."""
    return f"This looks like {kind}: I keep it only when you say it in the chat and confirm."


def understood(n: int) -> str:
    """What LIC adds where a long message said more than it could take."""
    return f"I understood {n} {'fact' if n == 1 else 'facts'} of this; what is missing, tell me in short sentences, please."


def forgotten(receipt: Receipt, about: str) -> str:
    """What a receipt of forgetting says: what is gone, counted, what holds again, and which exports hold it still."""
    again = [sentence(f"{turned(change.after).rstrip('.!')} again") for change in receipt.changes if _holds_again(change)]
    told = (f"Forgotten: {about} ({', '.join((*_counts(receipt.gone or Gone()), 'the index'))}).", *again, *_exported(receipt.exports))
    return " ".join(told)


def _exported(exports: Sequence[Exported]) -> list[str]:
    if not exports:
        return []
    named = [_place(export) for export in exports[:MOST_EXPORTS]] + ([f"and {len(exports) - MOST_EXPORTS:,} more"] if len(exports) > MOST_EXPORTS else [])
    return [f"It was also exported, where I can't reach it: {', '.join(named)}."]


def _place(export: Exported) -> str:
    at = export.made_at.astimezone()
    place = "a folder whose name tells it" if export.place == FORGOTTEN else export.place
    return f"{place} ({'downloaded' if export.downloaded else 'made'} on {at.day} {at:%B %Y})"


def _counts(gone: Gone) -> list[str]:
    counts = (
        _counted(gone.entries, "entry", "entries"),
        _counted(gone.wordings, "wording", "wordings"),
        _counted(gone.rows, "dataset row", "dataset rows"),
        _counted(gone.messages, "message", "messages"),
        _counted(gone.lines, "line", "lines"),
    )
    return list(filter(None, counts))


def _holds_again(change: Change) -> bool:
    return change.operation == "restore" and change.target == "mental_process"


def not_forgotten(entry: Entry) -> str:
    """That something is another person's to forget."""
    return f"“{sentence(entry.text)}” was shared by {named(entry.owner)}: only they can forget it."


def confirm_forgetting(texts: Sequence[str], more: int = 0) -> str:
    """The question before statements are removed for good."""
    return " ".join(("Shall I forget this?", *(sentence(turned(text)) for text in texts), *_more(more)))


def confirm_forgetting_said(about: str, gone: Gone, said: Sequence[tuple[str, str]], more: int) -> str:
    """The question before all that was said in a time or a document is removed for good: the statements, each with the one that would hold again."""
    lines = [upper_first(f"{clause(text)} (then again: {clause(again)}).") if again else sentence(turned(text)) for text, again in said]
    return " ".join((f"Shall I forget {about} ({', '.join(_counts(gone))})?", *lines, *_more(more)))


def _more(more: int) -> list[str]:
    return [f"And {more:,} more."] if more else []


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


def built_upon(later: Sequence[str], n: int) -> str:
    """The question whether a change is to be undone with those that were built on it, n in all."""
    told = f"After that came: {'; '.join(map(clause, later))}." if later else "After that it was changed again."
    return f"{told} Shall I undo {'both' if n == 2 else f'all {_NUMBERS.get(n, str(n))}'}?"


def known_of(named: str, n: int) -> str:
    """The opening of all that is known of somebody."""
    return f"I know nothing about {named} yet." if n == 0 else f"About {named} I know {_counted(n, 'thing', 'things')}:"


def learned_in(n: int) -> str:
    """The opening of what was taught in a time."""
    return "I learned nothing then." if n == 0 else f"I learned {_counted(n, 'thing', 'things')}:"


def listed(opening: str, texts: Sequence[str], more: int) -> str:
    """Statements one below the other, turned to the person."""
    lines = [f"- {sentence(turned(text))}" for text in texts] + ([f"- … and {more} more."] if more else [])
    return "\n".join((opening, *lines)) if texts else opening


def formerly(held: Sequence[tuple[str, datetime | None]], now: datetime) -> str:
    """What held before, each with the day on which it ended."""
    return " ".join(f"Until {day(ends, now)}: {clause(text)}." if ends is not None and ends <= now else sentence(turned(text)) for text, ends in held)


def only_known(text: str, since: datetime, now: datetime) -> str:
    """That nothing else is known to have held before."""
    return f"I know nothing from before. What I know, since {day(since, now)}: {clause(text)}."


def day(at: datetime, now: datetime) -> str:
    """A day in words, with its year where that is another one."""
    return f"{at.day} {at:%B}" + (f" {at.year}" if at.year != now.year else "")


def reason(said_at: datetime, text: str, now: datetime, by: str | None) -> str:
    """Who said what an answer stands on, and when; `by` is None where it was the person."""
    return f"{'You' if by is None else who(by)} told me on {day(said_at, now)} at {said_at:%H:%M}: “{text.removesuffix('.') if by else text}”."


def _counted(n: int, one: str, many: str) -> str:
    return "" if n == 0 else f"{n} {one if n == 1 else many}"
