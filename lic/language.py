"""Small rules of English that several rooms share: cleaning text, turning persons, sentences and keys."""

import hashlib
import re
import unicodedata

FORGOTTEN = "[forgotten]"
"""What stands in the place of a text that was forgotten."""
SOURCE = "taught from "
"""Begins the name of the conversation that keeps what was taught from a document."""
VISITOR = "visitor-"
"""Begins the name of somebody who did not sign in; what follows is as secret as a password, and shown to nobody."""

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\w+(?:['’]\w+)*", re.UNICODE)
_LICS = re.compile(r"\byours?\b", re.IGNORECASE)
_RETURNED = {"your": "my", "yours": "mine"}
_TO_LIC = re.compile(r"\byou\b", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”|„[^“”]*[“”]')
_ARTICLES = ("the ", "a ", "an ")

# Words that begin a sentence with a capital only because of their place.
_FUNCTION_WORDS = frozenset(
    """
    the a an my your his her its our their this that these those there it he she we you they some every each all both no one in on at
    by to from for with of as if when while after before since until yes not and but or so because what who where why how which
    """.split()
)
_FIRST_TO_SECOND = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself",
    "we": "you", "us": "you", "our": "your", "ours": "yours", "ourselves": "yourselves", "am": "are",
    "i'm": "you're", "im": "you're", "i've": "you've", "ive": "you've", "i'd": "you'd", "i'll": "you'll",
    "we're": "you're", "we've": "you've", "we'd": "you'd", "we'll": "you'll", "ain't": "ain't",
}  # fmt: skip
_ANYBODY_DOES = frozenset("can can't cannot find get need reach".split())
_SECOND_TO_FIRST = {
    "your": "my", "yours": "mine", "yourself": "myself",
    "you're": "I'm", "youre": "I'm", "you've": "I've", "you'd": "I'd", "you'll": "I'll",
}  # fmt: skip
_ALONE = frozenset(["i", "im", "ive", "my", "me", "mine", "myself"])
_AUXILIARIES = frozenset(
    """
    are were do did have had can could will would shall should may might must am was
    """.split()
)
_PREPOSITIONS = frozenset(
    """
    to for with of about from at by on in like than and or between near behind
    """.split()
)


def clean(text: str) -> str:
    """One line of visible text: NFC, no control or direction-changing characters, single spaces."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text if unicodedata.category(c) not in ("Cs", "Cf"))
    return _SPACE.sub(" ", text).strip()


def storable(text: str) -> str:
    """Text as a database can keep it, with its lines: no lone surrogates, no control characters but tabs and line ends."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def words(text: str) -> list[str]:
    """The words of a text, lower case."""
    return [match.group().lower().replace("’", "'") for match in _WORD.finditer(text)]


def key(text: str) -> str:
    """What two spellings of the same thing share: folded case, no punctuation, no leading article."""
    folded = " ".join(words(unicodedata.normalize("NFKC", text).casefold()))
    for article in _ARTICLES:
        folded = folded.removeprefix(article)
    return folded


def same_subject(one: str, other: str) -> bool:
    """Whether two subjects are the same thing: the same words, or one of them names what the other has in apposition (my sister Ines).

    >>> same_subject("my sister", "my sister Ines"), same_subject("ines", "my sister Ines"), same_subject("my sister", "my sister's dog")
    (True, True, False)
    """
    if key(one) == key(other):
        return True
    shorter, longer = sorted((one.split(), other.split()), key=len)
    more = len(longer) - len(shorter)
    if not shorter or not more or any(word[-1:] in "'’" or word[-2:] in ("'s", "’s") for word in longer):
        return False
    names_last = key(" ".join(longer[:-more])) == key(" ".join(shorter)) and all(word[:1].isupper() for word in longer[-more:])
    is_name = key(" ".join(longer[more:])) == key(" ".join(shorter)) and all(word[:1].isupper() for word in longer[more:])
    return names_last or is_name


_BEING = frozenset("is are was were am be been s m re now called name named".split())
_OWNER = re.compile(r"(?P<owner>my|our|.+?['’]s|.+?s['’]) (?P<noun>.+)", re.IGNORECASE)
_OF = re.compile(r"(?:the )?(?P<noun>.+?) of (?P<owner>.+)", re.IGNORECASE)


def asked_by(subject: str, relation: str) -> tuple[str, str]:
    """Owner and attribute that a statement tells, the same however the words were parted: empty strings where it tells no attribute.

    >>> asked_by("my manager", "is"), asked_by("I", "manager"), asked_by("the cabin's door code", "is"), asked_by("the cabin", "door code")
    (('i', 'manager'), ('i', 'manager'), ('cabin', 'door code'), ('cabin', 'door code'))
    """
    attribute = " ".join(word for word in words(relation) if word not in _BEING)
    owner = key(subject)
    if not attribute and (found := _OWNER.fullmatch(subject.strip()) or _OF.fullmatch(subject.strip())):
        owner, attribute = key(re.sub(r"['’]s?$", "", found["owner"])), key(found["noun"])
    owner = "i" if owner in ("my", "me", "our", "we", "us", "mine") else owner
    return (owner, attribute) if owner and attribute else ("", "")


def relation_tells(relation: str) -> bool:
    """Whether a relation says more than that something is something."""
    return bool(relation) and key(relation) not in ("is", "s", "are", "was", "were", "am", "be", "re", "")


def named(person: str) -> str:
    """A person's name as others read it; empty is somebody who is forgotten.

    >>> named("ana"), named(""), named("visitor-0a1b")
    ('ana', 'somebody', 'a visitor')
    """
    return "a visitor" if person.startswith(VISITOR) else person or "somebody"


def of_oneself(text: str) -> bool:
    """Whether a text speaks of the one who says it, alone: what is mine is not yours, but our office may be.

    >>> of_oneself("My dog is called Rex."), of_oneself("Our office opens at nine.")
    (True, False)
    """
    return any(word.split("'")[0] in _ALONE for word in words(_QUOTED.sub("", text)))


def content_hash(*parts: str) -> str:
    """A short identity of content: equal for equal parts."""
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def upper_first(text: str) -> str:
    """Begin with a capital, unless the first word has capitals of its own (iPhone)."""
    first = text.split(" ", 1)[0]
    return text if any(c.isupper() for c in first) else text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """Take back the capital that only the start of a sentence gave."""
    said = text.split(" ", 1)[0]
    first = words(said)
    shouted = len(said) > 1 and said.isupper()
    return text[:1].lower() + text[1:] if first and first[0].split("'")[0] in _FUNCTION_WORDS and not shouted else text


def sentence(text: str) -> str:
    """A statement with a capital and a full stop."""
    text = upper_first(text.strip().rstrip(",;:"))
    return text if text.endswith((".", "!", "?", "…")) or not text else f"{text}."


def exchanged(statement: str, old: str, new: str) -> str | None:
    """A statement with one occurrence of the old value exchanged, from the right; None where it does not hold it."""
    found = list(re.finditer(rf"(?<!\w){re.escape(old)}(?!\w)", statement, re.IGNORECASE)) if old else []
    if not found:
        return None
    last = found[-1]
    return sentence(statement[: last.start()] + new + statement[last.end() :])


def returned(question: str) -> str:
    """A question about something of LIC's as one about the person's own; any other as it is.

    >>> returned("How old is your car?"), returned("What do you like about your town?")
    ('How old is my car?', 'What do you like about your town?')
    """
    return question if _TO_LIC.search(question) else _LICS.sub(lambda match: _RETURNED[match.group().lower()], question)


def turned(text: str) -> str:
    """Turn a person's words to that person: I become you, my becomes your, and LIC's you becomes I; quotations stay.

    >>> turned("I was born in Oslo and my dog likes you.")
    'You were born in Oslo and your dog likes me.'
    """
    pieces: list[str] = []
    at = 0
    for quoted in _QUOTED.finditer(text):
        pieces += [_turned_plain(text[at : quoted.start()]), quoted.group()]
        at = quoted.end()
    pieces.append(_turned_plain(text[at:]))
    return "".join(pieces)


def _turned_plain(text: str) -> str:
    found = list(_WORD.finditer(text))
    lower = [match.group().lower().replace("’", "'") for match in found]
    pieces: list[str] = []
    at = 0
    for i, match in enumerate(found):
        starts = i == 0 or text[: match.start()].rstrip().endswith((".", "!", "?"))
        new = _turned_word(match.group(), lower, i, starts, found[i - 1].group() if i else "")
        pieces += [text[at : match.start()], new]
        at = match.end()
    return "".join([*pieces, text[at:]])


def _anybody(lower: list[str], i: int) -> bool:
    """Whether a "you" means anybody: "you'll find the meter behind the coats", but not "you can call me Jo"."""
    followed = lower[i] == "you'll" or (lower[i] == "you" and lower[i + 1 : i + 2] and lower[i + 1] in _ANYBODY_DOES)
    return bool(followed) and not set(lower) & _FIRST_TO_SECOND.keys()


def _turned_word(word: str, lower: list[str], i: int, starts: bool, before: str) -> str:
    low = lower[i]
    if word == "US" or (word == "I" and not starts and before[:1].isupper() and before != "I" and i > 1):
        return word  # the country, and the numeral of kings and wars
    if low in ("was", "wasn't") and _beside(lower, i, ("i",)):
        return word.lower().replace("was", "were")
    if low in ("are", "were", "aren't", "weren't") and _beside(lower, i, ("you",)):
        return {"are": "am", "were": "was", "aren't": "am not", "weren't": "wasn't"}[low]
    if low.startswith("you") and _anybody(lower, i):
        return word
    if low == "you":
        new = "me" if _is_object(lower, i) else "I"
    elif low in _FIRST_TO_SECOND:
        new = _FIRST_TO_SECOND[low]
    elif low in _SECOND_TO_FIRST:
        new = _SECOND_TO_FIRST[low]
    else:
        return word
    return upper_first(new) if (starts and word[:1].isupper()) or (starts and word == "i") else new


def _beside(lower: list[str], i: int, pronouns: tuple[str, ...]) -> bool:
    near_before = lower[max(0, i - 2) : i]
    subject_before = bool(near_before) and (
        near_before[-1] in pronouns or (near_before[0] in pronouns and near_before[-1].endswith(("ly", "never", "always", "also")))
    )
    # The inverted order of a question: "was I", "are you"; only at the start of a clause, or a subject stands before it.
    subject_after = i + 1 < len(lower) and lower[i + 1] in pronouns and (i == 0 or lower[i - 1] in _QUESTION_WORDS)
    return subject_before or subject_after


_QUESTION_WORDS = frozenset(
    """
    what who where when why how which and but so old tall far long often much many
    """.split()
)


def _is_object(lower: list[str], i: int) -> bool:
    if i == 0:
        return False
    if i + 1 < len(lower) and lower[i + 1] in _AUXILIARIES:
        return False
    if lower[i - 1] in _AUXILIARIES or lower[i - 1] in _QUESTION_WORDS or lower[i - 1] in ("that", "if", "because", "when", "does"):
        return i + 1 == len(lower) and lower[i - 1] not in _AUXILIARIES
    return i + 1 == len(lower) or lower[i - 1] in _PREPOSITIONS or lower[i - 1] not in _FUNCTION_WORDS
