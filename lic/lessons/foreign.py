"""Whether a text is in another language than English, the only one that the models know."""

import re
from functools import lru_cache
from typing import Any

from lic.lessons.grammar import CLOSED
from lic.lessons.morphology import readings

_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_KNOWN = CLOSED | frozenset("not and or but very too also well ok yes no please".split())
LEAST_WORDS = 3
UNKNOWN = 0.5
"""From this share of words that no English dictionary has on, the language is looked at; of 2,486 English lines that is one in a hundred."""
ENGLISH = 0.01
"""Below this probability of English a text is foreign; of those English lines two are."""


def is_foreign(text: str) -> bool:
    """Whether a text surely is in another language or script; names and short answers are in none.

    >>> is_foreign("Mein Hund heißt Rex und er ist fünf"), is_foreign("my dog is called Rex"), is_foreign("Ulaanbaatar")
    (True, False, False)
    """
    found = _WORDS.findall(text)
    letters = "".join(found)
    latin = sum(c < "\u0250" or "\u1e00" <= c < "\u1f00" for c in letters)
    if len(letters) >= LEAST_WORDS and latin * 2 < len(letters):
        return True
    # A capital inside a sentence is a name's.
    plain = [word.lower() for i, word in enumerate(found) if word.islower() or i == 0]
    unknown = [word for word in plain if word not in _KNOWN and not readings(re.split("['’]", word)[0])]
    if len(found) < LEAST_WORDS or len(unknown) < UNKNOWN * len(plain):
        return False
    return dict(_identifier().rank(text))["en"] < ENGLISH


@lru_cache(maxsize=1)
def _identifier() -> Any:
    # Late, because its model takes 0.7 s to unpack, and few texts need it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
