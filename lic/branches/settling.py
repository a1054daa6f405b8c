"""The settling branch: which of two contradicting statements of shared knowledge is to hold, once one of the teachers says it."""

from collections.abc import Mapping

from lic.branches.desk import Desk, Situation
from lic.branches.notices import settled_now
from lic.errors import NotFound, RoleRefused
from lic.intent.settlements import Settlement
from lic.language import words
from lic.mental_process.conflicts import Conflict, Conflicts, Kept
from lic.types import Reply

SURE = 0.5
"""From this probability on a turn settles the conflict; anything else is answered as it would be without one, and the conflict stays open."""
LONGEST = 14
_KEPT: Mapping[Settlement, Kept] = {"keep_new": "new", "keep_old": "old", "keep_both": "both"}


class Settling:
    """What happens to a turn that answers "keep the new one, go back to the old one, or keep both?"."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def chosen(self, situation: Situation) -> Reply | None:
        """Settle the conflict that the last reply told of; None where the turn settles nothing."""
        if len(words(situation.turn.text)) > LONGEST:
            return None
        settlement, probability = self._desk.parts.settlements.settlement(situation.encoding)
        if settlement == "other" or probability < SURE:
            return None
        manager, turn = self._desk.parts.manager, situation.turn
        try:
            with self._desk.parts.database.write() as connection:
                open_ones = Conflicts(connection, self._desk.owner)
                if not open_ones.is_open(situation.pending["conflict"]):
                    return None
                conflict = open_ones.get(situation.pending["conflict"])
                keep = self._kept(settlement, conflict)
                commit = manager.settle(connection, self._desk.owner, conflict.id, keep, turn, turn.said_at)
                text = settled_now(commit.receipt, keep)
                reply = Reply(turn.id, text, situation.intent, changes=commit.receipt.changes, options=("undo",), receipt=commit.receipt.id)
                reply = self._desk.keep(connection, situation, reply, {})
        except (NotFound, RoleRefused) as refused:
            return self._desk.kept(situation, str(refused))
        manager.committed(commit)
        return reply

    def _kept(self, settlement: Settlement, conflict: Conflict) -> Kept:
        """What is to hold; "mine" is the new statement for who said that, and the old one for anybody else."""
        newest = conflict.new.said_by == self._desk.owner
        own: Mapping[Settlement, Kept] = {"mine": "new" if newest else "old", "theirs": "old" if newest else "new"}
        return own[settlement] if settlement in own else _KEPT[settlement]
