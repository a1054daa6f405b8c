"""The explaining branch: who said what a reply stands on, and when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from lic import replies
from lic.branches.desk import Desk, Situation
from lic.branches.notices import other_side
from lic.language import key
from lic.lessons.reported import as_read_by
from lic.mental_process.conflicts import Conflicts
from lic.mental_process.entries import Entries
from lic.transcript import Transcript
from lic.types import Entry, Evidence, Reply

EXPLAINS_FROM = 0.25
"""An entry that the question "why …" itself brings up is meant from this probability on."""


class Explaining:
    """What happens to a turn that asks why."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def why(self, situation: Situation) -> Reply:
        last = next((said for said in situation.history if said.reply.evidence or said.reply.changes), None)
        said_last = situation.history[0] if situation.history else None
        if said_last is not None and not (said_last.reply.evidence or said_last.reply.changes) and said_last.reply.intent.act != "why":
            last = None
        with self._desk.parts.database.read() as connection:
            entries = Entries(connection, self._desk.owner)
            ids = [item.id for item in last.reply.evidence] or [change.id for change in last.reply.changes] if last else []
            found = entries.of_ids(ids)
            about = key(situation.asking.slots.subject)
            # "Who told you that my sister lives in Porto?" names what it is about; "why do you say that?" means the last reply.
            named = about not in ("", "you", "that", "this", "it") and not any(about in key(entry.text) for entry in found)
            if named or not found:
                known = self._desk.parts.self_taking.finding.candidates(connection, situation.asking)
                found = [item.entry for item in known[:1] if item.score >= EXPLAINS_FROM] or found
            found = _meant_of(found, situation.turn.text)
            reasons = [self._reason(connection, entry, situation.turn.said_at) for entry in found]
        evidence = tuple(Evidence(entry.id, entry.text, 1.0) for entry in found)
        text = " ".join(dict.fromkeys(reasons)) or (replies.NOT_KNOWN if said_last is not None and said_last.reply.abstained else replies.NOT_TAUGHT)
        reply = Reply(situation.turn.id, text, situation.intent, evidence=evidence, options=("correct", "forget") if found else ())
        return self._desk.kept_reply(situation, reply, {})

    def _reason(self, connection: Connection, entry: Entry, now: datetime) -> str:
        person = self._desk.owner
        by = None if entry.speaker == person else entry.speaker
        # What another one typed is theirs; only the statement is shared.
        said = Transcript(connection, person).find(entry.turn) if entry.turn and by is None else None
        text = said.turn.text if said is not None and said.status != "forgotten" else entry.text
        if by is not None and by != entry.owner:
            text = as_read_by(entry, person).text
        reason = replies.reason(entry.said_at.astimezone(now.tzinfo), text, now, by)
        contested = Conflicts(connection, person).of_entry(entry.id) if entry.shared else []
        return " ".join((reason, *(other_side(conflict, person) for conflict in contested)))


def _meant_of(found: Sequence[Entry], text: str) -> list[Entry]:
    """Of several entries those whose values a question names; all of them where it names none."""
    named = [entry for entry in found if key(entry.slots.value) and f" {key(entry.slots.value)} " in f" {key(text)} "]
    return named or list(found)
