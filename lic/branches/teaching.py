"""The teaching branch: lessons are learned, or asked about first, and a confirmation finishes what was asked."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lic import replies
from lic.branches.desk import Desk, Situation, settling
from lic.branches.self_corrections import self_corrected
from lic.data_management.commits import Prepared
from lic.data_management.gate_rows import GATE
from lic.intent.wishes import FORGETS, WISHES
from lic.language import relation_tells
from lic.lessons.secrets import secret_in
from lic.transcript import Said, Transcript
from lic.types import TEACHING_ACTS, Act, Context, Encoding, Entry, Evidence, Intent, Lesson, Receipt, Reply, Slots, Turn

SURELY_TEACHES = 0.7
"""Below this probability of its act a turn in which nothing was found is answered instead."""
SURELY_ANSWERS = 0.9
"""An answer that makes no sentence with its question is taken at once from this probability on; below, LIC asks."""
LONG = 5
"""From so many sentences or lines on LIC says how many facts it took, where some gave none."""
_SENTENCES = re.compile(r"\w[^.!?;\n]*")


class Teaching:
    """What happens to a turn in which the person teaches."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def teach(self, situation: Situation) -> Reply | None:
        """The reply of a teaching turn; None where it is a question after all, which states nothing."""
        if situation.pending.get("kind") == "remember" and situation.intent.act == "correction":
            return self._confirmed_otherwise(situation)
        lessons = self._desk.lessons(situation.turn, situation.intent, situation.encoding, situation.reading, situation.context)
        if not lessons:
            unsure = situation.turn.text.endswith("?") or situation.intent.probability < SURELY_TEACHES
            return None if unsure else self._desk.kept(situation, replies.NOTHING_TO_TAKE)
        if kind := secret_in(situation.turn.text):
            return self._asked(situation, situation.intent, replies.confirm_secret(kind, lessons), secret=True)
        if lessons[0].unclear:
            return self._asked_whom(situation, lessons[0].unclear, situation.turn, situation.intent.act)
        if "? " in lessons[0].statement and situation.intent.probability < SURELY_ANSWERS:
            return self._asked(situation, situation.intent, replies.confirm(lessons), secret=False)
        return self.learned(situation, situation.turn, self._desk.parts.manager.encode(lessons, situation.encoding))

    def ask_whether(self, situation: Situation) -> Reply | None:
        intent = situation.intent if situation.intent.act in TEACHING_ACTS else replace(situation.intent, act=_likely_teaching_act(situation.context))
        lessons = self._desk.lessons(situation.turn, intent, situation.encoding, situation.reading, situation.context)
        if not lessons:
            return None
        kind = secret_in(situation.turn.text)
        if lessons[0].unclear and not kind:
            return self._asked_whom(situation, lessons[0].unclear, situation.turn, intent.act)
        return self._asked(situation, intent, replies.confirm_secret(kind, lessons) if kind else replies.confirm(lessons), secret=bool(kind))

    def _asked(self, situation: Situation, intent: Intent, text: str, secret: bool) -> Reply:
        """Ask before anything is learned of a turn; the answer then finds the turn again."""
        context = situation.context
        asked = [context.asked.subject, context.asked.relation, ""]
        pending = {"asks": "confirm", "kind": "remember", "turn": situation.turn.id, "act": intent.act, "question": context.question, "asked": asked}
        return self._desk.kept(situation, text, pending | ({"secret": True} if secret else {}), asks="confirm", options=("yes", "no"))

    def _asked_whom(self, situation: Situation, question: str, source: Turn, act: Act) -> Reply:
        pending = {"asks": "teach", "kind": "whom", "question": question, "turn": source.id, "act": act}
        return self._desk.kept(situation, replies.whom(question), pending, asks="teach")

    def told_whom(self, situation: Situation) -> Reply | None:
        """Learn a turn that spoke of somebody, now that the person says whom it means; None where this turn says something else."""
        told = self._desk.lessons(situation.turn, situation.intent, situation.encoding, situation.reading, situation.context)
        who = _named_in(told[0], situation.context.question) if told else ""
        source, lessons, encoding = self._asked_lessons(situation, Slots(who)) if who else (None, [], situation.encoding)
        if source is None or not lessons:
            return None
        beside = [lesson for lesson in told if not lesson.unclear and lesson.question != situation.context.question]
        manager = self._desk.parts.manager
        return self.learned(situation, source, [*manager.encode(lessons, encoding), *(manager.encode(beside, situation.encoding) if beside else [])])

    def declined(self, situation: Situation) -> Reply:
        """Learn nothing of what was asked about; a secret goes from the conversation too."""
        if not situation.pending.get("secret"):
            return self._desk.kept(situation, replies.ALL_RIGHT)
        with self._desk.parts.database.write() as connection:
            Transcript(connection, self._desk.owner).blank(situation.pending["turn"])
            return self._desk.kept(situation, replies.SECRET_REMOVED, connection=connection)

    def learned(self, situation: Situation, source: Turn, prepared: Sequence[Prepared]) -> Reply:
        """Learn in one transaction with the transcript: the entries, their rows, the receipt and the reply, or nothing."""
        with self._desk.parts.database.write() as connection:
            commit = self._desk.parts.manager.learn(
                connection, source, self_corrected(self._desk.parts, source, prepared), situation.turn.said_at, keep_both=True
            )
            receipt = commit.receipt
            changed = bool(receipt.changes)
            # Who corrects what is known with the very same words wants something else: to have it forgotten, most likely.
            nothing_new = not changed and bool(receipt.known) and source is situation.turn and self._wants_it_gone(situation)
            reply = Reply(
                turn=situation.turn.id,
                text=_told(source, receipt, len(prepared)) + (f" {replies.FORGET_IT}" if nothing_new else ""),
                intent=situation.intent,
                changes=receipt.changes,
                evidence=_evidence(receipt),
                asks="confirm" if nothing_new else None,
                options=_learning_options(receipt) if changed else ("yes", "no") if nothing_new else (),
                receipt=receipt.id if changed else None,
                trace=(f"learned {len(prepared)} lesson{'s' if len(prepared) != 1 else ''}",),
            )
            pending: dict[str, Any] = {}
            if nothing_new:
                pending = {"asks": "confirm", "kind": "forget", "entries": [item.id for item in receipt.known], "about": "that"}
            elif doubt := next((doubt for doubt in commit.doubts if doubt.at_once or len(prepared) == 1), None):
                pending = {"asks": "choose", "kind": "place", "new": doubt.new, "old": doubt.old.id, "receipt": receipt.id}
                new = next(change.after for change in receipt.changes if change.id == doubt.new)
                place = replies.which_place(doubt.old, situation.turn.said_at, self._desk.owner)
                which = replies.which_of_both(doubt.old.text, new) if doubt.at_once else f"{reply.text} {place}"
                options = ("replace", "keep_both", "undo") if doubt.at_once else ("replace", "keep_both", "for_a_time", "undo")
                reply = replace(reply, text=which, asks="choose", options=options)
            elif receipt.conflict is not None:
                pending = settling(receipt.conflict)
            reply = self._desk.keep(connection, situation, reply, pending)
        self._desk.parts.manager.committed(commit)
        return reply

    def _wants_it_gone(self, situation: Situation) -> bool:
        """Whether a correction that says what is known already asks to forget it: "forget that my dog is called Rex"."""
        return situation.intent.act == "correction" and self._desk.parts.wishes.among(situation.encoding, WISHES)[0] in FORGETS

    def confirmed(self, situation: Situation) -> Reply:
        source, lessons, encoding = self._asked_lessons(situation)
        if not lessons or source is None:
            return self._desk.kept(situation, replies.NOTHING_TO_TAKE)
        if lessons[0].unclear:
            return self._asked_whom(situation, lessons[0].unclear, source, situation.pending["act"])
        return self.learned(situation, source, self._desk.parts.manager.encode(lessons, encoding))

    def _confirmed_otherwise(self, situation: Situation) -> Reply:
        """ "No, walnuts": the asked lesson with another value."""
        source, asked, _ = self._asked_lessons(situation)
        if not asked or source is None:
            return self._desk.kept(situation, replies.NOTHING_TO_TAKE)
        shown = _as_entry(asked[0], source)
        context = replace(situation.context, focus=(shown,), asks=None)
        lessons = [
            replace(lesson, target=None, correction=0.0, denied="")
            for lesson in self._desk.lessons(situation.turn, situation.intent, situation.encoding, situation.reading, context)
        ]
        if not lessons:
            return self._desk.kept(situation, replies.NOTHING_TO_TAKE)
        return self.learned(situation, situation.turn, self._desk.parts.manager.encode(lessons, situation.encoding))

    def _asked_lessons(self, situation: Situation, whom: Slots | None = None) -> tuple[Turn | None, list[Lesson], Encoding]:
        """The lessons of the turn that LIC asked about, prepared again from what was said; `whom` is the person that it speaks of."""
        with self._desk.parts.database.read() as connection:
            said = Transcript(connection, self._desk.owner).find(situation.pending["turn"])
        if said is None or said.status != "said":
            return None, [], situation.encoding
        [encoding] = self._desk.parts.encoder.encode([said.turn.text])
        [reading] = self._desk.parts.reader.read([encoding], [None])
        intent = replace(said.reply.intent, act=situation.pending["act"], teaching=True)
        question = situation.pending.get("question", "") if whom is None else ""
        asked = whom or Slots(*situation.pending.get("asked", ("", "", "")))
        context = Context(None, "teach" if question else None, question, asked, situation.context.focus)
        return said.turn, self._desk.lessons(said.turn, intent, encoding, reading, context), encoding

    def missed(self, situation: Situation, last: Said) -> Reply:
        """Learn what was said before after all, and keep for the gate that it was teaching."""
        intent = replace(last.reply.intent, act=_likely_teaching_act(situation.context), teaching=True)
        before = situation.history[1].reply.text if len(situation.history) > 1 else None
        [encoding] = self._desk.parts.encoder.encode([last.turn.text])
        [reading] = self._desk.parts.reader.read([encoding], [before])
        lessons = self._desk.lessons(last.turn, intent, encoding, reading, situation.context)
        if not lessons:
            return self._desk.kept(situation, replies.NOTHING_TO_TAKE)
        prepared = self._desk.parts.manager.encode(lessons, encoding)
        return self.learned(situation, last.turn, [*prepared, gate_lesson(last, intent.act, before)])


def _told(source: Turn, receipt: Receipt, lessons: int) -> str:
    text = replies.learned(receipt) or replies.NOTHING_TO_TAKE
    sentences = len(_SENTENCES.findall(source.text))
    return f"{text} {replies.understood(lessons)}" if sentences >= LONG and lessons < sentences - 1 else text


def _named_in(told: Lesson, question: str) -> str:
    """Whom an answer to "Who is 5?" names: my nephew, he's my nephew Tom; empty where it tells something else of somebody unknown."""
    if told.question == question or (told.unclear and not relation_tells(told.slots.relation)):
        return told.slots.value
    return "" if told.unclear else f"{told.slots.subject} {told.slots.value}"


def _evidence(receipt: Receipt) -> tuple[Evidence, ...]:
    """What was known already; with what was learned, where what others shared says otherwise, that too."""
    if not receipt.otherwise:
        return receipt.known
    own = [Evidence(change.id, change.after, 1.0) for change in receipt.changes if change.target == "mental_process"]
    return (*receipt.known, *own, *(Evidence(entry.id, entry.text, 1.0) for entry in receipt.otherwise))


def _learning_options(receipt: Receipt) -> tuple[str, ...]:
    if receipt.conflict is not None:
        return ("undo", "keep_both", "not_teaching")
    updated = any(change.operation == "update" for change in receipt.changes)
    return ("undo", "not_teaching") if updated else ("undo", "correct", "not_teaching")


def _likely_teaching_act(context: Context) -> Act:
    """The teaching act of a turn that the gate was not sure of."""
    asked = f" {context.question.lower()} "
    if context.asks == "teach":
        return "experience" if any(f" {word} " in asked.replace("?", " ") for word in ("my", "i", "our", "we", "me")) else "fact"
    return "experience"


def gate_lesson(said: Said, act: str, previous: str | None) -> Prepared:
    """A row of the gate's own training data."""
    lesson = Lesson(
        statement=said.turn.text,
        question="",
        slots=Slots(),
        section=None,
        topic="",
        task=GATE,
        row={"text": said.turn.text, "previous": previous, "act": act},
    )
    return Prepared(lesson, None)


def _as_entry(lesson: Lesson, source: Turn) -> Entry:
    """A lesson that waits for its confirmation, in the form of an entry, so that it can be corrected like one."""
    return Entry(
        id="",
        version=0,
        owner=source.owner,
        shared=False,
        section=lesson.section or "individual_experiences",
        topic=lesson.topic,
        text=lesson.statement,
        question=lesson.question,
        slots=lesson.slots,
        many=lesson.many,
        said_at=source.said_at,
        turn=source.id,
        created_at=source.said_at,
    )
