"""Correcting an entry by hand: the new wording becomes a turn, a new version, and a new dataset row, in one transaction."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lic import replies
from lic.database.tables import examples
from lic.errors import DataError, NotFound, TurnError
from lic.factory import Lic
from lic.language import clean, lower_first, named, sentence
from lic.mental_process.entries import Entries
from lic.mental_process.roles import Roles
from lic.transcript import Transcript
from lic.types import Act, Context, Encoding, Entry, Intent, Lesson, Receipt, Reply, Turn
from lic.ui.people import new_id

CORRECTIONS = "corrections"
"""The conversation that corrections in the tab are turns of."""
CORRECTS = "Actually, "
"""How a correction begins."""


def correct(lic: Lic, owner: str, entry_id: str, text: str) -> Reply:
    """Give an entry another wording and return the reply that says so. Raises NotFound, TurnError and DataError."""
    wording = clean(text)
    return corrected(lic, Turn(new_id(), f"{CORRECTS}{lower_first(wording)}", owner, CORRECTIONS, datetime.now().astimezone()), entry_id, wording)


def corrected(lic: Lic, turn: Turn, entry_id: str, wording: str) -> Reply:
    """Learn a turn that gives an entry this wording, and return its reply, which is then on the disk. Raises NotFound, TurnError and DataError."""
    with lic.database.read() as connection:
        entry = Entries(connection, turn.owner).get(entry_id)
        if not Roles(connection, turn.owner).may_change(entry):
            raise NotFound(f"“{entry.text}” was shared by {named(entry.owner)}: only they can change it, and the teachers whom they named.")
    if not wording or len(wording) > lic.settings.max_characters:
        raise TurnError(f"A wording has between 1 and {lic.settings.max_characters:,} characters; this one has {len(wording):,}.")
    [encoding] = lic.parts.encoder.encode([sentence(wording)])
    prepared = lic.manager.encode([_lesson(lic, turn, encoding, entry)])
    with lic.database.write() as connection:
        commit = lic.manager.learn(connection, turn, prepared, turn.said_at)
        reply = _reply(turn, commit.receipt)
        if reply.changes or turn.conversation != CORRECTIONS:
            transcript = Transcript(connection, turn.owner)
            transcript.keep(turn, reply, anew=True)
            transcript.wait_for(turn.conversation, {}, turn.said_at)
    lic.manager.committed(commit)
    return reply


def _reply(turn: Turn, receipt: Receipt) -> Reply:
    changed = bool(receipt.changes)
    return Reply(
        turn=turn.id,
        text=replies.learned(receipt),
        intent=Intent("correction", 1.0, 1.0, True),
        changes=receipt.changes,
        options=("undo",) if changed else (),
        receipt=receipt.id if changed else None,
        trace=("corrected by hand",),
    )


def _lesson(lic: Lic, turn: Turn, encoding: Encoding, entry: Entry) -> Lesson:
    """The entry's own question with the new statement; the value is read from it as from any other turn."""
    act: Act = "example" if entry.slots.relation == "answer" else "correction"
    [reading] = lic.parts.reader.read([encoding], [None])
    said = replace(turn, text=encoding.text)
    read = lic.parts.preparer.prepare(said, Intent(act, 1.0, 1.0, True), encoding, reading, Context(focus=(entry,)))
    if act == "example" and not read:
        raise DataError(f"Keep the form of {entry.text!r}: When I say “…”, answer “…”.")
    value = read[0].slots.value if read else ""
    task, row = _row(lic, entry, encoding.text, value, read[0] if read else None)
    return Lesson(
        statement=encoding.text,
        question=entry.question,
        slots=replace(entry.slots, value=value or encoding.text),
        section=entry.section,
        topic=entry.topic,
        task=task,
        row=row,
        many=entry.many,
        correction=1.0,
        target=entry.id,
    )


def _row(lic: Lic, entry: Entry, statement: str, value: str, read: Lesson | None) -> tuple[str, Mapping[str, Any]]:
    """The dataset row that takes the place of the entry's present one, in the same task."""
    query = select(examples.c.task, examples.c.row).where(examples.c.owner == entry.owner, examples.c.entry == entry.id)
    with lic.database.read() as connection:
        present = connection.execute(query).first()
    task = present.task if present else "question_answering"
    if present and task == "emotion":
        return task, {"text": statement, "label": value.lower() or present.row["label"]}
    if task == "dialogue":
        return task, read.row if read and read.task == task else {"messages": [{"role": "system", "content": statement}]}
    return task, {"question": entry.question, "answer": statement}
