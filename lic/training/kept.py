"""Which words of a message the statement of a fact keeps: the two are aligned, and what is the fact's own counts most."""

import re
from collections.abc import Sequence

from lic.training.facts import Marked, MarkedFact
from lic.types import Span

_TOKEN = re.compile(r"\w+|[^\w\s]")
_OWN = 1.0
_OTHER, _LESS_BY_DISTANCE, _LEAST = 0.6, 0.01, 0.05
_SIDE_BY_SIDE = 0.3
_SAYS_SOMETHING = 4
"""Letters of a word that is kept even where it stands apart from the fact's own."""


def kept_words(item: Marked, fact: MarkedFact) -> list[Span]:
    """The words of the message, in its order, that make the fact's statement: its parts, and what else stands in both.

    The heaviest common subsequence: words of the fact weigh most, others less the farther away they are, and neighbours that stay neighbours more.
    """
    own = [span for mark, span in fact.spans if mark in "SRVT"]
    text = [Span(*match.span()) for match in _TOKEN.finditer(item.text)]
    said = [word.lower() for word in _TOKEN.findall(fact.statement)][:-1]
    inside = [_overlaps(word, own) for word in text]
    common = _common([word.of(item.text).lower() for word in text], said, [_weight(word, inside[i], fact.anchor[1]) for i, word in enumerate(text)])
    chosen = [inside[i] or i in common for i in range(len(text))]
    return [word for i, word in enumerate(text) if chosen[i] and (inside[i] or _belongs(item.text, text, chosen, inside, i))]


def _weight(word: Span, own: bool, centre: Span) -> float:
    away = max(0, word.start - centre.end, centre.start - word.end)
    return _OWN if own else max(_LEAST, _OTHER - _LESS_BY_DISTANCE * away)


def _overlaps(word: Span, spans: Sequence[Span]) -> bool:
    return any(word.start < span.end and span.start < word.end for span in spans)


def _belongs(text: str, words: Sequence[Span], chosen: Sequence[bool], inside: Sequence[bool], at: int) -> bool:
    """Whether a common word hangs together with the fact's own, or says something by itself."""
    first = last = at
    while first > 0 and chosen[first - 1] and not inside[first]:
        first -= 1
    while last + 1 < len(words) and chosen[last + 1] and not inside[last]:
        last += 1
    run = range(first, last + 1)
    return any(inside[i] for i in run) or any(words[i].end - words[i].start >= _SAYS_SOMETHING or words[i].of(text).isdigit() for i in run)


def _common(text: Sequence[str], said: Sequence[str], weights: Sequence[float]) -> set[int]:
    """The places in `text` of the heaviest common subsequence of two lists of words."""
    n, m = len(text), len(said)
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    ending = [[float("-inf")] * (m + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            if text[i - 1] == said[j - 1]:
                ending[i][j] = weights[i - 1] + max(best[i - 1][j - 1], ending[i - 1][j - 1] + _SIDE_BY_SIDE)
            best[i][j] = max(best[i - 1][j], best[i][j - 1], ending[i][j])
    found: set[int] = set()
    i, j, within = n, m, False
    while i > 0 and j > 0:
        if within or best[i][j] == ending[i][j]:
            found.add(i - 1)
            within = ending[i - 1][j - 1] + _SIDE_BY_SIDE > best[i - 1][j - 1]
            i, j = i - 1, j - 1
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return found
