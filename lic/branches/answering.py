"""The answering branch: take from the Mental Process, generate, check, keep; facts that stand beside a question or a request are learned with it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from lic import replies
from lic.branches.desk import Desk, Situation
from lic.data_management.commits import Prepared
from lic.language import returned
from lic.lessons.secrets import secret_in
from lic.lessons.wording import direct_question
from lic.self_taking.finding import Missing
from lic.self_taking.taking import Answer, Taking
from lic.transcript import Transcript
from lic.types import Evidence, Reply, StopSignal


class Answering:
    """What happens to a turn that wants an answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answered(self, situation: Situation, stop: StopSignal) -> Iterator[str | Reply]:
        began = time.perf_counter()
        with self._desk.parts.database.read() as connection:
            taking = self._take(connection, situation)
        situation.seconds["take"] = time.perf_counter() - began
        began = time.perf_counter()
        beside = self._beside(situation)
        for piece in self._desk.parts.self_taking.generate(taking, stop):
            if isinstance(piece, Answer):
                situation.seconds["generate"] = time.perf_counter() - began
                reply = self._answer_kept(situation, taking, piece, beside)
                if learned := reply.text.removeprefix(piece.text):
                    yield learned
                yield reply
            else:
                yield piece

    def _beside(self, situation: Situation) -> list[Prepared]:
        """The facts of a question or a request: "my flight is at 9, wake me at 6"."""
        if situation.intent.act not in ("question", "request") or situation.context.asks == "confirm":
            return []
        lessons = self._desk.lessons(situation.turn, situation.intent, situation.encoding, situation.reading, situation.context)
        lessons = [lesson for lesson in lessons if not lesson.unclear and not secret_in(lesson.statement)]
        return self._desk.parts.manager.encode(lessons, situation.encoding) if lessons else []

    def _take(self, connection: Connection, situation: Situation) -> Taking:
        messages = Transcript(connection, self._desk.owner).messages(situation.history)
        return self._desk.parts.self_taking.take(connection, situation.asking, situation.intent, messages)

    def _answer_kept(self, situation: Situation, taking: Taking, answer: Answer, beside: Sequence[Prepared]) -> Reply:
        evidence = tuple(Evidence(item.entry.id, item.entry.text, item.score) for item in (*taking.taken, *taking.found.otherwise))
        reply = Reply(
            turn=situation.turn.id,
            text=answer.text,
            intent=situation.intent,
            evidence=evidence,
            abstained=answer.abstained,
            asks="teach" if answer.abstained else None,
            options=("why", "correct", "forget") if evidence else (),
            trace=answer.trace,
        )
        pending = _waits_to_be_taught(situation, taking.found.missing) if answer.abstained else {}
        if not beside:
            return self._desk.kept_reply(situation, reply, pending)
        parts = self._desk.parts
        with parts.database.write() as connection:
            commit = parts.manager.learn(connection, situation.turn, beside, situation.turn.said_at)
            if commit.receipt.changes:
                reply = replace(
                    reply,
                    text=f"{answer.text}\n\n{replies.learned(replace(commit.receipt, known=()))}",
                    changes=commit.receipt.changes,
                    receipt=commit.receipt.id,
                    options=("undo", "not_teaching"),
                )
            reply = self._desk.keep(connection, situation, reply, pending)
        parts.manager.committed(commit)
        return reply


def _waits_to_be_taught(situation: Situation, missing: Missing | None) -> Mapping[str, Any]:
    asked = situation.asking.slots
    if missing is not None:
        return {"asks": "teach", "question": direct_question(missing.question), "asked": [missing.entry.slots.value, asked.relation, ""]}
    return {"asks": "teach", "question": returned(direct_question(situation.turn.text)), "asked": [returned(asked.subject), asked.relation, ""]}
