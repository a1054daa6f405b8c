"""What a person said about the gate: their turns that were or were not teaching, as rows of its training data."""

from typing import Any

from sqlalchemy import Connection, select

from lic.database.tables import examples

GATE = "intent_recognition"
"""The task that the gate learns."""


def gate_rows(connection: Connection, owner: str) -> list[dict[str, Any]]:
    """A person's own rows of the gate's task (text, previous, act), the oldest first."""
    found = connection.execute(select(examples.c.row).where(examples.c.owner == owner, examples.c.task == GATE).order_by(examples.c.created_at, examples.c.id))
    return [dict(row) for (row,) in found]
