"""The answering branch: take from the Mental Process, generate, check, keep."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from lic.branches.desk import Desk, Situation
from lic.lessons.tagger import question_slots
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
        for piece in self._desk.parts.self_taking.generate(taking, stop):
            if isinstance(piece, Answer):
                situation.seconds["generate"] = time.perf_counter() - began
                yield self._answer_kept(situation, taking, piece)
            else:
                yield piece

    def _take(self, connection: Connection, situation: Situation) -> Taking:
        messages = Transcript(connection, self._desk.owner).messages(situation.history)
        return self._desk.parts.self_taking.take(connection, self._desk.owner, situation.encoding, situation.reading, situation.intent, messages)

    def _answer_kept(self, situation: Situation, taking: Taking, answer: Answer) -> Reply:
        evidence = tuple(Evidence(item.entry.id, item.entry.text, item.score) for item in taking.taken)
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
        return self._desk.kept_reply(situation, reply, _waits_to_be_taught(situation) if answer.abstained else {})


def _waits_to_be_taught(situation: Situation) -> Mapping[str, Any]:
    asked = question_slots(situation.encoding, situation.reading)
    return {"asks": "teach", "question": situation.turn.text, "asked": [asked.subject, asked.relation, ""]}
