"""The chat as the browser sees it: a chatbot, a text box, and what pressing something does."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from lic.errors import LicError
from lic.transcript import Said
from lic.types import Reply
from lic.ui import buttons
from lic.ui.chat import Shown, lic_says, messages_of, option_of, person_says, reply_messages, shown, title_of, turn_at, unshown
from lic.ui.correcting import CORRECTIONS
from lic.ui.people import Seat, new_id, seat_of
from lic.ui.talking import Asked, Talking, WakingUp

WAKING_UP = "I'm waking up: my models are loading. Your message is safe, the answer comes in a moment …"
STILL_ANSWERING = "One moment, I'm still answering."
SAID_BY_BUTTON = {"why": "Why do you say that?", "yes": "Yes", "no": "No"}


class ChatTab:
    """The handlers of the chat; each returns the chatbot's messages, the text box, and the turn that is now to be answered."""

    def __init__(self, talking: Talking) -> None:
        self._talking = talking

    def seat(self, browser: object, request: gr.Request) -> Seat:
        """Who speaks, and in which conversation."""
        return seat_of(self._talking.waking.settings, request.username, request.session_hash, browser)

    # Opening ---------------------------------------------------------------------------------------------------------

    def open(self, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """A page was loaded: show the conversation that was open in this browser, else begin one."""
        kept = browser if isinstance(browser, dict) else {}
        browser = {"visitor": kept.get("visitor") or new_id(), "conversation": kept.get("conversation") or new_id()}
        return (browser, *self._shown(self.seat(browser, request)), gr.Textbox(interactive=True))

    def choose_conversation(self, browser: Any, conversation: str | None, request: gr.Request) -> tuple[Any, ...]:
        """A conversation of the list was chosen; None begins a new one."""
        browser = {**browser, "conversation": conversation or new_id()}
        return (browser, *self._shown(self.seat(browser, request)))

    def new_conversation(self, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """An empty conversation, which is kept from its first turn on."""
        return self.choose_conversation(browser, None, request)

    def refresh(self, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """The conversation and the list as the database has them now."""
        return self._shown(self.seat(browser, request))

    # Saying something ------------------------------------------------------------------------------------------------

    def say(self, text: str, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """Show the person's message and empty the box; `answer` does the rest."""
        seat = self.seat(browser, request)
        if not text.strip():
            return gr.skip(), gr.skip(), None
        if self._talking.busy(seat):
            gr.Info(STILL_ANSWERING)
            return gr.skip(), gr.skip(), None
        return self._said(seat, text)

    def answer(self, asked: Asked | None, browser: Any, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Stream the reply to what was asked. An error gives the text back to the box, so that nothing is lost."""
        if asked is None:
            yield gr.skip(), gr.skip(), gr.skip(), None
            return
        seat = self.seat(browser, request)
        try:
            yield from self._streamed(seat, asked)
        except LicError as error:
            gr.Warning(shown(str(error)))
            yield self._history(seat), _box(asked.text), gr.skip(), None

    def stop(self, browser: Any, request: gr.Request) -> None:
        """End the reply that is on its way."""
        self._talking.stop(self.seat(browser, request))

    def _said(self, seat: Seat, text: str) -> tuple[Any, ...]:
        asked = self._talking.ask(text)
        try:
            history = self._history(seat)
        except LicError as error:
            gr.Warning(shown(str(error)))
            return gr.skip(), gr.skip(), None
        return [*history, person_says(asked.turn, text)], _box("", busy=True), asked

    def _streamed(self, seat: Seat, asked: Asked) -> Iterator[tuple[Any, ...]]:
        before = [*self._history(seat), person_says(asked.turn, asked.text)]
        text = ""
        for piece in self._talking.stream(seat, asked):
            if isinstance(piece, Reply):
                # Read again, because forgetting also blanks earlier turns; only the new reply knows its times.
                earlier = [said for said in self._talking.history(seat) if said.turn.id != asked.turn]
                messages = [*messages_of(earlier), person_says(asked.turn, asked.text), *reply_messages(piece)]
                yield messages, _box(), self._list(seat), None
            elif isinstance(piece, WakingUp):
                yield [*before, lic_says("", WAKING_UP)], gr.skip(), gr.skip(), gr.skip()
            else:
                text += piece
                yield [*before, lic_says("", text)], gr.skip(), gr.skip(), gr.skip()

    # Saying it again -------------------------------------------------------------------------------------------------

    def retry(self, history: list[Shown], browser: Any, event: gr.RetryData, request: gr.Request) -> tuple[Any, ...]:
        """Answer again what taught nothing; what taught something keeps the reply that it has."""
        seat = self.seat(browser, request)
        turn = turn_at(history, event.index)
        said = self._talking.find(seat, turn) if turn else None
        if said is None or said.reply.changes or said.status != "said":
            gr.Info("This reply stays: what it changed is not changed twice.")
            return self._history(seat), gr.skip(), None
        return self._said_otherwise(seat, said, said.turn.text)

    def edit(self, history: list[Shown], browser: Any, event: gr.EditData, request: gr.Request) -> tuple[Any, ...]:
        """Take a turn back, with all after it and what they taught, and say it in other words."""
        seat = self.seat(browser, request)
        turn = turn_at(history, event.index)
        said = self._talking.find(seat, turn) if turn else None
        text = unshown(str(event.value))
        if said is None or said.status != "said" or not text.strip():
            return self._history(seat), gr.skip(), None
        return self._said_otherwise(seat, said, text)

    def undo(self, history: list[Shown], browser: Any, event: gr.UndoData, request: gr.Request) -> tuple[Any, ...]:
        """Take the last turn back, with what it taught, and give its words to the box."""
        seat = self.seat(browser, request)
        turn = turn_at(history, event.index)
        said = self._talking.find(seat, turn) if turn else None
        if said is None:
            return self._history(seat), gr.skip(), None
        try:
            self._talking.take_back(seat, said.turn.id)
        except LicError as error:
            gr.Warning(shown(str(error)))
        return self._history(seat), _box(said.turn.text if said.status == "said" else ""), None

    def _said_otherwise(self, seat: Seat, said: Said, text: str) -> tuple[Any, ...]:
        try:
            self._talking.take_back(seat, said.turn.id)
        except LicError as error:
            gr.Warning(shown(str(error)))
            return self._history(seat), _box(text), None
        return self._said(seat, text)

    # The buttons below a reply ---------------------------------------------------------------------------------------

    def press(self, browser: Any, event: gr.SelectData, request: gr.Request) -> tuple[Any, ...]:
        """A button below the last reply was pressed."""
        seat = self.seat(browser, request)
        pressed = option_of(event.value)
        if pressed is None:
            return gr.skip(), gr.skip(), None
        if self._talking.busy(seat):
            gr.Info(STILL_ANSWERING)
            return gr.skip(), gr.skip(), None
        name, turn = pressed
        if name in SAID_BY_BUTTON:
            return self._said(seat, SAID_BY_BUTTON[name])
        try:
            return self._pressed(seat, name, turn)
        except LicError as error:
            gr.Warning(shown(str(error)))
            return self._history(seat), gr.skip(), None

    def _pressed(self, seat: Seat, name: str, turn: str) -> tuple[Any, ...]:
        said = self._talking.find(seat, turn)
        if said is None or name == "keep":
            return self._history(seat), gr.skip(), None
        lic = self._talking.waking.awake()
        note: list[Shown] = []
        box: Any = gr.skip()
        if name == "correct":
            box = _box(buttons.correction_start(lic, said))
        elif name == "undo":
            buttons.undo(lic, said)
        elif name == "not_teaching":
            lic.conversation(seat.owner, seat.conversation).not_teaching(turn)
        elif name == "forget":
            note = [lic_says(turn, buttons.confirm_forgetting(lic, said), ("forget_for_good", "keep"))]
        elif name == "forget_for_good":
            note = [lic_says("", buttons.forget(lic, said))]
        return [*self._history(seat), *note], box, None

    # What is shown ---------------------------------------------------------------------------------------------------

    def _shown(self, seat: Seat) -> tuple[Any, ...]:
        try:
            return self._history(seat), self._list(seat)
        except LicError as error:
            gr.Warning(shown(str(error)))
            return [], gr.skip()

    def _history(self, seat: Seat) -> list[Shown]:
        return messages_of(self._talking.history(seat))

    def _list(self, seat: Seat) -> Any:
        choices = [(title_of(text), conversation) for conversation, text, _ in self._talking.conversations(seat.owner) if conversation != CORRECTIONS]
        known = any(conversation == seat.conversation for _, conversation in choices)
        return gr.Radio(choices=choices, value=seat.conversation if known else None, visible=bool(choices))


def _box(text: str | None = None, busy: bool = False) -> Any:
    """The text box, with the button that applies; its text stays where none is given."""
    look: dict[str, Any] = {"submit_btn": not busy, "stop_btn": busy}
    return gr.Textbox(**look) if text is None else gr.Textbox(value=text, **look)
