"""Forms of English words: what forms a verb has, and as which parts of speech a word can be read (Penn tags)."""

import re
from functools import lru_cache

# Verbs, nouns and adjectives whose forms no ending gives away, by their base; the library knows the forms.
_IRREGULAR = """
arise awake be bear beat become begin bend bet bind bite bleed blow break breed bring build burn buy catch choose cling come creep deal
dig dive do draw dream drink drive eat fall feed feel fight find fling fly forbid forget forgive freeze get give go grind grow hang have
hear hide hold keep kneel know lay lead leap learn leave lend lie light lose make mean meet mistake overcome pay ride ring rise run say
see seek sell send sew shake shine shoot show shrink sing sink sit sleep slide smell speak spell spend spill spin spit spoil spring
stand steal stick sting strike swear sweep swell swim swing take teach tear tell think throw tread understand undertake wake wear weave
weep win wind withdraw write child man woman person foot tooth mouse goose wife life knife leaf shelf half wolf good bad far
""".split()
_DOUBLED = re.compile(r"([bdgklmnprtvz])\1$")
_WORD = re.compile(r"[a-z][a-z-]*")
_VERB_TAGS = {"ed": "VBD", "s": "VBZ"}


@lru_cache(maxsize=4096)
def _forms(base: str) -> dict[str, tuple[str, ...]]:
    """The forms of a dictionary word by Penn tag; empty for a word that the dictionary lacks."""
    # Late, because it opens its table: only who rewords something pays for it. The table of inflections alone takes
    # 20 MB; the library's lemmatizer would take 33 MB more, so bases are guessed by ending and checked against their forms.
    from lemminflect import getAllInflections

    forms: dict[str, tuple[str, ...]] = getAllInflections(base)
    past_forms = forms.get("VBD", ())
    # The table leaves out a participle that is like the past, "got", and the regular one beside an irregular one.
    participles = (*forms.get("VBN", past_forms), *(form for form in past_forms if form.endswith("ed") or form == "got"))
    return {**forms, "VBN": participles} if participles else forms


@lru_cache(maxsize=1)
def _irregular() -> dict[str, list[str]]:
    """Form to bases, of the words whose bases no ending gives away."""
    found: dict[str, list[str]] = {}
    for base in _IRREGULAR:
        for form in {form for forms in _forms(base).values() for form in forms}:
            found.setdefault(form, []).append(base)
    return found


def _stems(word: str, ending: str) -> list[str]:
    """Bases that a word can have if it ends so, the doubled consonant undone first: stopped, hoped, opened, carried, panicked."""
    stem = word.removesuffix(ending)
    if stem == word or len(stem) < 2:
        return []
    if ending == "s":
        return [stem, *([stem[:-1]] if stem.endswith("e") else ()), *([f"{stem[:-2]}y"] if stem.endswith("ie") else ())]
    undoubled = [stem[:-1]] if _DOUBLED.search(stem) else []
    respelled = {"i": [f"{stem[:-1]}y"], "y": [f"{stem[:-1]}ie"], "k": [stem[:-1]]}.get(stem[-1], [])
    return [*undoubled, f"{stem}e", stem, *respelled]


def _bases(word: str) -> list[str]:
    return [word, *_irregular().get(word, ()), *(stem for ending in ("s", "ed", "ing", "er", "est") for stem in _stems(word, ending))]


@lru_cache(maxsize=4096)
def readings(word: str) -> frozenset[str]:
    """As what a word can be read: the Penn tags of its dictionary forms, such as {"VB", "VBP", "NN"} for "work".

    >>> sorted(readings("parked"))
    ['VBD', 'VBN']
    """
    low = word.lower()
    if not _WORD.fullmatch(low):
        return frozenset()
    return frozenset(tag for base in _bases(low) for tag, forms in _forms(base).items() if low in forms)


def is_plural_noun(word: str) -> bool:
    """Whether a word is the plural of a noun that looks different: letters and children, but not news.

    >>> is_plural_noun("letters"), is_plural_noun("children"), is_plural_noun("physics"), is_plural_noun("bus")
    (True, True, False, False)
    """
    low = word.lower()
    if not _WORD.fullmatch(low) or low.endswith(("ics", "news", "maths")):
        return False
    return low in ("people", "police") or any(low in _forms(base).get("NNS", ()) for base in _bases(low) if base != low)


def _form(base: str, tag: str) -> str | None:
    """A verb's form, by rule where the dictionary lacks the verb."""
    if not _WORD.fullmatch(base):
        return None
    from lemminflect import getInflection

    forms: tuple[str, ...] = getInflection(base, tag)
    return forms[0] if forms else None


def past(base: str) -> str:
    """The past form of a verb.

    >>> past("stop"), past("go")
    ('stopped', 'went')
    """
    return _form(base.lower(), "VBD") or f"{base}ed"


def third_person(base: str) -> str:
    """The form of a verb after he, she or it.

    >>> third_person("study")
    'studies'
    """
    return _form(base.lower(), "VBZ") or f"{base}s"


def base_of(verb: str, *tags: str) -> str | None:
    """The base of a verb form that has one of these tags; None where the dictionary knows no such verb."""
    low = verb.lower()
    return next((base for base in _bases(low) if _WORD.fullmatch(base) and any(low in _forms(base).get(tag, ()) for tag in tags)), None)


def base_form(verb: str) -> tuple[str, str]:
    """The base form of a finite verb and the form of "do" that asks for it.

    >>> base_form("planned"), base_form("likes"), base_form("live")
    (('plan', 'did'), ('like', 'does'), ('live', 'do'))
    """
    low = verb.lower()
    for tag, do in (("VBD", "did"), ("VBZ", "does"), ("VBP", "do")):
        if base := base_of(low, tag):
            return base, do
    # No dictionary word: the base whose own forms, built by rule, hold this one.
    for ending, do in (("ed", "did"), ("s", "does")):
        for base in sorted(_stems(low, ending), key=len):
            if _form(base, _VERB_TAGS[ending]) == low:
                return base, do
    return low, "do"
