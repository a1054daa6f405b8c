"""A question and its answer become one statement in the words of the question; where that would be no English, both stand side by side."""

import re
from collections.abc import Sequence

from lic.language import key, sentence, upper_first
from lic.lessons.answers import lacks_article, placed
from lic.lessons.asked import Asked, adverbs_start, be_end, inflected, taken_apart
from lic.lessons.asking import question_from
from lic.lessons.grammar import AUXILIARIES, BE, DETERMINERS, DO, HAVE, NUMERALS, OBJECTS, PREPOSITIONS, SUBORDINATORS, is_name, is_plural, lowered, positive
from lic.lessons.morphology import base_of, is_plural_noun, readings
from lic.lessons.phrases import is_clause, main_verb, phrase_end
from lic.lessons.times import is_frequency

__all__ = ["direct_question", "plain_question", "question_from", "statement_from"]

_CONTRACTED = re.compile(r"^(what|who|where|when|how|why)(?:['’]?(s|re)|['’](ll|d))\b", re.IGNORECASE)
_CONTRACTION = {"s": "is", "re": "are", "ll": "will", "d": "did"}
_PRONOUN_CONTRACTED = re.compile(r"\b(I|you|we|they|he|she|it)['’](m|re|s)\b", re.IGNORECASE)
_CONTRACTED_BE = {"m": "am", "re": "are", "s": "is"}
_OPENING = re.compile(
    r"^(?:(?:hey|hi|hello|lic|please|pls|so|and|but|ok|okay|well|um|oh)\b[\s,:;.!-]*)+(?=.)|\s*(?:,\s*(?:lic|please|pls)|\s(?:again|please|pls))$",
    re.IGNORECASE,
)
_QUESTION_WORDS = rf"(?:(?:{'|'.join(sorted(PREPOSITIONS - {'up'}))}) )?(?:what|which|whose|who|whom|where|when|why|how)"
_QUESTION_WORD = re.compile(rf"{_QUESTION_WORDS}(?:s|re|['’]\w+)?\b", re.IGNORECASE)
# What is said before an indirect question: to somebody ("do you know", "tell me"), or of oneself ("I wonder").
_TO_SOMEBODY = re.compile(
    rf"^(?:[^?]*?\b(?:you|u|me|us|anyone|anybody)\b|i|any)\b[^?]*?[\s,:](?=(?:{_QUESTION_WORDS}|whats|wheres|whos|if|whether)\b.)", re.IGNORECASE
)
# The end of a sentence inside an answer; "Dr." and "St." end none.
_SENTENCES = re.compile(r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z][a-z])[.!?…]\s+\S")
_YES = frozenset("yes yeah yep yup sure correct right true".split())
_NO = frozenset("no nope nah".split())
# Words that only questions and denials have, and what a plain statement says.
_AFFIRMED = {"any": "some", "anything": "something", "anyone": "someone", "anybody": "somebody", "anywhere": "somewhere", "ever": "", "yet": "already"}


def statement_from(question: str, answer: str) -> str:
    """Answer a question in a whole sentence, in the words of the question.

    >>> statement_from("What is the capital of Mongolia?", "Ulaanbaatar")
    'The capital of Mongolia is Ulaanbaatar.'
    >>> statement_from("where does my sister work", "at the harbour")
    'My sister works at the harbour.'
    >>> statement_from("Where does my sister work?", "ask her")
    'Where does my sister work? Ask her.'
    """
    asked = plain_question(question)
    answer = answer.strip()
    bare = answer.rstrip(".! ")
    said = key(bare)
    made = _yes_no(_opened(question), asked, said in _YES) if said in _YES | _NO else _whole(asked, bare)
    if made:
        return sentence(made)
    parts = taken_apart(asked)
    # An indirect question stands only behind what it depends on: "Do you know where my key is?"
    shown = asked if parts is None or parts.direct else _opened(question)
    return f"{upper_first(shown)}? {sentence(answer)}".strip()


def plain_question(question: str) -> str:
    """A question without its opening, its contraction and its mark."""
    asked = _opened(question)
    if not _QUESTION_WORD.match(asked):
        asked = _TO_SOMEBODY.sub("", asked)
    return _CONTRACTED.sub(lambda match: f"{match.group(1)} {_CONTRACTION[(match.group(2) or match.group(3)).lower()]}", asked)


def direct_question(question: str) -> str:
    """A question as it is asked without what stands around it, in the order of a direct one and with its mark.

    >>> direct_question("can you remind me where my sister works?")
    'Where does my sister work?'
    >>> direct_question("I'm ordering boots, which size should I click?")
    'Which size should I click?'
    """
    asked = _PRONOUN_CONTRACTED.sub(lambda match: f"{match[1]} {_CONTRACTED_BE[match[2].lower()]}", plain_question(question))
    if not _QUESTION_WORD.match(asked) and (
        later := re.search(rf"[,;:.]\s+(?=(?:so\s+|and\s+|but\s+)?(?:{_QUESTION_WORDS})\b)(?:so\s+|and\s+|but\s+)?", asked)
    ):
        asked = asked[later.end() :]
    parts = taken_apart(asked) if _QUESTION_WORD.match(asked) else None
    if parts is None or parts.direct or parts.subject_asked:
        return f"{upper_first(asked)}?"
    finite = parts.finite.split()
    if positive(finite[0].lower()) not in AUXILIARIES:
        tags = readings(finite[0].lower())
        finite = [
            "does" if tags & {"VBZ"} else "did" if tags & {"VBD"} else "do",
            base_of(finite[0].lower(), "VBZ", "VBD", "VBP", "VB") or finite[0],
            *finite[1:],
        ]
    return f"{upper_first(_joined(parts.preposition, parts.wh, parts.noun, finite[0], parts.subject, *finite[1:], *parts.rest))}?"


def _opened(question: str) -> str:
    return _OPENING.sub("", question.strip().rstrip("?!. ")).strip()


def _whole(asked: str, answer: str) -> str | None:
    """The statement that a question with a question word becomes; None where there is no grammatical one."""
    if not answer or _SENTENCES.search(answer) or answer.endswith("?"):
        return None
    parts = taken_apart(asked)
    if parts is None:
        return _named(asked, answer)
    if is_clause(answer) and parts.wh != "why" and lowered(answer.split())[0] not in SUBORDINATORS:
        return None
    if parts.subject_asked:
        return _as_subject(parts, answer)
    if parts.noun.lower() == "often" and is_frequency(answer):
        verb_last = parts.verb == "be" or lowered([parts.finite])[0] in AUXILIARIES
        return _joined(parts.subject, *((parts.finite, answer) if verb_last else (answer, parts.finite)), *parts.rest)
    found = placed(parts, answer)
    if found is None:
        return None
    left, value, after = found
    before = [*parts.finite.split(), *left]
    if base_of(before[-1], "VB", "VBZ", "VBD", "VBG", "VBN") == "do" and parts.wh == "what" and not parts.noun:
        return _doing(parts, before, after, value)
    return _joined(parts.subject, *before, value, *after)


def _joined(*pieces: str) -> str:
    return " ".join(piece for piece in pieces if piece)


def _named(asked: str, answer: str) -> str | None:
    """What was asked for without a verb, if it is something that somebody has: "my dog's name?"."""
    words = asked.split()
    owned = any(re.search(r"['’]s?$", word) for word in words[:-1]) or " of " in asked
    return f"{asked} is {answer}" if owned and phrase_end(words) == len(words) and not is_plural(asked) and not is_clause(answer) else None


def _as_subject(parts: Asked, answer: str) -> str | None:
    found = placed(parts, answer)
    verb_at = main_verb(answer.split(), "VBD", "VBZ") if parts.wh == "what" else None
    if verb_at and not is_plural_noun(answer.split()[verb_at]):
        return None  # It may be a sentence of its own: "the wall fell".
    if found is None or lowered(answer.split())[0] in OBJECTS or lowered(answer.split())[0] in PREPOSITIONS:
        return None
    return _joined(found[1], _agreeing(parts, answer), *found[2])


def _agreeing(parts: Asked, subject: str) -> str:
    """The finite verb of a question for the subject, in the person and number of its answer."""
    finite, low = parts.finite, parts.finite.lower()
    stem, negation = (low[:-3], "n't") if low.endswith("n't") else (low, "")
    if parts.noun:
        return finite
    first = subject.lower() == "i"
    if is_plural(subject) or first:
        plural = {"is": "am" if first else "are", "was": "was" if first else "were", "has": "have", "does": "do"}
        if stem in plural:
            return "am not" if first and low == "isn't" else plural[stem] + negation
        return base_of(low, "VBZ") or finite
    return {"are": "is", "were": "was"}.get(stem, stem) + negation if stem in ("are", "were") else finite


def _doing(parts: Asked, before: list[str], after: Sequence[str], value: str) -> str | None:
    """What somebody does: a verb of the answer takes the place of "do", an occupation that of the verb, a noun stays its object."""
    words = value.split()
    first, tags = words[0].lower(), readings(words[0].lower())
    form = {"do": {"VB"}, "does": {"VBZ"}, "did": {"VBD"}, "doing": {"VBG"}, "done": {"VBN"}}.get(before[-1].lower(), set[str]())
    if tags & form and ("NN" not in tags or len(words) > 1 or "VBG" in form):
        return _joined(parts.subject, *before[:-1], value, *after)
    if len(before) == 1 and before[0] in ("do", "does") and _joined(*after).lower() in ("", "for a living", "for work"):
        be = "am" if parts.subject.lower() == "i" else "is" if before[0] == "does" else "are"
        return _joined(parts.subject, be, value) if first in ("a", "an") else None
    return None if lacks_article(value) or (tags & {"VB", "VBZ", "VBD"} and not tags & {"NN", "NNS"}) else _joined(parts.subject, *before, value, *after)


def _yes_no(opened: str, asked: str, yes: bool) -> str | None:
    """The statement that a question with a yes or a no becomes."""
    words = opened.split()
    if _QUESTION_WORD.match(asked) or len(words) < 2:
        return None
    if lowered(asked.split())[0] in ("if", "whether"):
        return " ".join(asked.split()[1:]) if yes else None
    auxiliary = positive(words[0])
    found = _subject_of(auxiliary, words[1:]) if auxiliary in AUXILIARIES else None
    if found is None:
        return None
    subject, rest = found
    auxiliary = "am" if auxiliary == "are" and lowered(subject) == ["i"] else auxiliary
    return _affirmed(subject, auxiliary, rest) if yes else _denied(subject, auxiliary, rest)


def _affirmed(subject: list[str], auxiliary: str, rest: list[str]) -> str:
    subject, rest = [[_AFFIRMED.get(word.lower(), word) for word in words] for words in (subject, rest)]
    if auxiliary not in DO:
        return _joined(*subject, auxiliary, *rest)
    at = (main_verb(["it", *rest], "VB") or 1) - 1
    return _joined(*subject, *rest[:at], inflected(rest[at], auxiliary), *rest[at + 1 :])


def _denied(subject: list[str], auxiliary: str, rest: list[str]) -> str | None:
    if lowered(subject)[0] in _AFFIRMED:
        return None
    first = lowered(rest)[0]
    if first == "ever" and rest[1:]:
        verb = inflected(rest[1], auxiliary) if auxiliary in DO else rest[1]
        return _joined(*subject, *(("never",) if auxiliary in DO else (auxiliary, "never")), verb, *rest[2:])
    if lowered(subject) == ["there"] and first not in (DETERMINERS - {"a", "an"}) | NUMERALS:
        return _joined(*subject, auxiliary, "no", *(rest[1:] if first in ("a", "an") else rest))
    return _joined(*subject, "cannot" if auxiliary == "can" else f"{auxiliary} not", *rest)


def _subject_of(auxiliary: str, after: list[str]) -> tuple[list[str], list[str]] | None:
    """The subject of a yes-or-no question and its predicate."""
    if auxiliary in BE:
        at = be_end(after)
        at = at if at < len(after) else len(after) - 1 if _ends_with_predicate(after) else 0
    else:
        verb_at = main_verb(after, "VBN" if auxiliary in HAVE else "VB")
        at = adverbs_start(after, verb_at) if verb_at else phrase_end(after) if auxiliary in HAVE else 0
    return (after[:at], after[at:]) if 0 < at < len(after) else None


def _ends_with_predicate(after: list[str]) -> bool:
    last = after[-1]
    return len(after) > 1 and (is_name(last) or last.isdigit() or bool(readings(last.lower()) & {"JJ", "JJR", "VBN", "VBG", "RB"}))
