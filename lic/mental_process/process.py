"""The Mental Process of one person: read it, search it, and update it by the proposal's three methods."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from lic.database.changes import ChangeLog, current_revision, new_receipt
from lic.database.database import Database
from lic.language import clean, storable
from lic.mental_process.entries import Entries, NewEntry, Version
from lic.mental_process.search import Candidate, HybridSearch
from lic.types import Encoder, Entry, Section, Slots

NOTE = "note"
"""The relation of what is written by the three update methods: one text for each domain or task."""


class MentalProcess:
    """Domain knowledge, emotional states and individual experiences, opened for one person.

    It cannot read past that person: what others know privately does not exist here.
    """

    def __init__(self, database: Database, search: HybridSearch, encoder: Encoder, owner: str) -> None:
        self.owner = owner
        self.database = database
        self.hybrid = search
        self.encoder = encoder

    # The proposal's interface ----------------------------------------------------------------------------------------

    @property
    def domain_knowledge(self) -> "SectionView":
        """Domain to information."""
        return SectionView(self, "domain_knowledge")

    @property
    def emotional_states(self) -> "SectionView":
        """Task to the emotion or manner that fits it."""
        return SectionView(self, "emotional_states")

    @property
    def individual_experiences(self) -> "SectionView":
        """Task or topic to experiences with it."""
        return SectionView(self, "individual_experiences")

    def update_domain_knowledge(self, domain: str, information: str) -> None:
        """Write the information of a domain; an earlier one stays in the history."""
        self._write_note("domain_knowledge", domain, information)

    def update_emotional_states(self, task: str, emotion: str) -> None:
        """Write the emotion or manner for a task; an earlier one stays in the history."""
        self._write_note("emotional_states", task, emotion)

    def update_individual_experiences(self, task: str, experience: str) -> None:
        """Write the experience with a task; an earlier one stays in the history."""
        self._write_note("individual_experiences", task, experience)

    # Reading ---------------------------------------------------------------------------------------------------------

    def entries(self, section: Section | None = None, topic: str | None = None, limit: int | None = None, offset: int = 0) -> list[Entry]:
        """Current entries, the newest first."""
        with self.database.read() as connection:
            return Entries(connection, self.owner).listed(section, topic, limit, offset)

    def get(self, entry: str) -> Entry:
        """One current entry. Raises NotFound."""
        with self.database.read() as connection:
            return Entries(connection, self.owner).get(entry)

    def history(self, entry: str) -> list[Version]:
        """All versions of an entry, the oldest first. Raises NotFound."""
        with self.database.read() as connection:
            return Entries(connection, self.owner).history(entry)

    def count(self) -> int:
        """How many entries are known."""
        with self.database.read() as connection:
            return Entries(connection, self.owner).count()

    def search(self, query: str, k: int = 10) -> list[Candidate]:
        """The k entries nearest to a query by words and meaning, best first."""
        [encoding] = self.encoder.encode([clean(query)])
        with self.database.read() as connection:
            return self.hybrid.search(connection, self.owner, encoding, k)

    def topics(self, section: Section) -> list[str]:
        """The topics of a section, in the order in which they were last taught."""
        return list(dict.fromkeys(entry.topic for entry in self.entries(section)))

    def _write_note(self, section: Section, topic: str, information: str) -> None:
        topic, information = clean(topic), storable(information)
        [encoding] = self.encoder.encode([clean(f"{topic}: {information}")])
        at = datetime.now(UTC).isoformat()
        new = NewEntry(section, topic, information, f"What about {topic}?", Slots(topic, NOTE, information), False, encoding.vector, None, at, at)
        with self.database.write() as connection:
            own = Entries(connection, self.owner)
            log = ChangeLog(connection)
            before = [entry for entry in own.answering(topic, NOTE) if entry.section == section]
            if before and before[0].text == information:
                return
            if before:
                own.replace(log, before[0].id, replace(new, topic=before[0].topic))
            else:
                own.add(log, new)
            log.save(new_receipt(), self.owner, "", "", at)
            revision = current_revision(connection, self.owner)
        self.hybrid.vectors.applied(self.owner, log.rows, revision)


class SectionView(Mapping[str, str]):
    """A section as the proposal's dictionary: topic to everything that is known there, read when asked."""

    def __init__(self, process: MentalProcess, section: Section) -> None:
        self._process = process
        self._section: Section = section

    def __getitem__(self, topic: str) -> str:
        found = self._process.entries(self._section, clean(topic))
        if not found:
            raise KeyError(topic)
        return "\n".join(entry.text for entry in reversed(found))

    def __iter__(self) -> Iterator[str]:
        return iter(self._process.topics(self._section))

    def __len__(self) -> int:
        return len(self._process.topics(self._section))

    def __repr__(self) -> str:
        return repr(dict(self))
