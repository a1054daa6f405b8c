"""The Mental Process tab: what is known, where it comes from, and changing it."""

from typing import Any, cast

import gradio as gr

from lic.types import Section
from lic.ui import memory, sharing
from lic.ui.buttons import forget_entries
from lic.ui.chat import shown
from lic.ui.correcting import correct
from lic.ui.people import seat_of
from lic.ui.waking import Waking
from lic.ui.warned import warned

EVERYTHING = "everything"
NOTHING_YET = "Nothing is known yet. Say something in the chat, for example “My dog is called Rex”."
NOTHING_FOUND = "Nothing that is known fits this."


class MemoryTab:
    """The handlers of the tab; entries are found again by id, never by their place in the table."""

    def __init__(self, waking: Waking) -> None:
        self._waking = waking

    def draw(self, browser: Any) -> tuple[Any, list[Any], list[Any]]:
        """Draw the tab; returns the handler that refreshes it, with its inputs and outputs."""
        with gr.Row(elem_classes="filters"):
            query = gr.Textbox(
                placeholder="Search by words or meaning, then Enter", show_label=False, container=False, scale=3, min_width=200, elem_id="memory-query"
            )
            sections = [("All sections", EVERYTHING), *((name, section) for section, name in memory.SECTION_NAMES.items())]
            section = gr.Dropdown(
                sections, value=EVERYTHING, show_label=False, container=False, filterable=False, scale=1, min_width=160, elem_id="memory-section"
            )
        caption = gr.Textbox(label="How much is known", show_label=False, container=False, interactive=False, elem_id="memory-caption", elem_classes="caption")
        table = gr.Dataframe(
            headers=list(memory.HEADERS), type="array", datatype="str", interactive=False, wrap=True, show_label=False, buttons=[], elem_id="memory-table",
            column_widths=["41%", "19%", "13%", "18%", "9%", "0%"], max_height=360,
        )  # fmt: skip
        chosen = gr.State("")
        with gr.Column(visible=False, elem_id="memory-entry", elem_classes="entry") as panel:
            source = gr.Textbox(label="Where it comes from", interactive=False, lines=1, max_lines=4, elem_id="memory-source")
            wording = gr.Textbox(label="What is known", lines=1, max_lines=6, elem_id="memory-wording")
            with gr.Row(elem_classes="actions"):
                save = gr.Button("Save the correction", variant="primary", size="md", min_width=120, elem_id="memory-save")
                forget = gr.Button("Forget …", size="md", min_width=120, elem_id="memory-forget")
                share = gr.Button("Share with everybody", size="md", min_width=120, visible=False, elem_id="memory-share")
                really = gr.Button("Yes, forget it everywhere", variant="stop", size="md", visible=False, min_width=160, elem_id="memory-forget-really")
            versions = gr.Dataframe(
                headers=list(memory.VERSION_HEADERS), type="array", datatype="str", interactive=False, wrap=True, label="Versions", buttons=[],
                column_widths=["8%", "28%", "16%", "24%", "14%", "10%"], elem_id="memory-versions",
            )  # fmt: skip
        listing, filters = [table, caption, panel, chosen], [query, section, browser]
        entry = [panel, chosen, source, wording, versions, save, forget, really, share]
        private: dict[str, Any] = {"api_visibility": "private"}
        query.submit(self.listed, filters, listing, **private)
        section.change(self.listed, filters, listing, **private)
        table.select(self.opened, [browser], entry, **private)
        save.click(self.saved, [chosen, wording, browser], entry, **private).then(self.relisted, filters, [table, caption], **private)
        share.click(self.shared, [chosen, browser], entry, **private).then(self.relisted, filters, [table, caption], **private)
        forget.click(lambda: gr.Button(visible=True), None, really, **private)
        really.click(self.forgotten, [chosen, browser], entry, **private).then(self.relisted, filters, [table, caption], **private)
        return self.listed, filters, listing

    # Handlers --------------------------------------------------------------------------------------------------------

    def listed(self, query: str, section: str, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """The table anew, with no entry open."""
        return (*self.relisted(query, section, browser, request), gr.Column(visible=False), "")

    @warned(2)
    def relisted(self, query: str, section: str, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """The table, and a line on how much there is."""
        owner = self._owner(browser, request)
        only = None if section == EVERYTHING else cast(Section, section)
        wanted = query.strip()
        found = memory.search(self._waking.awake(), owner, wanted, only) if wanted else memory.entries(self._waking.lic, owner, only)
        count = memory.count(self._waking.lic, owner)
        return [memory.row(entry, owner) for entry in found], _caption(len(found), count, bool(wanted or only))

    def opened(self, browser: Any, event: gr.SelectData, request: gr.Request) -> tuple[Any, ...]:
        """A line of the table was pressed: show where the entry comes from and what it was before."""
        return self._open(self._owner(browser, request), str(event.row_value[-1]))

    @warned(9)
    def shared(self, chosen: str, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """The open entry is shared with everybody, or is private again."""
        owner = self._owner(browser, request)
        # Those who did not sign in have no name that others may see.
        if self._waking.settings.auth:
            sharing.share(self._waking.awake(), owner, chosen)
        return self._open(owner, chosen)

    @warned(9)
    def saved(self, chosen: str, wording: str, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """The open entry got another wording."""
        owner = self._owner(browser, request)
        reply = correct(self._waking.awake(), owner, chosen, wording)
        gr.Info(shown(reply.text))
        return self._open(owner, chosen)

    @warned(9)
    def forgotten(self, chosen: str, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """The open entry is to be forgotten, and that was asked twice."""
        owner = self._owner(browser, request)
        lic = self._waking.awake()
        gr.Info(shown(forget_entries(lic, owner, [memory.entry(lic, owner, chosen)])))
        return _closed()

    @warned(9)
    def _open(self, owner: str, entry_id: str) -> tuple[Any, ...]:
        lic = self._waking.lic
        entry = memory.entry(lic, owner, entry_id)
        own, may_change = entry.owner == owner, memory.may_change(lic, owner, entry)
        return (
            gr.Column(visible=True),
            entry.id,
            memory.source(lic, owner, entry),
            gr.Textbox(value=entry.text, interactive=may_change),
            memory.version_rows(lic, owner, entry_id),
            gr.Button(interactive=may_change),
            gr.Button(interactive=own),
            gr.Button(visible=False),
            gr.Button("Make it private" if entry.shared else "Share with everybody", visible=own and bool(self._waking.settings.auth)),
        )

    def _owner(self, browser: Any, request: gr.Request) -> str:
        return seat_of(self._waking.settings, request.username, request.session_hash, browser).owner


def _closed() -> tuple[Any, ...]:
    """No entry is open, and nothing of the one that was stays in the page."""
    return (gr.Column(visible=False), "", "", "", [], gr.skip(), gr.skip(), gr.Button(visible=False), gr.Button(visible=False))


def _caption(n: int, count: int, filtered: bool) -> str:
    if count == 0:
        return NOTHING_YET
    if n == 0:
        return NOTHING_FOUND
    known = "1 entry" if count == 1 else f"{count:,} entries"
    if filtered:
        return f"{n:,} of {known} · press a line to see where it comes from, or to change it"
    return f"{known}{f', the newest {n:,} shown' if n < count else ''} · press a line to see where it comes from, or to change it"
