"""Random steps of two people in one store, for the tests of what must always hold."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st

from lic.errors import NotFound, RoleRefused
from lic.mental_process.conflicts import KEPT
from tests.store import Store, lesson

PEOPLE = ("ana", "ben")


@dataclass(frozen=True)
class Step:
    """One thing that a person does; `at` picks an entry, or a time, where one is needed."""

    owner: str
    kind: str
    lessons: tuple[tuple[str, str, bool], ...]
    at: int

    @property
    def other(self) -> str:
        """The other person."""
        return next(owner for owner in PEOPLE if owner != self.owner)

    def take(self, store: Store) -> None:
        """Do it; what cannot be done now does nothing."""
        own = [entry for entry in store.process(self.owner).entries() if entry.owner == self.owner]
        chosen = own[self.at % len(own)] if own else None
        if self.kind == "learn":
            store.learn(self.owner, *(lesson(subject, "is called", value, many) for subject, value, many in self.lessons))
        elif self.kind == "note":
            subject, value, _ = self.lessons[0]
            store.process(self.owner).update_domain_knowledge(subject, value)
        elif self.kind == "undo":
            store.undone(self.owner)
        elif self.kind == "redo":
            store.redone(self.owner)
        elif self.kind == "forget_said":
            now = store.now()
            store.forget_said(self.owner, now - timedelta(seconds=3 * self.at + 3), now - timedelta(seconds=2 * self.at))
        elif self.kind == "join" and len(own) > 1:
            older, newer = sorted((own[self.at % len(own)], own[self.at % len(own) - 1]), key=lambda entry: entry.said_at)
            store.join(self.owner, newer.id, older.id)
        elif self.kind == "name":
            store.name(self.owner, self.other)
        elif self.kind == "unname":
            with suppress(NotFound):
                store.unname(self.owner, self.other)
        elif self.kind == "settle":
            for conflict in store.conflicts(self.owner)[:1]:
                with suppress(RoleRefused):
                    store.settle(self.owner, conflict.id, KEPT[self.at % len(KEPT)])
        elif chosen is not None and self.kind == "forget":
            store.forget(self.owner, chosen)
        elif chosen is not None and self.kind == "share":
            store.share(self.owner, chosen.id, not chosen.shared)


def steps(*kinds: str, least: int = 1, most: int = 12) -> st.SearchStrategy[list[Step]]:
    """Lists of steps of the given kinds."""
    taught = st.tuples(st.sampled_from(["dog", "cat", "boat"]), st.sampled_from(["Rex", "Max", "Tom", "Kim"]), st.booleans())
    step = st.builds(
        Step,
        owner=st.sampled_from(PEOPLE),
        kind=st.sampled_from(kinds),
        lessons=st.lists(taught, min_size=1, max_size=3).map(tuple),
        at=st.integers(0, 5),
    )
    return st.lists(step, min_size=least, max_size=most)
