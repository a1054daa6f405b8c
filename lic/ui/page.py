"""The page: draws the tabs and wires what happens in them to their handlers."""

from typing import Any

import gradio as gr
from gradio.events import api

from lic.errors import LicError
from lic.types import Reply
from lic.ui.chat_tab import ChatTab
from lic.ui.datasets_tab import DatasetsTab
from lic.ui.memory_tab import MemoryTab
from lic.ui.people import Seat, new_id, owner_of
from lic.ui.sharing_panel import SharingPanel
from lic.ui.talking import Asked, Talking
from lic.ui.waking import Waking

AT_ONCE = 4
"""Replies that are made at the same time."""
HANDLERS_AT_ONCE = 16
EXAMPLES = ("My dog is called Rex", "Our office opens at half past eight", "What is the capital of Mongolia?", "I like my tea without sugar")
TEACH_ME = """### Teach me something
Tell me a fact, something about you, or how I should talk, in your own words, and I remember it.

Ask me later, correct me by saying so, and use the buttons below a reply to take it back."""
FOCUS = """() => setTimeout(() => {
    const box = document.querySelector("#box textarea");
    if (box && window.matchMedia("(hover: hover)").matches) { box.focus(); box.setSelectionRange(box.value.length, box.value.length); }
}, 60)"""
SWITCH_LIGHT = """() => {
    const dark = document.body.classList.toggle("dark");
    localStorage.setItem("lic-light", dark ? "dark" : "light");
}"""
RESTORE_LIGHT = """() => {
    const kept = localStorage.getItem("lic-light");
    if (kept && !new URLSearchParams(location.search).has("__theme")) document.body.classList.toggle("dark", kept === "dark");
}"""
OPEN_LIST = """() => setTimeout(() => {
    const list = document.querySelector("#conversations");
    if (list && !list.classList.contains("open") && innerWidth >= 1200 && list.querySelector("label")) list.querySelector(".toggle-button").click();
}, 100)"""
CLOSE_LIST = """() => {
    const list = document.querySelector("#conversations");
    if (list && list.classList.contains("open") && innerWidth < 800) list.querySelector(".toggle-button").click();
}"""
PRIVATE: dict[str, Any] = {"api_visibility": "private"}


def build(waking: Waking) -> gr.Blocks:
    """The whole page for a LIC; nothing is loaded and nothing listens yet."""
    talking = Talking(waking)
    with gr.Blocks(title="LIC", fill_height=True, analytics_enabled=False, delete_cache=(600, 600)) as page:
        browser = gr.BrowserState(None, storage_key="lic", secret="lic")
        with gr.Sidebar(open=False, width=280, elem_id="conversations"):
            new = gr.Button("New conversation", variant="primary", size="md", elem_id="new-conversation")
            conversations = gr.Radio([], label="Conversations", visible=False, elem_id="conversation-list")
        _header(bool(waking.settings.auth))
        with gr.Tabs(selected="chat", elem_id="tabs") as tabs:
            with gr.Tab("Chat", id="chat", elem_id="chat-tab") as chat_tab:
                chatbot, box = _draw_chat()
            with gr.Tab("Mental Process", id="memory") as memory_tab:
                memory = MemoryTab(waking).draw(browser)
                # Visitors without a name share nothing with each other.
                sharing = SharingPanel(waking).draw(browser, memory) if waking.settings.auth else None
            with gr.Tab("Datasets", id="datasets") as datasets_tab:
                datasets = DatasetsTab(waking).draw(browser)
        chat = ChatTab(talking)
        _wire_turns(chat, browser, chatbot, box, conversations)
        opened = [browser, chatbot, conversations]
        # Only now it is known who sits there: until then the box takes nothing.
        page.load(chat.open, [browser], [*opened, box], **PRIVATE).then(None, None, None, js=OPEN_LIST).then(None, None, None, js=FOCUS)
        page.load(None, None, None, js=RESTORE_LIGHT)
        for event in (
            new.click(chat.new_conversation, [browser], opened, **PRIVATE),
            conversations.input(chat.choose_conversation, [browser, conversations], opened, **PRIVATE),
        ):
            event.then(_show_chat, None, [tabs], **PRIVATE).then(None, None, None, js=CLOSE_LIST)
        chat_tab.select(chat.refresh, [browser], [chatbot, conversations], **PRIVATE)
        memory_tab.select(*memory, **PRIVATE)
        if sharing is not None:
            memory_tab.select(*sharing, **PRIVATE)
        datasets_tab.select(*datasets, **PRIVATE)
        api(_endpoint(talking), api_name="chat", concurrency_limit=AT_ONCE, concurrency_id="generate")
    return page.queue(default_concurrency_limit=HANDLERS_AT_ONCE, api_open=False)


def _header(signed_in: bool) -> None:
    with gr.Row(elem_id="header"):
        gr.HTML("<h1>LIC</h1><p>Learning In Conversation</p>", elem_id="brand")
        light = gr.Button("◐", size="sm", scale=0, min_width=44, elem_id="light")
        light.click(None, None, None, js=SWITCH_LIGHT)
        if signed_in:
            gr.Button("Sign out", link="/logout", size="sm", scale=0, min_width=90, elem_id="sign-out")


def _draw_chat() -> tuple[gr.Chatbot, gr.Textbox]:
    chatbot = gr.Chatbot(
        show_label=False,
        container=False,
        height="100%",
        editable="user",
        buttons=[],
        layout="bubble",
        # What was taught is text: no Markdown, no formulas, no tags. `lic.ui.chat.shown` keeps HTML from being read.
        render_markdown=False,
        latex_delimiters=[],
        sanitize_html=True,
        allow_tags=False,
        allow_file_downloads=False,
        placeholder=TEACH_ME,
        examples=[{"text": text} for text in EXAMPLES],
        elem_id="chat",
    )
    box = gr.Textbox(
        label="Message to LIC",
        placeholder="Teach me something, or ask …",
        show_label=False,
        container=False,
        submit_btn=True,
        lines=1,
        max_lines=8,
        interactive=False,
        elem_id="box",
    )
    return chatbot, box


def _wire_turns(chat: ChatTab, browser: Any, chatbot: gr.Chatbot, box: gr.Textbox, conversations: gr.Radio) -> None:
    """Whatever asks for a reply first shows what was asked, at once, and then streams the reply, a few at a time."""
    said: list[Any] = [chatbot, box]
    # Several of these may overlap: each that is left out would leave a message without its reply.
    every: dict[str, Any] = {**PRIVATE, "trigger_mode": "multiple"}
    for event in (
        box.submit(chat.say, [box, browser], said, queue=False, show_progress="hidden", **PRIVATE),
        chatbot.retry(chat.retry, [chatbot, browser], said, **PRIVATE),
        chatbot.edit(chat.edit, [chatbot, browser], said, **PRIVATE),
        chatbot.undo(chat.undo, [chatbot, browser], said, **PRIVATE),
        chatbot.option_select(chat.press, [browser], said, **PRIVATE),
    ):
        answered = event.then(
            chat.answer,
            [browser],
            said,
            concurrency_limit=AT_ONCE,
            concurrency_id="generate",
            show_progress_on=chatbot,
            **every,
        )
        settled = answered.then(chat.settle, [browser], [*said, conversations], show_progress="hidden", **every)
        settled.then(None, None, None, js=FOCUS)
    box.stop(chat.stop, [browser], None, queue=False, **PRIVATE)
    chatbot.example_select(_example, None, [box], queue=False, **PRIVATE).then(None, None, None, js=FOCUS)


def _example(event: gr.SelectData) -> str:
    """An example fills the box; the person sends it, or something else."""
    return EXAMPLES[event.index]


def _show_chat() -> Any:
    return gr.Tabs(selected="chat")


def _endpoint(talking: Talking) -> Any:
    def chat(message: str, conversation: str, request: gr.Request) -> dict[str, Any]:
        """Say a message in a conversation and return the reply, as `lic replay` prints it."""
        owner = owner_of(talking.waking.settings, request.username, request.session_hash, None)
        seat, asked = Seat(owner, conversation or "main"), Asked(new_id(), message)
        try:
            pieces = list(talking.stream(seat, asked))
            said = talking.find(seat, asked.turn)
        except LicError as error:
            raise gr.Error(str(error), print_exception=False) from error
        reply = pieces[-1]
        assert isinstance(reply, Reply)
        assert said is not None
        return reply.as_json(said.turn)

    return chat
