"""The closed classes of English words, and what a single word or phrase can be."""

import re
from collections.abc import Sequence

from lic.lessons.morphology import is_plural_noun, readings

BE = ("is", "are", "was", "were", "am")
MODALS = ("can", "could", "will", "would", "shall", "should", "must", "may", "might")
DO = ("do", "does", "did")
HAVE = ("has", "have", "had")
AUXILIARIES = frozenset((*BE, *MODALS, *DO, *HAVE))
SUBJECTS = frozenset("i you he she it we they this that these those there everyone everybody someone somebody anyone anybody nobody everything".split())
OBJECTS = frozenset("me him her us them".split())
DETERMINERS = frozenset("the a an my your his her its our their this that these those all both every each some any no another".split())
PREPOSITIONS = frozenset(
    """
    in at on to from near under behind by with for since until till of about as into onto over next against between during before after
    without within inside outside through across along around below above beside besides beyond despite off out up down towards toward
    upon via per than opposite past
    """.split()
)
PARTICLES = frozenset("away back apart together up down off out over around along through".split())
# Adjectives that a measure stands before (3 m deep), and nouns without an article behind "at".
MEASURED = frozenset("old tall long deep wide high thick".split())
WITHOUT_ARTICLE = frozenset("home work school university college church".split())
LINKING = frozenset("feel look sound smell taste seem".split())
# Verbs that go on with "to" and another verb.
CATENATIVE = frozenset(
    """
    want need have like love hope plan try hate prefer going learn decide start begin promise forget remember manage use choose agree
    """.split()
)
SUBORDINATORS = frozenset("when while before after because cause if until since as although though whenever once unless so whether".split())
NUMERALS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty "
    "thirty forty fifty sixty seventy eighty ninety hundred thousand million half several".split()
)
RELATIVES = frozenset("that which who whom whose where when what how why because if as than".split())
TIME_ADVERBS = frozenset("today tomorrow yesterday tonight now then soon later early late already always recently daily weekly monthly yearly nowadays".split())
CLOSED = AUXILIARIES | DETERMINERS | NUMERALS | OBJECTS | PARTICLES | PREPOSITIONS | RELATIVES | SUBJECTS | SUBORDINATORS | TIME_ADVERBS
"""All words of the closed classes."""
_NEGATED = re.compile(rf"({'|'.join(sorted(AUXILIARIES))}|ca|wo|sha)n't|({'|'.join(sorted(AUXILIARIES - {'can', 'will'}))}|ca|wo)nt")
_WHOLE = {"ca": "can", "wo": "will", "sha": "shall"}


def positive(word: str) -> str:
    """An auxiliary without its contracted "not"; any other word as it is, lower case.

    >>> positive("don't"), positive("wont"), positive("likes")
    ('do', 'will', 'likes')
    """
    low = lowered([word])[0]
    match = _NEGATED.fullmatch(low)
    stem = (match.group(1) or match.group(2)) if match else low
    return _WHOLE.get(stem, stem) if match else low


def lowered(words: Sequence[str]) -> list[str]:
    """Words for comparing: lower case, straight apostrophes, no marks around them."""
    return [word.lower().replace("’", "'").strip(',;:!?."“”()') for word in words]


def is_possessive(word: str) -> bool:
    """Whether a word ends like a possessor: dog's, parents'."""
    return lowered([word])[0].endswith(("'s", "s'"))


def is_name(word: str) -> bool:
    """Whether a word is written like a name."""
    return word[:1].isupper() and word.lower() not in ("i", "i'm")


def is_adjective(word: str) -> bool:
    """Whether a word can be an adjective in any degree."""
    return bool(readings(word) & {"JJ", "JJR", "JJS"})


def is_noun(word: str) -> bool:
    """Whether a word can stand in a noun phrase behind its first noun: a noun, a number, or a word of no dictionary."""
    tags = readings(word)
    low = word.lower()
    if low in PREPOSITIONS or low in AUXILIARIES or low in SUBORDINATORS or low in SUBJECTS or low in DETERMINERS or low in TIME_ADVERBS:
        return False
    return not tags or (bool(tags & {"NN", "NNS"}) and not tags & {"JJ", "RB", "VBN", "VBG"})


def is_plural(phrase: str) -> bool:
    """Whether a noun phrase takes the verb of "they".

    >>> is_plural("Ana and Tom"), is_plural("my parents"), is_plural("my sister's friends"), is_plural("the news")
    (True, True, True, False)
    """
    low = lowered(phrase.split())
    if not low or low[0] in ("he", "she", "it", "this", "that", "i"):
        return False
    if (
        "and" in low[1:-1]
        or low[0] in ("you", "we", "they", "these", "those", "both")
        or (low[0] in NUMERALS - {"one"} or re.fullmatch(r"[2-9]|\d\d+", low[0]))
    ):
        return True
    head = next((low[i - 1] for i in range(1, len(low)) if low[i] in PREPOSITIONS), low[-1])
    if not readings(head) and re.fullmatch(r"[a-z]{3,}[^siu]s", head) and low[0] in DETERMINERS:
        return True  # in no dictionary, or misspelt: my collegues
    return is_plural_noun(head) and not is_name(phrase.rsplit(maxsplit=1)[-1])
