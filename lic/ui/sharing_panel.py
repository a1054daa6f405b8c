"""The Sharing panel of the Mental Process tab: who may correct what one shares, and what teachers contradict each other in."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from lic.ui import sharing
from lic.ui.chat import LABELS, shown
from lic.ui.people import seat_of
from lic.ui.waking import Waking
from lic.ui.warned import warned

NO_CONFLICTS = "Nobody contradicts you."
PRESS = "Press a line to settle it; until then the new statement holds."


class SharingPanel:
    """The handlers of the panel, which is drawn only where people sign in; conflicts are found again by id."""

    def __init__(self, waking: Waking) -> None:
        self._waking = waking

    def draw(self, browser: Any, listing: tuple[Any, list[Any], list[Any]]) -> tuple[Any, list[Any], list[Any]]:
        """Draw the panel; `listing` is the handler that refreshes the table above it, with its inputs and outputs, and such a one is returned."""
        with gr.Accordion("Sharing", open=False, elem_id="sharing") as panel:
            role = gr.Textbox(label="Your role", show_label=False, container=False, interactive=False, elem_id="sharing-role", elem_classes="caption")
            with gr.Row(elem_classes="actions"):
                names = gr.Textbox(label="Who may correct what you share (names, with commas)", lines=1, scale=3, min_width=200, elem_id="sharing-teachers")
                save = gr.Button("Save the teachers", size="md", scale=0, min_width=160, elem_id="sharing-save")
            caption = gr.Textbox(label="Conflicts", show_label=False, container=False, interactive=False, elem_id="sharing-caption", elem_classes="caption")
            table = gr.Dataframe(
                headers=list(sharing.CONFLICT_HEADERS), type="array", datatype="str", interactive=False, wrap=True, label="Contradictions", buttons=[],
                column_widths=["36%", "14%", "36%", "14%", "0%"], max_height=240, elem_id="sharing-conflicts",
            )  # fmt: skip
            chosen = gr.State("")
            with gr.Row(visible=False, elem_classes="actions") as choices:
                buttons = {keep: gr.Button(LABELS[f"keep_{keep}"], size="md", min_width=120, elem_id=f"sharing-{keep}") for keep in sharing.KEPT}
        drawn = [panel, role, names, caption, table, choices, chosen]
        private: dict[str, Any] = {"api_visibility": "private"}
        save.click(self.saved, [names, browser], drawn, **private)
        table.select(self.pressed, None, [choices, chosen], **private)
        for keep, button in buttons.items():
            button.click(self.settled(keep), [chosen, browser], drawn, **private).then(*listing, **private)
        return self.refreshed, [browser], drawn

    @warned(7)
    def refreshed(self, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """The panel as the database has it now."""
        return self._drawn(self._owner(browser, request))

    @warned(7)
    def saved(self, names: str, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """The teachers are those whose names stand in the box."""
        owner = self._owner(browser, request)
        sharing.name_teachers(self._waking.lic, owner, names)
        gr.Info("Saved.")
        return self._drawn(owner)

    def pressed(self, event: gr.SelectData) -> tuple[Any, ...]:
        """A conflict was pressed: show what can be done with it."""
        return gr.Row(visible=True), str(event.row_value[-1])

    def settled(self, keep: str) -> Callable[..., tuple[Any, ...]]:
        """The handler of one of the three buttons."""

        @warned(7)
        def settled(chosen: str, browser: Any, request: gr.Request) -> tuple[Any, ...]:
            owner = self._owner(browser, request)
            gr.Info(shown(sharing.settle(self._waking.awake(), owner, chosen, keep)))
            return self._drawn(owner)

        return settled

    def _drawn(self, owner: str) -> tuple[Any, ...]:
        lic = self._waking.lic
        rows = sharing.conflict_rows(lic, owner)
        # What contradicts the person is seen without being looked for.
        panel = gr.Accordion(open=True) if rows else gr.skip()
        return (panel, sharing.role_of(lic, owner), sharing.teachers(lic, owner), PRESS if rows else NO_CONFLICTS, rows, gr.Row(visible=False), "")

    def _owner(self, browser: Any, request: gr.Request) -> str:
        return seat_of(self._waking.settings, request.username, request.session_hash, browser).owner
