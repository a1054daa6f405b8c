"""The chat as the browser sees it: what is drawn when somebody speaks, speaks otherwise, or presses a button."""

import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import gradio as gr

from lic.errors import LicError
from lic.transcript import Said
from lic.types import Reply
from lic.ui import buttons
from lic.ui.chat import Shown, lic_says, messages_of, option_of, person_says, title_of, turn_at, unshown
from lic.ui.correcting import CORRECTIONS
from lic.ui.people import Seat, new_id, seat_of
from lic.ui.talking import Asked, Talking, WakingUp
from lic.ui.warned import warn, warned

WAKING_UP = "I'm waking up: my models are loading. Your message is safe, the answer comes in a moment …"
STILL_ANSWERING = "One moment, I'm still answering."
STAYS = "This reply stays: what it changed would only be changed again. Undo takes it back."
SAID_BY_BUTTON: Mapping[str, str] = {
    "why": "Why do you say that?",
    "yes": "Yes",
    "no": "No",
    "replace": "Replace it",
    "keep_both": "Keep both",
    "for_a_time": "Only for a time",
    "keep_new": "Keep the new one",
    "keep_old": "Go back to the old one",
    "redo": "Redo that",
}


class ChatTab:
    """The handlers of the chat. Those that speak return the chatbot's messages and the text box; `answer` and `settle` follow on them."""

    def __init__(self, talking: Talking) -> None:
        self._talking = talking
        self._lock = threading.Lock()
        self._asked: dict[Seat, deque[Asked]] = defaultdict(deque)
        self._replies: dict[Seat, Reply] = {}
        self._begun: dict[Seat, buttons.Correction] = {}

    def seat(self, browser: object, request: gr.Request) -> Seat:
        """Who speaks, and in which conversation."""
        return seat_of(self._talking.waking.settings, request.username, request.session_hash, browser)

    # Opening ---------------------------------------------------------------------------------------------------------

    def open(self, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """A page was loaded: show the conversation that was open in this browser, else begin one."""
        kept = browser if isinstance(browser, dict) else {}
        return (*self._move({"visitor": kept.get("visitor") or new_id()}, kept.get("conversation"), request), gr.Textbox(interactive=True))

    def choose_conversation(self, browser: Any, conversation: str | None, request: gr.Request) -> tuple[Any, ...]:
        """A conversation of the list was chosen."""
        return self._move(browser, conversation, request)

    def new_conversation(self, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """An empty conversation, which is kept from its first turn on."""
        return self._move(browser, None, request)

    def refresh(self, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """The conversation and the list as the database has them now."""
        seat = self.seat(browser, request)
        return self._drawn(seat), self._list(seat)

    def _move(self, browser: Mapping[str, Any], conversation: str | None, request: gr.Request) -> tuple[Any, ...]:
        moved = {**browser, "conversation": conversation or new_id()}
        return moved, *self.refresh(moved, request)

    # Saying something ------------------------------------------------------------------------------------------------

    @warned(2)
    def say(self, text: str, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """Show the person's message and empty the box."""
        seat = self.seat(browser, request)
        if not text.strip():
            return gr.skip(), gr.skip()
        if self._talking.busy(seat):
            gr.Info(STILL_ANSWERING)
            return gr.skip(), gr.skip()
        return self._said(seat, text)

    def answer(self, browser: Any, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Stream the reply to what was asked. An error gives the text back to the box, so that nothing is lost."""
        seat = self.seat(browser, request)
        asked = self._take(seat)
        if asked is None:
            yield gr.skip(), gr.skip()
            return
        try:
            yield from self._streamed(seat, asked)
        except LicError as error:
            warn(error)
            yield self._drawn(seat), _box(asked.text)

    @warned(3)
    def settle(self, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """Draw the whole reply with its fold and buttons.

        Not the stream's last piece: the end of a stream draws that once more, over whatever a quickly pressed button has drawn.
        """
        seat = self.seat(browser, request)
        with self._lock:
            reply = self._replies.pop(seat, None)
        if reply is None:
            # A button was pressed that changes what was said: the list shows first words, which may be forgotten now.
            return gr.skip(), gr.skip(), self._list(seat)
        # Read again, because forgetting also blanks earlier turns; only the new reply knows how long it took.
        said = [replace(item, reply=reply) if item.turn.id == reply.turn else item for item in self._talking.history(seat)]
        return messages_of(said), _box(), self._list(seat)

    def stop(self, browser: Any, request: gr.Request) -> None:
        """End the reply that is on its way."""
        self._talking.stop(self.seat(browser, request))

    def _said(self, seat: Seat, text: str) -> tuple[Any, ...]:
        history = self._history(seat)
        with self._lock:
            begun = self._begun.pop(seat, None)
            asked = Asked(new_id(), text, begun.entry if begun and begun.goes_on_in(text) else None)
            self._asked[seat].append(asked)
        return [*history, person_says(asked.turn, text)], _box("", busy=True)

    def _take(self, seat: Seat) -> Asked | None:
        """What is to be answered next, taken by one `answer` only."""
        with self._lock:
            waiting = self._asked[seat]
            asked = waiting.popleft() if waiting else None
            if not waiting:
                del self._asked[seat]
            return asked

    def _streamed(self, seat: Seat, asked: Asked) -> Iterator[tuple[Any, ...]]:
        before = [*self._history(seat), person_says(asked.turn, asked.text)]
        text = ""
        for piece in self._talking.stream(seat, asked):
            if isinstance(piece, WakingUp):
                yield [*before, lic_says("", WAKING_UP)], gr.skip()
                continue
            if isinstance(piece, Reply):
                with self._lock:
                    self._replies[seat] = piece
                # The checked reply may differ from what was streamed.
                text = piece.text
            else:
                text += piece
            yield [*before, lic_says("", text)], gr.skip()

    # Saying it again -------------------------------------------------------------------------------------------------

    @warned(2)
    def retry(self, history: list[Shown], browser: Any, event: gr.RetryData, request: gr.Request) -> tuple[Any, ...]:
        """Answer again what taught nothing; what taught something keeps the reply that it has."""
        seat = self.seat(browser, request)
        said = self._found(seat, history, event.index)
        if said is None or said.reply.changes:
            gr.Info(STAYS)
            return self._history(seat), gr.skip()
        self._talking.take_back(seat, said.turn.id)
        return self._said(seat, said.turn.text)

    def edit(self, history: list[Shown], browser: Any, event: gr.EditData, request: gr.Request) -> tuple[Any, ...]:
        """Take a turn back, with all after it and what they taught, and say it in other words."""
        seat = self.seat(browser, request)
        text = unshown(str(event.value))
        try:
            said = self._found(seat, history, event.index)
            if said is None or not text.strip():
                return self._history(seat), gr.skip()
            self._talking.take_back(seat, said.turn.id)
            return self._said(seat, text)
        except LicError as error:
            warn(error)
            return self._drawn(seat), _box(text)

    @warned(2)
    def undo(self, history: list[Shown], browser: Any, event: gr.UndoData, request: gr.Request) -> tuple[Any, ...]:
        """Take the last turn back, with what it taught, and give its words to the box."""
        seat = self.seat(browser, request)
        said = self._found(seat, history, event.index)
        if said is None:
            return self._history(seat), gr.skip()
        self._talking.take_back(seat, said.turn.id)
        return self._history(seat), _box(said.turn.text)

    def _found(self, seat: Seat, history: list[Shown], index: int | tuple[int, int]) -> Said | None:
        """The turn of a message, where it still stands."""
        turn = turn_at(history, index)
        said = self._talking.find(seat, turn) if turn else None
        return said if said is not None and said.status == "said" else None

    # The buttons below a reply ---------------------------------------------------------------------------------------

    def press(self, browser: Any, event: gr.SelectData, request: gr.Request) -> tuple[Any, ...]:
        """A button below the last reply was pressed."""
        seat = self.seat(browser, request)
        pressed = option_of(event.value)
        if pressed is None:
            return gr.skip(), gr.skip()
        if self._talking.busy(seat):
            gr.Info(STILL_ANSWERING)
            return gr.skip(), gr.skip()
        name, turn = pressed
        try:
            return self._said(seat, SAID_BY_BUTTON[name]) if name in SAID_BY_BUTTON else self._pressed(seat, name, turn)
        except LicError as error:
            warn(error)
            return self._drawn(seat), gr.skip()

    def _pressed(self, seat: Seat, name: str, turn: str) -> tuple[Any, ...]:
        said = self._talking.find(seat, turn)
        if said is None or name == "keep":
            return self._history(seat), gr.skip()
        lic = self._talking.waking.awake()
        note: list[Shown] = []
        box: Any = gr.skip()
        if name == "correct":
            begun = self._begun[seat] = buttons.correction(lic, said)
            box = _box(begun.start)
        elif name == "undo":
            buttons.undo(lic, said)
        elif name == "not_teaching":
            lic.conversation(seat.owner, seat.conversation).not_teaching(turn)
        elif name == "forget":
            note = [lic_says(turn, buttons.confirm_forgetting(lic, said), ("forget_for_good", "keep"))]
        elif name == "forget_for_good":
            note = [lic_says("", buttons.forget(lic, said))]
        return [*self._history(seat), *note], box

    # What is drawn ---------------------------------------------------------------------------------------------------

    def _history(self, seat: Seat) -> list[Shown]:
        return messages_of(self._talking.history(seat))

    def _drawn(self, seat: Seat) -> Any:
        """The conversation, or what is drawn already where it cannot be read."""
        try:
            return self._history(seat)
        except LicError as error:
            warn(error)
            return gr.skip()

    def _list(self, seat: Seat) -> Any:
        try:
            listed = self._talking.conversations(seat.owner)
        except LicError:
            return gr.skip()  # the conversation beside it could not be read either, which says why
        choices = [(title_of(text), conversation) for conversation, text, _ in listed if conversation != CORRECTIONS]
        known = any(conversation == seat.conversation for _, conversation in choices)
        return gr.Radio(choices=choices, value=seat.conversation if known else None, visible=bool(choices))


def _box(text: str | None = None, busy: bool = False) -> Any:
    """The text box, with the button that applies; its text stays where none is given."""
    look: dict[str, Any] = {"submit_btn": not busy, "stop_btn": busy}
    return gr.Textbox(**look) if text is None else gr.Textbox(value=text, **look)
