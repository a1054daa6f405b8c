"""Some models think aloud before they answer; what they think is no part of the answer."""

from collections.abc import Iterator

OPEN, CLOSE = "<think>", "</think>"
ANSWER_AT_ONCE = {"enable_thinking": False}
"""What the chat templates of models that can do both are told; other templates do not look at it."""


def without_thoughts(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces of an answer without the space and the `<think>…</think>` that it may begin with.

    >>> list(without_thoughts(iter(["\\n<thi", "nk>Hm.", "</think> ", "Hello ", "Ana"])))
    ['Hello ', 'Ana']
    """
    held = ""
    for piece in pieces:
        held += piece
        begun = _begun(held)
        if begun is not None:
            yield begun
            yield from pieces
            return
    if (rest := held.lstrip()) and not rest.startswith(OPEN):
        yield rest


def _begun(held: str) -> str | None:
    """How the answer begins; None while it may still be a thought."""
    text = held.lstrip()
    if text.startswith(OPEN):
        return text.partition(CLOSE)[2].lstrip() or None
    return None if OPEN.startswith(text) else text
