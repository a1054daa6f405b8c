"""A stranger sees nothing: not in entries, histories, search, mappings, datasets, transcripts, answers or errors."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lic.database.changes import ChangeLog
from lic.errors import LicError, NotFound
from lic.factory import Lic
from lic.mental_process.entries import Entries
from lic.mental_process.process import MentalProcess
from lic.transcript import Transcript
from lic.types import SECTIONS
from tests.conftest import Talk
from tests.store import Store, lesson

SECRET = "Zanzibarius"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store in which Ana keeps a secret, and Ben something of his own."""
    store = Store(tmp_path)
    store.learn("ana", lesson("dog", "is called", SECRET))
    store.process("ana").update_domain_knowledge("Secrets", f"The word is {SECRET}")
    store.process("ana").update_emotional_states("Secrets", f"Fond of {SECRET}")
    store.process("ana").update_individual_experiences("Secrets", f"Met {SECRET}")
    store.learn("ben", lesson("cat", "is called", "Tom"))
    return store


def told(process: MentalProcess, entry: str) -> list[str]:
    """What every reading method tells, as text."""
    found = [
        repr(process.entries()),
        *(repr((process.entries(section), process.entries(section, "Secrets"), process.topics(section))) for section in SECTIONS),
        *(
            repr((view, dict(view), list(view), view.get("Secrets"), view.get("dog")))
            for view in (process.domain_knowledge, process.emotional_states, process.individual_experiences)
        ),
        *(repr(process.search(query, k=50)) for query in (SECRET, "dog is called", "Secrets", "The word is")),
    ]
    for read in (process.get, process.history):
        try:
            found.append(repr(read(entry)))
        except NotFound as error:
            found.append(str(error))
    return found


def test_no_reading_method_tells_a_stranger_anything(store: Store) -> None:
    entry = store.entry("ana", SECRET).id
    assert any(SECRET in text for text in told(store.process("ana"), entry))
    for stranger in ("ben", "", "ANA", "ana ", "%", "*", "ana' OR '1'='1"):
        assert not [text for text in told(store.process(stranger), entry) if SECRET in text]
        assert store.process(stranger).count() == (1 if stranger == "ben" else 0)


def test_the_queries_within_a_transaction_stop_at_the_wall_too(store: Store) -> None:
    entry = store.entry("ana", SECRET)
    with store.database.read() as connection:
        numbers = list(connection.exec_driver_sql("SELECT seq FROM versions").scalars())
        ben = Entries(connection, "ben")
        assert {found.owner for found, _ in ben.of_versions(numbers).values()} == {"ben"}
        assert ben.of_ids([entry.id]) == []
        assert ben.answering("dog", "is called") == ben.about("dog") == ben.saying(entry.text) == []


def test_datasets_are_per_person(store: Store) -> None:
    assert [row["row"]["answer"] for row in store.manager.examples("ben", "question_answering")] == ["cat is called Tom."]
    assert store.manager.examples("zoe", "question_answering") == []


def test_what_is_shared_shows_that_entry_and_no_other(store: Store) -> None:
    entry = store.entry("ana", SECRET).id
    store.share("ana", entry)
    shown = [found for found in store.process("ben").entries() if found.owner == "ana"]
    assert [found.id for found in shown] == [entry]
    assert [found.entry.id for found in store.process("ben").search("Secrets word Fond Met", k=50) if found.entry.owner == "ana"] == [entry]
    assert dict(store.process("ben").domain_knowledge) == {}


def test_what_others_shared_is_never_the_place_of_ones_own_lesson(store: Store) -> None:
    store.share("ana", store.entry("ana", SECRET).id)
    receipt = store.learn("ben", lesson("dog", "is called", "Bruno"))
    assert [change.operation for change in receipt.changes] == ["add", "add"]
    assert store.values("ana") >= {SECRET}


@settings(max_examples=30, deadline=None, derandomize=True)
@given(stranger=st.text(min_size=1, max_size=20).filter(lambda name: name != "ana" and name.isprintable()))
def test_no_name_opens_anothers_memory(tmp_path_factory: pytest.TempPathFactory, stranger: str) -> None:
    store = Store(tmp_path_factory.mktemp("wall"))
    store.learn("ana", lesson("dog", "is called", SECRET))
    assert store.process(stranger).entries() == []
    assert store.process(stranger).search(f"dog is called {SECRET}") == []
    store.learn(stranger, lesson("dog", "is called", "Rex"))
    assert store.values(stranger) == {"Rex"}
    assert [found.entry.slots.value for found in store.process("ana").search("dog is called")] == [SECRET]
    store.close()


# In a conversation ---------------------------------------------------------------------------------------------------

QUESTIONS = [
    "What is my dog called?",
    "What is Ana's dog called?",
    "Why do you say that?",
    "Forget my dog's name",
    "yes",
    "undo that",
    "Actually his name is Max",
    "Tell me everything",
]


def test_a_strangers_conversation_gives_nothing_away(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana, ben = talk("ana"), talk("ben")
    ana.say(f"My dog is called {SECRET}")
    before = lic.mental_process("ana").entries()
    for question in QUESTIONS:
        reply = ben.say(question)
        assert SECRET not in reply.text + repr(reply.trace) + repr(reply.evidence) + repr(reply.changes), question
    assert lic.mental_process("ana").entries() == before
    assert ana.say("What is my dog called?").text == f"Your dog is called {SECRET}."


def test_a_transcript_is_its_persons_alone_whatever_the_conversation_is_called(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana, ben = talk("ana", "shared name"), talk("ben", "shared name")
    ana.say(f"My dog is called {SECRET}")
    assert ben.conversation.history() == []
    with lic.database.read() as connection:
        transcript = Transcript(connection, "ben")
        assert transcript.find(ana.turns[0].id) is None
        assert transcript.last("shared name", 10) == transcript.since("shared name", ana.turns[0].id) == []
        assert transcript.conversations() == transcript.search("dog", 10) == []
    ben.conversation.take_back(ana.turns[0].id)
    assert lic.mental_process("ana").count() == 1
    with pytest.raises(NotFound, match="no turn"):
        ben.conversation.not_teaching(ana.turns[0].id)
    assert [said.turn.text for said in ana.conversation.history()] == [f"My dog is called {SECRET}"]


def test_a_turn_id_of_another_person_is_free(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana, ben = talk("ana"), talk("ben")
    ana.say(f"My dog is called {SECRET}")
    turn = ana.turns[0]
    reply = ben.conversation.respond(type(turn)(turn.id, "My cat is called Tom", "ben", "main", turn.said_at))
    assert reply.text == "Learned: your cat is called Tom."
    assert [entry.slots.value for entry in lic.mental_process("ana").entries()] == [SECRET]


def share(lic: Lic, owner: str) -> str:
    """Share the person's only entry and return its id."""
    [entry] = lic.mental_process(owner).entries()
    with lic.database.write() as connection:
        log = ChangeLog(connection)
        Entries(connection, owner).share(log, entry.id, True)
        log.save(f"share-{entry.id}", owner, "main", "", entry.said_at.isoformat())
    return entry.id


@pytest.mark.parametrize(
    "answer", ["No, it's Egret", "Actually the wifi password of the office is Egret", "Forget that", "Forget the wifi password of the office"]
)
def test_another_person_asks_for_what_is_shared_but_changes_nothing_of_it(lic: Lic, talk: Callable[..., Talk], answer: str) -> None:
    ana, ben = talk("ana"), talk("ben")
    ana.say("The wifi password of the office is Heron")
    ana.say("yes")
    shared = share(lic, "ana")
    assert "Heron" in ben.say("What is the wifi password of the office?").text
    try:
        ben.say(answer)
    except LicError as error:
        pytest.fail(f"{answer!r} was no reply but {type(error).__name__}: {error}")
    ben.say("yes")
    entry = lic.mental_process("ana").get(shared)
    assert (entry.slots.value, entry.version) == ("Heron", 1)
    assert "Heron" in ana.say("What is the wifi password of the office?").text
