"""The page in a real browser, against a real server: what a person can press, and that nothing is written twice or fetched from elsewhere."""

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from lic.factory import Lic

INSTALL = "apt-get install -y chromium fonts-dejavu-core fonts-noto-color-emoji"
CHROMIUM = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ROOT = Path(__file__).parent.parent
WAIT = 40_000  # ms; two busy cores may need it

pytestmark = pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason=f"there is no chromium: {INSTALL}")
expect.set_options(timeout=WAIT)


class Served:
    """A running `python app.py` with its home and address."""

    def __init__(self, home: Path, port: int, process: "subprocess.Popen[str]") -> None:
        self.home = home
        self.url = f"http://127.0.0.1:{port}"
        self.process = process

    def count(self, table: str) -> int:
        """How many rows a table of the database has."""
        with sqlite3.connect(f"file:{self.home / 'lic.db'}?mode=ro", uri=True) as connection:
            found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        connection.close()
        return found

    def stop(self) -> None:
        """End the program as Ctrl-C in a terminal would, and wait for it."""
        self.process.terminate()
        self.process.wait(30)


@contextmanager
def serving(home: Path, **environment: str) -> Iterator[Served]:
    """`python app.py` in a home, from its first answer until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIC_", "GRADIO_", "SPACE_"))}
    environment = {**kept, "LIC_HOME": str(home), "LIC_PORT": str(port), "GRADIO_TEMP_DIR": str(home / "gradio"), **environment}
    with (home / "app.log").open("a") as log:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, text=True)
    served = Served(home, port, process)
    try:
        deadline = time.monotonic() + 120
        while not answers(served.url):
            assert process.poll() is None, (home / "app.log").read_text()
            assert time.monotonic() < deadline, "the page did not come"
            time.sleep(0.05)
        yield served
    finally:
        served.stop()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status == 200
    except urllib.error.HTTPError as error:
        error.close()
        return error.code == 401
    except OSError:
        return False


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail(f"CI has to run the browser tests, and there is no chromium: {INSTALL}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def home(models: Lic, tmp_path: Path) -> Path:
    """A fresh home whose heads are fitted already."""
    return made_home(models, tmp_path)


@pytest.fixture(scope="module")
def many(models: Lic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests that need no other: every browser context is a person of its own."""
    with serving(made_home(models, tmp_path_factory.mktemp("many")), LIC_OPEN_TO_ALL="true") as served:
        yield served


def made_home(models: Lic, folder: Path) -> Path:
    home = folder / "home"
    shutil.copytree(models.settings.cache, home / "cache")
    return home


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 850}, accept_downloads=True)
    yield context
    context.close()


@pytest.fixture
def chat(context: BrowserContext, many: Served) -> "Chat":
    return Chat(context.new_page(), many.url)


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds on the server's side."""
    deadline = time.monotonic() + WAIT / 1000
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


class Chat:
    """A person at the page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.hosts: set[str] = set()
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.open()

    def open(self) -> None:
        """Open the page, or load it again."""
        self.page.goto(self.url)
        # With the conversation from the database the box begins to take text.
        expect(self.box).to_be_enabled()

    @property
    def box(self) -> Locator:
        return self.page.locator("#box textarea")

    @property
    def mine(self) -> Locator:
        return self.page.locator("#chat .user-row .message-content")

    @property
    def buttons(self) -> Locator:
        return self.page.locator("#chat button.option")

    @property
    def replies(self) -> Locator:
        """The replies, without their folds."""
        return self.page.locator("#chat .bot-row [data-testid=bot]:not(:has(.thought-group))")

    def say(self, text: str) -> str:
        """Say something and return the reply."""
        self.send(text)
        return self.reply()

    def send(self, text: str) -> None:
        """Say something without waiting for the reply."""
        self.box.fill(text)
        self.box.press("Enter")
        expect(self.box).to_have_value("")

    def reply(self) -> str:
        """The last reply, as soon as it is whole."""
        self.idle()
        return self.replies.last.inner_text().strip()

    def idle(self) -> None:
        """Wait until nothing is on its way."""
        expect(self.page.locator("#chat .bot-row").last.locator(".thought-group")).to_be_visible()
        expect(self.page.locator("#box .submit-button")).to_be_visible()

    def press(self, label: str) -> None:
        """Press a button below the last reply."""
        self.buttons.get_by_text(label, exact=True).click()

    def tab(self, name: str) -> None:
        """Open a tab."""
        self.page.get_by_role("tab", name=name).click()
        if name != "Chat":
            caption = self.page.locator("#memory-caption textarea, #memory-caption input, #dataset-caption textarea, #dataset-caption input")
            expect(caption.locator("visible=true")).not_to_have_value("")

    def bubble(self, text: str) -> Locator:
        """The person's messages with this text."""
        return self.page.locator("#chat .user-row").filter(has_text=text)


def test_the_first_view_explains_in_two_lines_and_its_chips_fill_the_box_but_send_nothing(chat: Chat, many: Served) -> None:
    said = many.count("turns")
    expect(chat.page.locator("#chat .placeholder")).to_contain_text("Teach me something")
    expect(chat.page.locator("#chat .placeholder p")).to_have_count(2)
    chips = chat.page.locator("#chat .example")
    expect(chips).to_have_count(4)
    chips.nth(1).click()
    expect(chat.box).to_have_value(chips.nth(1).inner_text().strip())
    expect(chat.mine).to_have_count(0)
    assert many.count("turns") == said


def test_a_person_teaches_asks_and_sees_what_was_recognized(chat: Chat) -> None:
    assert chat.say("My dog is called Rex") == "Learned: your dog is called Rex."
    expect(chat.buttons).to_have_text(["Undo", "Correct", "I wasn't teaching"])
    assert chat.say("What's my dog's name?") == "Your dog is called Rex."
    expect(chat.buttons).to_have_text(["Why?", "Correct", "Forget"])
    fold = chat.page.locator("#chat .thought-group").last
    expect(fold).to_contain_text("took 1 entry")
    expect(fold).not_to_contain_text("Recognized")
    fold.get_by_role("button").first.click()
    expect(fold).to_contain_text("Recognized: question")
    expect(fold).to_contain_text("Taken: “My dog is called Rex.”")


def test_undo_below_a_reply_takes_that_reply_back_and_stays_after_a_reload(chat: Chat, many: Served) -> None:
    entries, rows = many.count("entries"), many.count("examples")
    chat.say("My dog is called Rex")
    assert (many.count("entries"), many.count("examples")) == (entries + 1, rows + 1)
    chat.press("Undo")
    expect(chat.replies.last).to_have_text("Undone: your dog is called Rex.")
    expect(chat.buttons).to_have_count(0)
    assert (many.count("entries"), many.count("examples")) == (entries, rows)
    chat.open()
    expect(chat.replies.last).to_have_text("Undone: your dog is called Rex.")
    expect(chat.buttons).to_have_count(0)


def test_correct_begins_a_correction_in_the_box_and_the_answer_is_corrected(chat: Chat) -> None:
    chat.say("My dog is called Rex")
    chat.press("Correct")
    expect(chat.box).to_have_value("Actually, my dog is called ")
    assert chat.say(chat.box.input_value() + "Max") == "Updated: your dog is called Max (until now: Rex)."


def test_why_says_who_told_it_and_forget_asks_once_and_then_removes_it(chat: Chat, many: Served) -> None:
    entries = many.count("entries")
    chat.say("My dog is called Rex")
    chat.say("What's my dog's name?")
    chat.press("Why?")
    expect(chat.mine.last).to_have_text("Why do you say that?")
    assert "“My dog is called Rex”" in chat.reply()
    chat.press("Forget")
    expect(chat.replies.last).to_contain_text("Shall I forget this?")
    chat.press("Keep it")
    expect(chat.replies.last).not_to_contain_text("Shall I forget this?")
    assert many.count("entries") == entries + 1
    chat.press("Forget")
    chat.press("Yes, forget it")
    expect(chat.replies.last).to_contain_text("Forgotten:")
    assert many.count("entries") == entries
    expect(chat.page.locator("#conversation-list")).not_to_contain_text("Rex")
    assert "Rex" not in chat.page.locator("body").inner_text(), "nothing of it is shown any more"
    chat.open()
    assert "Rex" not in chat.page.locator("body").inner_text()


def test_i_was_not_teaching_takes_it_back_and_teaches_the_gate(chat: Chat, many: Served) -> None:
    entries = many.count("entries")
    chat.say("My dog is called Rex")
    chat.press("I wasn't teaching")
    expect(chat.replies.last).to_contain_text("not teaching")
    assert many.count("entries") == entries
    chat.tab("Datasets")
    chat.page.locator("#dataset-task input").click()
    chat.page.get_by_role("option", name="intent_recognition").click()
    expect(chat.page.locator("#dataset-table .virtual-row").first).to_contain_text("My dog is called Rex")


def test_retry_of_a_teaching_turn_writes_nothing_and_of_another_turn_answers_anew(chat: Chat, many: Served) -> None:
    chat.say("My dog is called Rex")
    before = [many.count(table) for table in ("turns", "entries", "versions", "examples", "receipts")]
    chat.page.get_by_role("button", name="Retry").click()
    expect(chat.page.get_by_text("This reply stays")).to_be_visible()
    assert [many.count(table) for table in ("turns", "entries", "versions", "examples", "receipts")] == before
    chat.say("What's my dog's name?")
    expect(chat.mine).to_have_count(2)
    turns = many.count("turns")
    chat.page.get_by_role("button", name="Retry").click()
    eventually(lambda: many.count("turns") == turns + 1, "the answer is a turn of its own, in the place of the old one")
    assert chat.reply() == "Your dog is called Rex."
    expect(chat.mine).to_have_count(2)
    assert many.count("entries") == before[1]


def test_an_edited_turn_takes_the_place_of_the_old_one_with_what_it_taught(chat: Chat, many: Served) -> None:
    entries, rows = many.count("entries"), many.count("examples")
    chat.say("My dog is called Rex")
    chat.bubble("My dog is called Rex").hover()
    chat.page.get_by_role("button", name="Edit").click()
    field = chat.page.locator("#chat textarea")
    expect(field).to_have_value("My dog is called Rex")
    field.fill("My dog is called Max")
    chat.page.get_by_role("button", name="Submit").click()
    expect(chat.replies.last).to_have_text("Learned: your dog is called Max.")
    chat.idle()
    expect(chat.mine).to_have_count(1)
    assert (many.count("entries"), many.count("examples")) == (entries + 1, rows + 1)
    chat.open()
    expect(chat.mine).to_have_text(["My dog is called Max"])


def test_undoing_a_message_takes_it_back_and_gives_its_words_to_the_box(chat: Chat, many: Served) -> None:
    entries = many.count("entries")
    chat.say("My dog is called Rex")
    chat.page.locator("#chat").get_by_role("button", name="Undo", exact=True).first.click()
    expect(chat.mine).to_have_count(0)
    expect(chat.box).to_have_value("My dog is called Rex")
    assert many.count("entries") == entries


def test_what_was_taught_is_shown_as_text_and_nothing_is_fetched_from_another_host(chat: Chat) -> None:
    for text in (
        "My boat is called Juno <img src=http://203.0.113.7/a.png>",
        "My sister is called [Ines](http://203.0.113.7/c) ![me](http://203.0.113.7/b.png)",
        "My brother is called <b>Tom</b><script>document.title='taken'</script>",
        "My street is called &lt;i&gt; **bold** $$x^2$$",
    ):
        chat.say(text)
        shown = chat.mine.last.inner_text().replace("\u2060", "")
        assert shown == text
    chat.tab("Mental Process")
    expect(chat.page.locator("#memory-table .virtual-row").first).to_be_visible()
    for row in range(chat.page.locator("#memory-table .virtual-row").count()):
        chat.page.locator("#memory-table .virtual-row").nth(row).locator("[role=gridcell]").first.click()
        expect(chat.page.locator("#memory-wording textarea")).to_be_visible()
    chat.tab("Datasets")
    expect(chat.page.locator("#dataset-table .virtual-row").first).to_be_visible()
    chat.open()
    assert chat.page.locator("#chat .message img, #chat .message a, #chat .message b, #chat .message script").count() == 0
    assert chat.page.locator("img[src*='203.0.113.7']").count() == 0
    assert chat.page.title() == "LIC"
    assert chat.hosts == {urlsplit(chat.url).netloc}


def test_even_a_picture_that_got_into_the_page_would_not_be_fetched_from_another_host(chat: Chat) -> None:
    with chat.page.expect_event("console", lambda message: "Content Security Policy" in message.text, timeout=WAIT):
        chat.page.evaluate("() => { const image = new Image(); image.src = 'http://203.0.113.7/x.png'; document.body.append(image); }")


def test_a_message_above_the_limit_gets_a_sentence_and_stays_in_the_box(chat: Chat, many: Served) -> None:
    said = many.count("turns")
    long = "My dog is called Rex. " * 9_500
    chat.box.fill(long)
    chat.box.press("Enter")
    expect(chat.page.get_by_text(re.compile("20,000 are the most I take"))).to_be_visible()
    expect(chat.box).to_have_value(long)
    expect(chat.mine).to_have_count(0)
    assert many.count("turns") == said
    assert "Traceback" not in chat.page.content()


def test_an_empty_message_is_not_sent(chat: Chat, many: Served) -> None:
    said = many.count("turns")
    chat.box.fill("   ")
    with chat.page.expect_response(re.compile("/gradio_api/")):
        chat.box.press("Enter")
    assert chat.say("hello")
    expect(chat.mine).to_have_text(["hello"])
    assert many.count("turns") == said + 1


def test_conversations_are_listed_kept_over_a_reload_and_begun_anew(chat: Chat) -> None:
    chat.say("My dog is called Rex")
    chat.open()
    expect(chat.mine).to_have_text(["My dog is called Rex"])
    listed = chat.page.locator("#conversation-list label")
    expect(listed).to_have_text(["My dog is called Rex"])
    expect(listed.first).to_be_in_viewport()
    chat.page.locator("#new-conversation").click()
    expect(chat.mine).to_have_count(0)
    chat.say("hello")
    expect(listed).to_have_text(["hello", "My dog is called Rex"])
    listed.nth(1).click()
    expect(chat.mine).to_have_text(["My dog is called Rex"])


def test_a_person_at_a_phone_sees_everything_without_scrolling_sideways(chromium: Browser, many: Served) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, is_mobile=True, has_touch=True, color_scheme="dark")
    try:
        chat = Chat(context.new_page(), many.url)
        chat.say("My dog is called " + "Wolfeschlegelsteinhausenbergerdorff" * 4)
        for name in ("Chat", "Mental Process", "Datasets"):
            chat.tab(name)
            assert chat.page.evaluate("document.documentElement.scrollWidth") <= 390, name
        chat.tab("Chat")
        expect(chat.box).to_be_in_viewport(ratio=1)
        expect(chat.buttons.first).to_be_visible()
        assert "dark" in (chat.page.locator("body").get_attribute("class") or "")
        chat.page.locator("#light").click()
        expect(chat.page.locator("body")).not_to_have_class(re.compile("dark"))
        chat.open()
        expect(chat.page.locator("body")).not_to_have_class(re.compile("dark"))
    finally:
        context.close()


def test_the_mental_process_is_searched_corrected_with_a_new_version_and_forgotten(chat: Chat, many: Served) -> None:
    entries = many.count("entries")
    chat.say("My dog is called Rex")
    chat.say("The capital of Mongolia is Ulaanbaatar")
    chat.tab("Mental Process")
    rows = chat.page.locator("#memory-table .virtual-row")
    expect(rows).to_have_count(2)
    chat.page.locator("#memory-section input").click()
    chat.page.get_by_role("option", name="Domain knowledge").click()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Ulaanbaatar")
    chat.page.locator("#memory-section input").click()
    chat.page.get_by_role("option", name="All sections").click()
    expect(rows).to_have_count(2)
    chat.page.locator("#memory-query textarea, #memory-query input").fill("dog")
    chat.page.locator("#memory-query textarea, #memory-query input").press("Enter")
    expect(rows).to_have_count(1)
    rows.first.locator("[role=gridcell]").first.click()
    expect(chat.page.locator("#memory-source textarea")).to_have_value(re.compile("“My dog is called Rex”"))
    chat.page.locator("#memory-wording textarea").fill("My dog is called Bella")
    chat.page.locator("#memory-save").click()
    expect(chat.page.locator("#memory-versions .virtual-row")).to_have_count(2)
    expect(chat.page.locator("#memory-versions .virtual-row").first).to_contain_text("My dog is called Bella.")
    chat.tab("Chat")
    assert chat.say("What's my dog's name?") == "Your dog is called Bella."
    chat.tab("Mental Process")
    expect(rows).to_have_count(1)
    rows.first.locator("[role=gridcell]").first.click()
    chat.page.locator("#memory-forget").click()
    assert many.count("entries") == entries + 2, "forgetting asks once"
    chat.page.locator("#memory-forget-really").click()
    expect(chat.page.locator("#memory-entry")).to_be_hidden()
    assert many.count("entries") == entries + 1
    chat.tab("Chat")
    expect(chat.page.locator("#chat")).not_to_contain_text("Bella")


def test_a_datasets_rows_name_their_source_and_are_taken_away_as_a_file(chat: Chat, tmp_path: Path) -> None:
    chat.say("My dog is called Rex")
    chat.tab("Datasets")
    rows = chat.page.locator("#dataset-table .virtual-row")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("What is my dog called?")
    expect(rows.first).to_contain_text("“My dog is called Rex”")
    with chat.page.expect_download(timeout=WAIT) as download:
        chat.page.locator("#dataset-export").click()
    archive = tmp_path / "taken.zip"
    download.value.save_as(archive)
    with zipfile.ZipFile(archive) as file:
        lines = file.read("question_answering/jsonl/train.jsonl").decode().splitlines()
    assert [json.loads(line)["answer"] for line in lines] == ["My dog is called Rex."]


def test_visitors_of_an_open_page_have_memories_of_their_own(chromium: Browser, chat: Chat, many: Served) -> None:
    chat.say("My dog is called Rex")
    other = chromium.new_context()
    try:
        stranger = Chat(other.new_page(), many.url)
        assert "don't know" in stranger.say("What's my dog's name?")
        stranger.tab("Mental Process")
        expect(stranger.page.locator("#memory-table .virtual-row")).to_have_count(0)
    finally:
        other.close()


def test_only_the_chat_endpoint_can_be_called_from_outside(many: Served) -> None:
    with urllib.request.urlopen(f"{many.url}/gradio_api/info", timeout=30) as response:
        offered = json.load(response)
    assert list(offered["named_endpoints"]) == ["/chat"]
    assert offered["unnamed_endpoints"] == {}


def test_the_page_is_there_while_the_models_wake_and_everything_is_kept_over_a_restart(context: BrowserContext, home: Path) -> None:
    with serving(home) as served:
        chat = Chat(context.new_page(), served.url)
        chat.send("My dog is called Rex")
        expect(chat.replies.last).to_contain_text(re.compile("waking up|Learned"))
        expect(chat.replies.last).to_have_text("Learned: your dog is called Rex.")
    with serving(home) as served:
        again = Chat(context.new_page(), served.url)
        expect(again.page.locator("#conversation-list label")).to_have_text(["My dog is called Rex"])
        assert again.say("What's my dog's name?") == "Your dog is called Rex."


def test_people_sign_in_to_memories_of_their_own(chromium: Browser, home: Path) -> None:
    with serving(home, LIC_AUTH="ana:secret,ben:other") as served:
        contexts = {name: chromium.new_context() for name in ("ana", "ben", "eve")}
        try:
            eve = contexts["eve"].new_page()
            eve.goto(served.url)
            sign_in(eve, "ana", "other")
            expect(eve.get_by_text(re.compile("incorrect", re.IGNORECASE))).to_be_visible()
            assert eve.locator("#box").count() == 0
            ana = signed_in(contexts["ana"].new_page(), served.url, "ana", "secret")
            ana.say("My dog is called Rex")
            ben = signed_in(contexts["ben"].new_page(), served.url, "ben", "other")
            assert "don't know" in ben.say("What's my dog's name?")
            assert ana.say("What's my dog's name?") == "Your dog is called Rex."
            ben.page.locator("#sign-out").click()
            expect(ben.page.get_by_text("Sign in to yours")).to_be_visible()
        finally:
            for context in contexts.values():
                context.close()


def test_what_is_shared_is_corrected_by_its_teacher_and_both_see_the_conflict(chromium: Browser, home: Path) -> None:
    with serving(home, LIC_AUTH="ana:secret,ben:other") as served:
        contexts = {name: chromium.new_context() for name in ("ana", "ben")}
        try:
            ana = signed_in(contexts["ana"].new_page(), served.url, "ana", "secret")
            ana.say("The library opens at nine")
            ana.tab("Mental Process")
            ana.page.locator("#memory-table .virtual-row [role=gridcell]").first.click()
            ana.page.locator("#memory-share").click()
            expect(ana.page.locator("#memory-share")).to_have_text("Make it private")
            expect(ana.page.locator("#memory-table .virtual-row").first).to_contain_text("everybody")
            ana.page.locator("#sharing button").first.click()
            ana.page.locator("#sharing-teachers textarea, #sharing-teachers input").fill("zoe")
            ana.page.locator("#sharing-save").click()
            expect(ana.page.get_by_text("Nobody signs in as 'zoe'")).to_be_visible()
            ana.page.locator("#sharing-teachers textarea, #sharing-teachers input").fill("ben")
            ana.page.locator("#sharing-save").click()
            expect(ana.page.get_by_text("Saved.")).to_be_visible()
            ben = signed_in(contexts["ben"].new_page(), served.url, "ben", "other")
            ben.tab("Mental Process")
            ben.page.locator("#sharing button").first.click()
            expect(ben.page.locator("#sharing-role textarea, #sharing-role input")).to_have_value(re.compile("You may correct what ana shares"))
            ben.page.locator("#memory-table .virtual-row [role=gridcell]").first.click()
            expect(ben.page.locator("#memory-share")).to_be_hidden()
            expect(ben.page.locator("#memory-forget")).to_be_disabled()
            ben.page.locator("#memory-wording textarea").fill("The library opens at ten")
            ben.page.locator("#memory-save").click()
            expect(ben.page.locator("#memory-versions .virtual-row")).to_have_count(2)
            ana.tab("Chat")
            ana.tab("Mental Process")
            conflict = ana.page.locator("#sharing-conflicts .virtual-row")
            expect(conflict).to_have_count(1)
            expect(conflict.first).to_contain_text("The library opens at ten.")
            conflict.first.locator("[role=gridcell]").first.click()
            ana.page.locator("#sharing-old").click()
            expect(conflict).to_have_count(0)
            expect(ana.page.locator("#memory-table .virtual-row").first).to_contain_text("The library opens at nine.")
            assert ben.page.locator("#memory-table").is_visible()
            ben.tab("Chat")
            assert "The library opens at nine." in ben.say("When does the library open?")
        finally:
            for context in contexts.values():
                context.close()


def signed_in(page: Page, url: str, user: str, password: str) -> Chat:
    page.goto(url)
    sign_in(page, user, password)
    expect(page.locator("#box textarea")).to_be_visible()
    return Chat(page, url)


def sign_in(page: Page, user: str, password: str) -> None:
    fields = page.locator("input, textarea")
    fields.nth(0).fill(user)
    fields.nth(1).fill(password)
    page.get_by_role("button", name="Login").click()


def test_a_stopped_reply_ends_with_what_was_said_and_is_kept(context: BrowserContext, home: Path) -> None:
    with slow_server() as url, serving(home, LIC_AUTOPILOT=url) as served:
        chat = Chat(context.new_page(), served.url)
        chat.send("Tell me a long story please")
        expect(chat.replies.last).to_contain_text("word3")
        chat.page.locator("#box .stop-button").click()
        text = chat.reply()
        assert text.startswith("word0 word1 word2 word3")
        assert "word400" not in text
        chat.open()
        expect(chat.replies.last).to_have_text(text)
        assert served.count("turns") == 1


@contextmanager
def slow_server() -> Iterator[str]:
    """An OpenAI-compatible server that takes a minute for an answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for number in range(600):
                choice = {"index": 0, "delta": {"content": f"word{number} "}, "finish_reason": None}
                chunk = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "slow", "choices": [choice]}
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                self.wfile.flush()
                time.sleep(0.1)

        def handle(self) -> None:
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run_app(environment: dict[str, str], home: Path) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIC_", "GRADIO_", "SPACE_"))}
    environment = {**kept, "LIC_HOME": str(home), **environment}
    return subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"LIC_AUTH": "ana"}, "LIC_AUTH is a list like"),
        ({"LIC_HOST": "0.0.0.0"}, "reachable from other machines"),
        ({"LIC_PORT": "ninety"}, "port"),
    ],
)
def test_settings_that_cannot_be_used_end_the_start_with_a_sentence(environment: dict[str, str], sentence: str, tmp_path: Path) -> None:
    ended = run_app(environment, tmp_path)
    assert ended.returncode != 0
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_damaged_database_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "lic.db").write_bytes(b"this is no database, " * 200)
    ended = run_app({"LIC_PORT": "0"}, tmp_path)
    assert ended.returncode != 0
    assert "damaged" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_page_is_built_without_any_model_library(tmp_path: Path) -> None:
    code = "import app, sys; print([name for name in ('torch', 'transformers', 'sklearn', 'datasets') if name in sys.modules], app.demo.title)"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "LIC_HOME": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout.strip() == "[] LIC"
    assert list(tmp_path.iterdir()) == [], "importing the page opens nothing"
