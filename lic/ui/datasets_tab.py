"""The Datasets tab: the rows of each task, and taking them away as a file."""

import shutil
from pathlib import Path
from typing import Any

import gradio as gr

from lic.data_management.tasks import TASKS
from lic.ui import datasets
from lic.ui.people import seat_of
from lic.ui.waking import Waking
from lic.ui.warned import warned

PRESS_DOWNLOAD = "() => setTimeout(() => document.querySelector('#dataset-download')?.click(), 400)"


class DatasetsTab:
    """The handlers of the tab."""

    def __init__(self, waking: Waking) -> None:
        self._waking = waking

    def draw(self, browser: Any) -> tuple[Any, list[Any], list[Any]]:
        """Draw the tab; returns the handler that refreshes it, with its inputs and outputs."""
        first = next(iter(TASKS))
        with gr.Row(elem_classes="filters"):
            task = gr.Dropdown(
                list(TASKS), label="Task", value=first, show_label=False, container=False, filterable=False, scale=2, min_width=200, elem_id="dataset-task"
            )
            export = gr.Button("Export", size="md", scale=1, min_width=120, elem_id="dataset-export")
            download = gr.DownloadButton("Download", variant="primary", visible=False, scale=1, min_width=160, elem_id="dataset-download")
        caption = gr.Textbox(
            label="What is in it", show_label=False, container=False, interactive=False, max_lines=3, elem_id="dataset-caption", elem_classes="caption"
        )
        table = gr.Dataframe(
            headers=datasets.headers(first), type="array", datatype="str", interactive=False, wrap=True, show_label=False, buttons=[], max_height=560,
            elem_id="dataset-table",
        )  # fmt: skip
        private: dict[str, Any] = {"api_visibility": "private"}
        shows, from_task = [table, caption, download], [task, browser]
        task.change(self.shown, from_task, shows, **private)
        made = gr.State("")
        exported = export.click(self.exported, from_task, [download, made], **private)
        # By then the page holds its own copy.
        exported.then(_remove, [made], [made], **private).then(None, None, None, js=PRESS_DOWNLOAD)
        return self.shown, from_task, shows

    @warned(3)
    def shown(self, task: str, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """The rows of a task and a line on how many there are."""
        rows, taught, seed = datasets.rows(self._waking.lic, self._owner(browser, request), task)
        headers = datasets.headers(task)
        table = gr.Dataframe(value=rows, headers=headers, column_widths=[*datasets.widths(headers, rows)])
        return table, f"{TASKS[task].description} {_counts(len(rows), taught, seed)}", gr.DownloadButton(visible=False)

    @warned(2)
    def exported(self, task: str, browser: Any, request: gr.Request) -> tuple[Any, ...]:
        """The task's dataset as a file to download, and where it lies."""
        archive = datasets.export(self._waking.lic, self._owner(browser, request), task)
        return gr.DownloadButton(f"Download {archive.name}", value=str(archive), visible=True), str(archive)

    def _owner(self, browser: Any, request: gr.Request) -> str:
        return seat_of(self._waking.settings, request.username, request.session_hash, browser).owner


def _counts(shown_rows: int, taught: int, seed: int) -> str:
    counts = f"{taught:,} row{'' if taught == 1 else 's'} taught by you" + (f", {seed:,} came with LIC" if seed else "")
    return f"{counts}{f'; the first {shown_rows:,} are shown' if shown_rows < taught + seed else ''}."


def _remove(archive: str) -> str:
    """Remove an export with its folder."""
    if archive:
        shutil.rmtree(Path(archive).parent)
    return ""
