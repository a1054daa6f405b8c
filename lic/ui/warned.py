"""How a handler of the page says what went wrong."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import gradio as gr

from lic.errors import LicError
from lic.ui.chat import shown

P = ParamSpec("P")


def warn(error: LicError) -> None:
    """Show an error's sentence above the page; what it quotes is shown as text."""
    gr.Warning(shown(str(error)))


def warned(outputs: int) -> Callable[[Callable[P, tuple[Any, ...]]], Callable[P, tuple[Any, ...]]]:
    """For a handler with so many outputs: a LicError becomes a sentence, and everything on the page stays as it is."""

    def decorate(handler: Callable[P, tuple[Any, ...]]) -> Callable[P, tuple[Any, ...]]:
        @wraps(handler)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> tuple[Any, ...]:
            try:
                return handler(*args, **kwargs)
            except LicError as error:
                warn(error)
                return tuple(gr.skip() for _ in range(outputs))

        return guarded

    return decorate
