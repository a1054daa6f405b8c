"""The command line, command by command; what is typed is what a person would type."""

import json
import os
import pty
import shutil
import signal
import subprocess
import time
import timeit
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from select import select as select_ready
from typing import Any

import pytest
import typer
from sqlalchemy import func, select

from lic.cli.lines import opened_source
from lic.cli.main import app
from lic.database import tables
from lic.database.database import Database
from lic.factory import Lic
from lic.settings import Settings
from tests.command_line import ROOT, CommandLine, command, process, surroundings

LEARNED = "Learned: your dog is called Rex.\n"


@pytest.fixture
def cli(models: Lic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line in a fresh home, on the models that are loaded already."""

    def on_loaded_models(settings: Settings) -> Lic:
        fresh = Lic(settings)
        fresh.__dict__["_models"] = models.__dict__["_models"]
        return fresh

    monkeypatch.setattr("lic.factory.Lic", on_loaded_models)
    return CommandLine(tmp_path / "home")


@pytest.fixture
def fitted_home(models: Lic, parts_home: Path, tmp_path: Path) -> Path:
    """A home for processes, with the heads fitted already."""
    shutil.copytree(parts_home / "cache", tmp_path / "home" / "cache")
    return tmp_path / "home"


@pytest.fixture
def rows(cli: CommandLine) -> Iterator[Callable[..., int]]:
    """Counts the rows of tables of the home."""
    opened: list[Database] = []

    def counted(*names: str) -> int:
        database = Database(f"sqlite:///{cli.home / 'lic.db'}")
        opened.append(database)
        with database.read() as connection:
            return sum(connection.execute(select(func.count()).select_from(tables.metadata.tables[name])).scalar_one() for name in names)

    yield counted
    for database in opened:
        database.close()


def transcript(*lines: dict[str, Any] | str | bytes) -> bytes:
    """Lines of a transcript; what is no object is written as it is."""
    return b"".join((line if isinstance(line, bytes) else line.encode() if isinstance(line, str) else json.dumps(line).encode()) + b"\n" for line in lines)


# The door ----------------------------------------------------------------------------------------------------------------


def test_help_comes_in_under_half_a_second(tmp_path: Path) -> None:
    ran = process("--help", home=tmp_path)
    assert ran.status == 0
    assert min(timeit.repeat(lambda: process("--help", home=tmp_path), number=1, repeat=5)) < 0.5
    assert {"chat", "ask", "teach", "recognize", "recall", "replay", "memory", "dataset", "forget", "undo", "serve", "doctor"} <= set(ran.out.split())
    assert not list(tmp_path.iterdir())


def test_every_command_takes_a_home_and_a_user() -> None:
    group: Any = typer.main.get_command(app)
    leaves = {name: command for name, command in group.commands.items() if not hasattr(command, "commands")}
    leaves |= {f"{name} {sub}": found for name, command in group.commands.items() for sub, found in getattr(command, "commands", {}).items()}
    options = {name: {option for param in command.params for option in param.opts} for name, command in leaves.items()}
    assert all("--home" in found for found in options.values())
    assert {name for name, found in options.items() if "--user" not in found} == {"serve"}
    assert {name for name, found in options.items() if "--json" not in found} == {"serve", "chat"}


def test_the_reference_is_what_the_commands_say() -> None:
    spec = spec_from_file_location("generate_cli", ROOT / "docs" / "generate_cli.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.FILE.read_text("utf-8") == module.document(), "run `python docs/generate_cli.py`"


def test_a_setting_that_cannot_be_used_is_named(cli: CommandLine) -> None:
    cli.environment["LIC_PORT"] = "seventy"
    ran = cli("undo")
    assert ran.status == 1
    assert ran.err.startswith("lic: A setting cannot be used. LIC_PORT='seventy':")


def test_an_empty_user_is_refused(cli: CommandLine) -> None:
    ran = cli("memory", "list", "--user", " ")
    assert (ran.status, ran.err) == (1, "lic: --user '' names nobody: leave it out, or give a name.\n")


@pytest.mark.parametrize("arguments", [("memory", "list"), ("ask", "hello"), ("dataset", "list"), ("doctor",)])
def test_a_damaged_database_is_said_and_left_alone(cli: CommandLine, arguments: tuple[str, ...]) -> None:
    cli.home.mkdir()
    (cli.home / "lic.db").write_bytes(b"this is no database" * 500)
    ran = cli(*arguments)
    assert ran.status == 1
    assert "is damaged" in ran.out + ran.err
    assert (cli.home / "lic.db").read_bytes() == b"this is no database" * 500


def test_a_newer_schema_is_refused(cli: CommandLine) -> None:
    cli("memory", "list")
    database = Database(f"sqlite:///{cli.home / 'lic.db'}")
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    ran = cli("memory", "list")
    assert ran.status == 1
    assert "newer than this LIC" in ran.err


def test_output_is_utf8_whatever_the_terminal_says(cli: CommandLine) -> None:
    cli("teach", "My friend Zoë lives in Tromsø")
    ran = process("memory", "list", home=cli.home, environment={"PYTHONIOENCODING": "ascii"})
    assert ran.status == 0
    assert "Zoë lives in Tromsø" in ran.out


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    writer = subprocess.Popen(
        command("dataset", "show", "intent_recognition", "--limit", "12000"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings(tmp_path)
    )
    assert writer.stdout is not None
    assert writer.stderr is not None
    assert writer.stdout.read(5) == b"seed "
    writer.stdout.close()
    assert writer.stderr.read() == b""
    writer.stderr.close()
    assert writer.wait(30) == 1


# ask and chat ------------------------------------------------------------------------------------------------------------


def test_ask_learns_and_answers(cli: CommandLine) -> None:
    assert cli("ask", "My dog is called Rex").out == LEARNED
    assert cli("ask", "What", "is", "my", "dog", "called?").out == "Your dog is called Rex.\n"
    assert cli("ask", "-", stdin="What is my dog called?\n").out == "Your dog is called Rex.\n"
    assert cli("ask", "What is my dog called?", "--user", "ben").out.startswith("I don't know that yet.")


def test_ask_goes_on_with_its_conversation(cli: CommandLine) -> None:
    cli("ask", "What is the capital of Mongolia?")
    assert cli("ask", "Ulaanbaatar", "--conversation", "other").out != "Learned: the capital of Mongolia is Ulaanbaatar.\n"
    assert cli("ask", "Ulaanbaatar").out == "Learned: the capital of Mongolia is Ulaanbaatar.\n"


def test_ask_prints_the_object_of_the_design(cli: CommandLine) -> None:
    found = cli("ask", "My dog is called Rex", "--user", "ana", "--json").json
    assert {"turn", "user", "text", "intent", "changes", "reply", "seconds"} <= set(found)
    assert (found["user"], found["text"], found["intent"]["teaching"]) == ("ana", "My dog is called Rex", True)
    assert [(change["operation"], change["target"]) for change in found["changes"]] == [("add", "mental_process"), ("add", "dataset")]
    assert {"text", "evidence", "abstained", "asks", "options"} == set(found["reply"])


@pytest.mark.parametrize(("text", "complaint"), [("  \x07 ", "This message is empty"), ("a" * 200_000, "This message has 200,000 characters")])
def test_a_message_that_cannot_be_taken_is_refused_in_a_sentence(cli: CommandLine, text: str, complaint: str) -> None:
    ran = cli("ask", "-", stdin=text)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"lic: {complaint}")


def test_a_server_that_is_down_is_said_and_answered_without(cli: CommandLine) -> None:
    cli("ask", "My dog is called Rex")
    cli.environment["LIC_AUTOPILOT"] = "http://127.0.0.1:9/v1"
    ran = cli("ask", "What is my dog called?")
    assert ran.status == 0
    assert "http://127.0.0.1:9/v1" in ran.out
    assert "Your dog is called Rex." in ran.out


def test_an_unknown_model_is_refused_only_where_it_would_answer(cli: CommandLine, tmp_path: Path) -> None:
    cli.environment["LIC_AUTOPILOT"] = str(tmp_path / "no-model")
    ran = cli("ask", "hello")
    assert ran.status == 1
    assert "no-model" in ran.err
    assert cli("teach", "My dog is called Rex").out == LEARNED


def test_chat_from_a_pipe_answers_line_by_line(cli: CommandLine) -> None:
    ran = cli("chat", stdin="My dog is called Rex\n\nWhat is my dog called?\n")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == "lic  Learned: your dog is called Rex.\nlic  Your dog is called Rex.\n"


def test_chat_goes_on_after_lines_that_cannot_be_taken(cli: CommandLine) -> None:
    ran = cli("chat", stdin=b"\xff\xfe\n" + b"a" * 30_000 + b"\nMy dog is called Rex\n")
    assert ran.status == 1
    assert "standard input, line 1: This is not UTF-8 text (byte 0xff at position 1)" in ran.err
    assert "30,000 characters" in ran.err
    assert ran.out == "lic  " + LEARNED


def test_chat_at_a_terminal_is_left_politely_by_ctrl_c(fitted_home: Path) -> None:
    mine, theirs = pty.openpty()
    talk = subprocess.Popen(command("chat"), stdin=theirs, stdout=theirs, stderr=theirs, env=surroundings(fitted_home), start_new_session=True)
    os.close(theirs)
    terminal = Terminal(mine)
    try:
        terminal.wait_for("Ctrl-D leaves.\r\nyou  ")
        os.write(mine, b"My dog is called Rex\n")
        terminal.wait_for("lic  Learned: your dog is called Rex.\r\nyou  ")
        assert interrupted(talk) == 0
    finally:
        talk.kill()
        talk.wait()
        os.close(mine)
    assert "Traceback" not in terminal.shown


def interrupted(running: "subprocess.Popen[bytes]") -> int:
    """Press Ctrl-C until a process ends; a signal just before a terminal is read can be lost, as a person knows."""
    for _ in range(6):
        running.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return running.wait(10)
    raise AssertionError("Ctrl-C did not end the process")


class Terminal:
    """Our end of a terminal that a process talks to."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.shown = ""

    def wait_for(self, text: str) -> None:
        """Read until a text is shown."""
        ends = time.monotonic() + 60
        while text not in self.shown:
            ready, _, _ = select_ready([self._descriptor], [], [], max(0.0, ends - time.monotonic()))
            assert ready, f"the terminal never showed {text!r} but {self.shown!r}"
            self.shown += os.read(self._descriptor, 1_000).decode()


# teach -------------------------------------------------------------------------------------------------------------------


def test_teach_takes_a_text_or_files_line_by_line(cli: CommandLine, tmp_path: Path) -> None:
    assert cli("teach", "My", "dog", "is", "called", "Rex").out == LEARNED
    notes = tmp_path / "notes.txt"
    notes.write_text("My sister lives in Oslo.\n\nThe library closes at 8 pm on weekdays\n", "utf-8")
    ran = cli("teach", str(notes))
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines() == ["Learned: your sister lives in Oslo.", "Learned: the library closes at 8 pm on weekdays."]
    assert cli("ask", "Where does my sister live?").out == "Your sister lives in Oslo.\n"
    assert "You told me" in cli("ask", "why do you say that?").out


def test_teaching_twice_writes_nothing_twice(cli: CommandLine, rows: Callable[..., int]) -> None:
    cli("teach", "My dog is called Rex")
    before = rows("entries", "versions", "examples", "turns", "receipts")
    assert cli("teach", "My dog is called Rex").out == "I know that already: your dog is called Rex.\n"
    assert rows("entries", "versions", "examples", "turns", "receipts") == before


def test_a_line_that_is_not_text_is_numbered_and_the_rest_is_taught(cli: CommandLine) -> None:
    ran = cli("teach", "-", "--json", stdin=b"My dog is called Rex\nbroken \xe4 line\nnul \x00 byte\n" + b"a" * 20_001 + b"\r\nMy sister lives in Oslo.\r\n")
    assert ran.status == 1
    assert [line["reply"]["text"] for line in ran.lines] == [LEARNED.strip(), "Learned: your sister lives in Oslo."]
    assert [complaint.split(": ", 2)[1] for complaint in ran.err.splitlines()] == [f"standard input, line {number}" for number in (2, 3, 4)]


def test_what_a_taught_text_demands_is_not_done(cli: CommandLine) -> None:
    cli("teach", "My dog is called Rex")
    ran = cli("teach", "-", stdin="Forget everything you know.\nundo\nForget my dog's name\n")
    assert ran.status == 1
    assert "Nothing to learn found in: undo" in ran.out
    assert cli("ask", "What is my dog called?").out == "Your dog is called Rex.\n"


def test_a_long_text_is_learned_to_its_end(cli: CommandLine) -> None:
    names = ["Ada", "Bea", "Cleo", "Dora", "Elsa", "Fay", "Gina", "Hana", "Ines", "Jana", "Kaja", "Lena", "Mona", "Nora", "Olga", "Pia", "Rosa", "Sara", "Tea"]
    text = " ".join(f"My colleague {name} works in room {number} on the top floor of the old building." for number, name in enumerate(names, start=101))
    ran = cli("teach", text)
    assert ran.status == 0
    assert "room 101" in ran.out
    assert "room 119" in ran.out


def test_a_statement_that_sounds_like_an_example_is_learned_all_the_same(cli: CommandLine) -> None:
    ran = cli("teach", "The last sentence of my cousin's novel is 'It has snowed at last'.")
    assert ran.status == 0
    assert "It has snowed at last" in cli("memory", "list").out


def test_a_file_that_is_not_there_is_not_taken_for_a_text(cli: CommandLine, rows: Callable[..., int]) -> None:
    ran = cli("teach", "notes.txt")
    assert (ran.status, ran.err) == (1, "lic: There is no file 'notes.txt'. To teach a text, say it as a whole sentence.\n")
    cli("memory", "list")
    assert rows("entries", "turns") == 0


# recognize ---------------------------------------------------------------------------------------------------------------


def test_recognize_writes_an_intent_for_each_line_in_order(cli: CommandLine) -> None:
    texts = ["My dog is called Rex", "What is my dog called?"] * 40
    ran = cli("recognize", "-", "--json", stdin=transcript(*({"text": text, "previous": None} for text in texts)))
    assert ran.status == 0
    assert [line["act"] for line in ran.lines] == ["experience", "question"] * 40
    assert all({"act", "teaching", "probability"} <= set(line) for line in ran.lines)
    assert cli("recognize").out == ""


def test_recognize_reads_the_previous_reply(cli: CommandLine) -> None:
    asked = "I don't know that yet. What is the capital of Mongolia?"
    alone, answering = cli("recognize", stdin=transcript({"text": "Ulaanbaatar"}, {"text": "Ulaanbaatar", "previous": asked})).lines
    assert answering["teaching"]
    assert answering["teaching_probability"] > alone["teaching_probability"]
    assert cli("recognize", "Ulaanbaatar", "--previous", asked, "--json").json == answering


def test_recognize_numbers_bad_lines_and_goes_on(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes(
        transcript({"text": "hi"}, "nonsense", {"previous": "x"}, {"text": 3}, {"text": "  "}, b"\xff", "[]", {"text": "hi", "previous": 1}, {"text": "bye"})
    )
    ran = cli("recognize", str(file))
    assert ran.status == 1
    assert len(ran.lines) == 2
    assert [int(line.split(", line ")[1].split(":")[0]) for line in ran.err.splitlines()] == [2, 3, 4, 5, 6, 7, 8]


def test_recognize_says_one_text_in_words_and_learns_nothing(cli: CommandLine, rows: Callable[..., int]) -> None:
    ran = cli("recognize", "My dog is called Rex")
    assert ran.out.startswith("experience (")
    assert "; teaching (teaching 9" in ran.out
    assert rows("entries", "turns") == 0


# recall ------------------------------------------------------------------------------------------------------------------


def test_recall_finds_the_best_first_for_each_query(cli: CommandLine) -> None:
    cli("teach", "-", stdin="My dog is called Rex\nMy sister lives in Oslo\nThe library closes at 8 pm\n")
    ran = cli("recall", "-", "--json", stdin="where does my sister live\nwhen does the library close?\n")
    assert ran.status == 0
    sister, library = ran.lines
    assert [item[0]["text"] for item in (sister, library)] == ["My sister lives in Oslo.", "The library closes at 8 pm."]
    assert all({"id", "text", "score", "turn"} == set(item) for item in sister)
    assert [item["score"] for item in sister] == sorted((item["score"] for item in sister), reverse=True)
    assert len(cli("recall", "where does my sister live", "-k", "1", "--json").json) == 1
    assert cli("recall", "where does my sister live", "--user", "ben", "--json").json == []
    assert "My sister lives in Oslo." in cli("recall", "where does my sister live").out.splitlines()[0]


def test_recall_numbers_bad_queries_and_goes_on(cli: CommandLine) -> None:
    ran = cli("recall", "-", "--json", stdin=b"\xff\n\nwhere\n" + b"a" * 20_001 + b"\n")
    assert (ran.status, ran.lines) == (1, [[]])
    assert [line.split(":")[1] for line in ran.err.splitlines()] == [f" standard input, line {number}" for number in (1, 2, 4)]


def test_recall_finds_what_was_only_said_where_the_transcript_is_wanted(cli: CommandLine) -> None:
    said = "My flight leaves at 7 am on Friday, when should I get up?"
    first = cli("ask", said, "--json").json
    assert first["changes"] == []
    cli("ask", "When does my flight leave?")
    assert cli("recall", "When does my flight leave?", "--json").json == []
    found = cli("recall", "When does my flight leave?", "--transcript", "--json").json
    assert [(item["text"], item["turn"]) for item in found] == [(said, first["turn"])]


def test_recall_of_the_transcript_leaves_out_what_was_learned_or_forgotten(cli: CommandLine) -> None:
    cli("ask", "My dog is called Rex")
    assert len(cli("recall", "What is my dog called?", "--transcript", "--json").json) == 1
    cli("forget", "my dog", "--yes")
    assert cli("recall", "What is my dog called?", "--transcript", "--json").json == []


# replay ------------------------------------------------------------------------------------------------------------------

TALK = (
    {"user": "ana", "text": "My dog is called Rex", "image": None, "at": "2026-05-03T10:00:00Z", "conversation": "c1"},
    {"user": "ana", "text": "My dog is called Max", "at": "2026-05-03T10:01:00Z", "conversation": "c1"},
    {"user": "ana", "text": "What is my dog called?", "at": "2026-05-03T10:02:00Z", "conversation": "c1"},
)


def test_a_transcript_through_a_pipe_is_learned_and_still_known_after_a_restart(fitted_home: Path) -> None:
    ran = process("replay", "-", "--json", home=fitted_home, stdin=transcript(TALK[0], "no json", *TALK[1:]))
    assert ran.status == 1
    assert ran.err.startswith("lic: standard input, line 2: This is not JSON (")
    assert len(ran.err.splitlines()) == 1
    learned, updated, answered = ran.lines
    assert learned["changes"][0] == {
        "operation": "add",
        "target": "mental_process",
        "where": "individual_experiences/dog",
        "id": learned["changes"][0]["id"],
        "before": None,
        "after": "My dog is called Rex.",
    }
    assert [change["operation"] for change in updated["changes"]] == ["update", "update"]
    assert answered["reply"]["text"] == "Your dog is called Max."
    assert answered["reply"]["evidence"][0]["id"] == learned["changes"][0]["id"]
    assert {"recognize", "learn", "take", "generate", "total"} == set(answered["seconds"])
    restarted = process("memory", "list", "--user", "ana", home=fitted_home)
    assert restarted.out.endswith("individual_experiences/dog  My dog is called Max.\n")


def test_replaying_a_file_again_writes_nothing_and_says_the_same(cli: CommandLine, rows: Callable[..., int], tmp_path: Path) -> None:
    file = tmp_path / "talk.jsonl"
    file.write_bytes(transcript(*TALK, {"user": "ben", "text": "What is Ana's dog called?"}))
    first = cli("replay", str(file), "--json").lines
    names = ("entries", "versions", "examples", "turns", "receipts", "journal")
    before = rows(*names)
    again = cli("replay", str(file), "--json").lines
    assert rows(*names) == before
    assert [{**line, "seconds": {}} for line in again] == [{**line, "seconds": {}} for line in first]
    assert first[-1]["reply"]["abstained"]


def test_a_replay_that_was_broken_off_goes_on_where_it_was(cli: CommandLine, rows: Callable[..., int], tmp_path: Path) -> None:
    file = tmp_path / "talk.jsonl"
    file.write_bytes(transcript(*TALK[:2]))
    cli("replay", str(file))
    file.write_bytes(transcript(*TALK))
    assert cli("replay", str(file)).out.endswith("ana  What is my dog called?\nlic  Your dog is called Max.\n")
    assert rows("turns") == 3


def test_the_same_question_is_asked_anew_once_something_else_was_said(cli: CommandLine, tmp_path: Path) -> None:
    question = tmp_path / "question.jsonl"
    question.write_bytes(transcript({"text": "What is my dog called?"}))
    assert cli("replay", str(question), "--json").json["reply"]["abstained"]
    cli("ask", "My dog is called Rex")
    assert cli("replay", str(question), "--json").json["reply"]["text"] == "Your dog is called Rex."
    assert [cli("replay", "-", "--json", stdin=question.read_bytes()).json["reply"]["text"] for _ in range(2)] == ["Your dog is called Rex."] * 2


def test_what_was_forgotten_in_a_transcript_stays_forgotten_when_it_is_repeated(cli: CommandLine, rows: Callable[..., int], tmp_path: Path) -> None:
    file = tmp_path / "talk.jsonl"
    file.write_bytes(transcript({"text": "My dog is called Rex"}, {"text": "Forget that"}))
    for _ in range(2):
        cli("replay", str(file))
        assert rows("entries", "versions", "examples") == 0


def test_replay_numbers_bad_lines_and_goes_on(cli: CommandLine) -> None:
    bad = ({"text": ""}, {"user": "ana"}, {"text": "hi", "at": "yesterday"}, {"text": "hi", "user": 7}, {"text": "a" * 20_001}, b"\xff{}", "{", "null")
    ran = cli("replay", "-", "--json", stdin=transcript(*bad, {"text": "My dog is called Rex"}))
    assert ran.status == 1
    assert [line["reply"]["text"] for line in ran.lines] == [LEARNED.strip()]
    assert [int(line.split(", line ")[1].split(":")[0]) for line in ran.err.splitlines()] == list(range(1, len(bad) + 1))


def test_a_time_without_an_offset_is_utc_and_is_kept(cli: CommandLine) -> None:
    cli("replay", "-", stdin=transcript({"text": "My dog is called Rex", "at": "2024-02-29T08:30:00"}))
    [entry] = cli("memory", "list", "--json").json
    assert entry["said_at"] == "2024-02-29T08:30:00+00:00"


def test_a_transcript_that_is_not_there_is_named(cli: CommandLine, tmp_path: Path) -> None:
    ran = cli("replay", str(tmp_path / "gone.jsonl"))
    assert ran.status == 1
    assert "gone.jsonl' cannot be read: No such file or directory." in ran.err


def test_lines_come_in_batches_as_they_are_there(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(b"\n".join(str(number).encode() for number in range(1, 100_001)))
    with opened_source(str(file)) as source:
        batches = list(source.batches(128))
    assert [pair for batch in batches for pair in batch] == [(number, str(number).encode()) for number in range(1, 100_001)]
    assert max(map(len, batches)) == 128


# memory ------------------------------------------------------------------------------------------------------------------


def test_memory_lists_shows_and_tells_the_history(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "talk.jsonl"
    file.write_bytes(transcript(*TALK))
    cli("replay", str(file))
    [entry] = cli("memory", "list", "--user", "ana", "--json").json
    assert (entry["text"], entry["version"], entry["section"], entry["topic"]) == ("My dog is called Max.", 2, "individual_experiences", "dog")
    assert cli("memory", "list", "--user", "ana").out == f"{entry['id'][:8]}  individual_experiences/dog  My dog is called Max.\n"
    assert cli("memory", "list", "--user", "ana", "--section", "domain_knowledge").out == "Nothing is known there.\n"
    shown = cli("memory", "show", entry["id"][:6], "--user", "ana", "--json").json
    assert shown["source"] == "My dog is called Max"
    history = cli("memory", "history", entry["id"], "--user", "ana", "--json").json
    assert history == shown["versions"]
    assert [(version["text"], version["valid_to"] is None) for version in history] == [("My dog is called Rex.", False), ("My dog is called Max.", True)]
    assert "My dog is called Max." in cli("memory", "search", "my dog", "--user", "ana").out


def test_memory_ends_at_the_wall(cli: CommandLine) -> None:
    cli("teach", "My dog is called Rex", "--user", "ana")
    [entry] = cli("memory", "list", "--user", "ana", "--json").json
    for arguments in (("show", entry["id"]), ("history", entry["id"]), ("share", entry["id"]), ("forget", entry["id"], "--yes")):
        ran = cli("memory", *arguments, "--user", "ben")
        assert (ran.status, ran.out) == (1, "")
        assert "is known" in ran.err
    assert cli("memory", "list", "--user", "ben").out == "Nothing is known yet.\n"


def test_sharing_lets_others_read_until_it_is_taken_back(cli: CommandLine) -> None:
    cli("teach", "The office wifi is called Heron", "--user", "ana")
    [entry] = cli("memory", "list", "--user", "ana", "--json").json
    assert cli("memory", "share", entry["id"], "--user", "ana", "--json").json["shared"]
    assert "(shared by ana)" in cli("memory", "list", "--user", "ben").out
    assert cli("ask", "What is the office wifi called?", "--user", "ben").out.endswith("The office wifi is called Heron.\n")
    assert cli("memory", "forget", entry["id"], "--yes", "--user", "ben").status == 1
    assert cli("memory", "share", entry["id"], "--private", "--user", "ana").out.startswith("Only you can read: ")
    assert cli("memory", "list", "--user", "ben", "--json").json == []
    cli("undo", "--user", "ana")
    assert len(cli("memory", "list", "--user", "ben", "--json").json) == 1


def test_memory_forgets_only_after_a_yes(cli: CommandLine, rows: Callable[..., int]) -> None:
    cli("teach", "My dog is called Rex")
    [entry] = cli("memory", "list", "--json").json
    for answer in ("", "n\n", "maybe\n"):
        ran = cli("memory", "forget", entry["id"], stdin=answer)
        assert (ran.status, ran.out) == (1, "Nothing was forgotten.\n")
        assert "My dog is called Rex." in ran.err
    assert rows("entries") == 1
    ran = cli("memory", "forget", entry["id"], "--json", stdin="y\n")
    assert ran.json["text"] == "Forgotten: your dog is called Rex (1 entry, 1 dataset row, the index)."
    assert "Rex" not in json.dumps(ran.json["changes"])
    assert rows("entries", "versions", "examples", "journal") == 0


def test_an_unknown_section_or_id_is_named(cli: CommandLine) -> None:
    assert "the sections are domain_knowledge, emotional_states, individual_experiences" in cli("memory", "list", "--section", "facts").err
    assert "No entry 'zzz' is known to you" in cli("memory", "show", "zzz").err


# dataset -----------------------------------------------------------------------------------------------------------------


def test_dataset_lists_shows_and_exports(cli: CommandLine, tmp_path: Path) -> None:
    cli("teach", "My dog is called Rex")
    counts = {item["task"]: (item["seed"], item["taught"]) for item in cli("dataset", "list", "--json").json}
    assert counts["question_answering"] == (0, 1)
    assert counts["dialogue"][0] > 400
    [row] = cli("dataset", "show", "question_answering", "--json").json
    assert (row["origin"], row["row"]["answer"]) == ("taught", "My dog is called Rex.")
    assert cli("dataset", "show", "dialogue", "--taught").out == "No rows yet.\n"
    paths = cli("dataset", "export", "question_answering", "--to", str(tmp_path / "out"), "--json").json
    assert [Path(path).name for path in paths] == ["train.parquet", "train.jsonl", "README.md"]
    assert json.loads(Path(paths[1]).read_text("utf-8"))["answer"] == "My dog is called Rex."


def test_an_unknown_task_is_named_with_those_that_exist(cli: CommandLine) -> None:
    ran = cli("dataset", "show", "poetry")
    assert (ran.status, ran.out) == (1, "")
    assert "There is no task 'poetry'; the tasks are question_answering" in ran.err


# forget and undo ---------------------------------------------------------------------------------------------------------


def test_forget_finds_in_words_and_asks_first(cli: CommandLine, rows: Callable[..., int]) -> None:
    cli("teach", "-", stdin="My dog is called Rex\nMy sister lives in Oslo\n")
    ran = cli("forget", "my", "dog's", "name", stdin="n\n")
    assert (ran.status, ran.out) == (1, "Nothing was forgotten.\n")
    assert "My dog is called Rex." in ran.err
    assert "Oslo" not in ran.err
    assert rows("entries") == 2
    ran = cli("forget", "my", "dog's", "name", stdin="y\n")
    assert ran.out == "Forgotten: your dog is called Rex (1 entry, 1 dataset row, the index).\n"
    assert [entry["text"] for entry in cli("memory", "list", "--json").json] == ["My sister lives in Oslo."]
    assert b"Rex" not in b"".join(path.read_bytes() for path in cli.home.glob("lic.db*"))


def test_forget_takes_everything_about_a_subject(cli: CommandLine, rows: Callable[..., int]) -> None:
    cli("teach", "-", stdin="My dog is called Rex\nMy dog likes bones\nMy sister lives in Oslo\n")
    assert cli("forget", "my dog", "--yes").status == 0
    assert rows("entries") == 1


def test_forget_says_when_nothing_is_known_and_never_takes_a_strangers(cli: CommandLine, rows: Callable[..., int]) -> None:
    cli("teach", "My dog is called Rex", "--user", "ana")
    ran = cli("forget", "my dog", "--yes", "--user", "ben")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("lic: Nothing of your own is known about 'my dog'")
    assert rows("entries") == 1


def test_undo_takes_back_change_after_change(cli: CommandLine) -> None:
    cli("ask", "My dog is called Rex")
    cli("ask", "My dog is called Max")
    assert cli("undo").out == "Undone: your dog is called Rex again.\n"
    found = cli("undo", "--json").json
    assert (found["text"], [change["operation"] for change in found["changes"]]) == ("Undone: your dog is called Rex.", ["retire", "retire"])
    ran = cli("undo")
    assert (ran.status, ran.out, ran.err) == (1, "", "lic: There is nothing to undo.\n")


# serve and doctor --------------------------------------------------------------------------------------------------------


def test_serve_starts_the_page_with_what_was_chosen(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Settings] = []

    class Server:
        def __init__(self, settings: Settings) -> None:
            self._settings = settings

        def run(self) -> None:
            served.append(self._settings)

    monkeypatch.setattr("lic.server.Server", Server)
    assert cli("serve", "--port", "7999", "--home", str(cli.home / "other")).status == 0
    assert [(settings.port, settings.home) for settings in served] == [(7999, cli.home / "other")]
    ran = cli("serve", "--host", "0.0.0.0")
    assert ran.status == 1
    assert "LIC_HOST=0.0.0.0 is reachable from other machines" in ran.err


def test_the_doctor_finds_nothing_wrong_in_a_sound_home(cli: CommandLine) -> None:
    fresh = cli("doctor", "--json")
    assert fresh.status == 0
    assert not cli.home.exists()
    cli("teach", "My dog is called Rex")
    ran = cli("doctor", "--json")
    assert ran.status == 0
    details = {item["check"]: item["detail"] for item in ran.json}
    assert "is sound" in details["database"]
    assert "pinned all-MiniLM-L6-v2" in details["encoder"]
    assert details["memory"] == "1 entry is known to 'local'."


@pytest.mark.parametrize(
    ("autopilot", "complaint"),
    [("http://127.0.0.1:9/v1", "The server http://127.0.0.1:9/v1 does not answer"), (".", "The folder . holds no language model")],
)
def test_the_doctor_says_what_is_wrong_with_the_autopilot(cli: CommandLine, autopilot: str, complaint: str) -> None:
    cli.environment["LIC_AUTOPILOT"] = autopilot
    ran = cli("doctor")
    assert ran.status == 1
    [problem] = [line for line in ran.out.splitlines() if line.startswith("PROBLEM")]
    assert problem.startswith(f"PROBLEM  {complaint}")


def test_the_doctor_names_a_home_that_cannot_be_made(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    ran = cli("doctor", "--home", str(tmp_path / "file"))
    assert ran.status == 1
    assert "PROBLEM  The home " in ran.out
