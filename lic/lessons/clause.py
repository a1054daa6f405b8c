"""A fact of a message in a clause of its own: the words that belong to it, in an order that stands alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lic.language import key, lower_first, words
from lic.lessons.grammar import AUXILIARIES, BE, DETERMINERS, NUMERALS, PREPOSITIONS, SUBJECTS, is_name, is_plural, lowered, positive
from lic.lessons.morphology import base_of, is_plural_noun, readings, third_person
from lic.lessons.tagger import Fact
from lic.lessons.times import UNITS, is_measure
from lic.types import Span

POSSESSIVES = {"my", "our", "your", "his", "her", "its", "their"}
_LEADING = re.compile(r"(?:\b(?:the|a|an|my|our|your|his|her|its|their|in|on|at|for|of|by|from|to|with)\s+|[\"“‘'(])$", re.IGNORECASE)
_CLOSING = re.compile(r"[\"”’')\]]+")
_CONTRACTED = {"'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "m": "am", "re": "are", "ve": "have", "s": "is"}
_SAYS_IS = re.compile(r"[=:→–-]+>?")
_HAS_FOLLOWS = re.compile(r"(?:got|been|had|become|gone|\w+ed)\b", re.IGNORECASE)
_OWN_VERB = re.compile(r"(?P<who>i(?=['’]?m)|(?:he|she|it|that|who|there)(?=['’]?s)|(?:we|you|they)(?=['’]?re))['’]?(?:m|s|re)", re.IGNORECASE)
_JOINED_BEFORE = re.compile(r"\s+(?:and|&|or)\s+$")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_LAST_TOKEN = re.compile(r"(?:\w+|[^\w\s])(?=\s*$)")
_ALWAYS_HOLDS = re.compile(r"['’\"“”‘]")
_BEFORE_A_CLITIC = re.compile(r"\w+$")
_ARTICLE = re.compile(r"(?:\b(?:the|a|an|my|our|your|his|her|its|their)\s+|[\"“‘'(])$", re.IGNORECASE)
_NOUN_IS = re.compile(r"[a-z]+(?: [a-z]+)? (?:is|are|was|were)\b", re.IGNORECASE)
_BEHIND_IT_IS = re.compile(rf"\s+(?:(?:not|now|also|still|just|only|never|always|{'|'.join(sorted(DETERMINERS | PREPOSITIONS | NUMERALS))})\b|[\d$£€])", re.I)
"""What stands behind "its" where its apostrophe was left out."""
_ADVERBS = frozenset("still also just never always often only already now then even both all sometimes usually mostly rather no longer".split())


@dataclass(frozen=True, slots=True)
class _Part:
    role: str
    span: Span


def clause(text: str, fact: Fact, subject: str = "") -> str:
    """What a fact says, with `subject` in place of its own where that only points at something.

    The words between its parts stay where they hold it together; what is another fact's goes, and then subject, relation, value and
    time follow each other in this order.
    """
    if fact.subject is not None and key(fact.subject.of(text)) == "its" and _BEHIND_IT_IS.match(text, fact.subject.end):
        verb = Span(fact.subject.end - 1, fact.subject.end)
        fact = replace(fact, subject=Span(fact.subject.start, verb.start), relation=(verb, *fact.relation))
    parts = _parts(fact)
    groups = _groups(text, fact, parts)
    if len(groups) == 1 and not _wants_verb(text, fact) and not _is_one_of_two(text, fact):
        return _as_said(text, fact, groups[0], subject)
    return _put_together(text, fact, groups, subject)


def core(text: str, fact: Fact) -> Span:
    """From the first to the last word of what is said of a fact in one go, with the article or preposition before it."""
    groups = _groups(text, fact, _parts(fact))
    longest = max(groups, key=lambda group: group[-1].span.end - group[0].span.start)
    return Span(_start(text, fact, longest[0].span.start), longest[-1].span.end)


def _parts(fact: Fact) -> list[_Part]:
    found = [("S", fact.subject), *(("R", span) for span in fact.relation), ("V", fact.value), ("T", fact.when)]
    return sorted((_Part(role, span) for role, span in found if span is not None), key=lambda part: part.span.start)


def _groups(text: str, fact: Fact, parts: Sequence[_Part]) -> list[list[_Part]]:
    """The parts that hang together, in the order of the message."""
    groups: list[list[_Part]] = []
    for part in parts:
        if groups and _holds(text, fact, groups[-1][-1].span.end, part.span.start):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _holds(text: str, fact: Fact, start: int, end: int) -> bool:
    """Whether the words between two parts belong to their clause."""
    return all(_keeps(fact, match) for match in _TOKEN.finditer(text, start, end)) if start < end else True


def _keeps(fact: Fact, word: re.Match[str]) -> bool:
    return _ALWAYS_HOLDS.fullmatch(word.group()) is not None or _is_kept(fact, word)


def _is_kept(fact: Fact, word: re.Match[str]) -> bool:
    return any(span.start < word.end() and word.start() < span.end for span in fact.kept)


def _start(text: str, fact: Fact, start: int, before: re.Pattern[str] = _LEADING) -> int:
    """Where a phrase begins: with the words before it that are kept, and the article or preposition in any case."""
    while True:
        last = _LAST_TOKEN.search(text, 0, start)
        if last is not None and _is_kept(fact, last):
            start = last.start()
            continue
        leading = before.search(text[:start])
        if leading is None or any(span.start < start and leading.start() < span.end for span in fact.foreign):
            return start
        start = leading.start()


def _end(text: str, fact: Fact, end: int) -> int:
    """Where a phrase ends: with the words behind it that are kept."""
    while (following := _TOKEN.search(text, end)) is not None and _is_kept(fact, following):
        end = following.end()
    return end


def _as_said(text: str, fact: Fact, group: Sequence[_Part], subject: str) -> str:
    start, end = _start(text, fact, group[0].span.start), _end(text, fact, group[-1].span.end)
    if glued := _BEFORE_A_CLITIC.search(text, 0, start) if text[start] in "'’" else None:
        start = glued.start()
    closing = _CLOSING.match(text, end)
    end = closing.end() if closing and any(mark in text[start:end] for mark in "\"“‘'([") else end
    if subject and fact.subject is None and fact.section != "manner":
        return _begun(subject, text[start:end])
    if not subject or fact.subject is None:
        return text[start:end]
    if (whose := owned(fact.subject.of(text), subject)) is not None:
        return f"{text[start : fact.subject.start]}{whose}{text[fact.subject.end : end]}"
    return f"{text[start : fact.subject.start]}{_in_place(text, fact.subject, end, subject)}"


def _begun(subject: str, rest: str) -> str:
    """A clause that leaves its subject out, with it: [I] haven't eaten meat, [I am] working nights, [I am] from Split, [my] boss is called Ada."""
    first, _, behind = rest.partition(" ")
    low = first.lower()
    if _NOUN_IS.match(rest) and low not in DETERMINERS and (readings(low) or not is_name(first)):
        return f"{possessive(subject)} {low} {behind}"
    if low not in PREPOSITIONS and has_verb(rest) and (low in DETERMINERS or not (readings(low) or positive(low) in AUXILIARIES)):
        return rest
    finite = positive(low) in AUXILIARIES or bool(readings(low) & {"VBP", "VBZ", "VBD"})
    if finite and low not in PREPOSITIONS | DETERMINERS:
        return f"{subject} {agreeing(low, subject)} {behind}".strip()
    return f"{subject} {agreeing('is', subject)} {lower_first(rest)}"


def owned(pointing: str, subject: str) -> str | None:
    """A subject that begins with a possessive pronoun, with its owner (his workshop becomes Bo's workshop); None for any other."""
    first, _, noun = pointing.partition(" ")
    return f"{possessive(subject)} {noun}" if noun and key(first) in POSSESSIVES else None


def _in_place(text: str, pointing: Span, end: int, subject: str) -> str:
    """The rest of a clause from its pronoun on, with what that stands for: his name, he's five, they are."""
    rest = text[pointing.end : end]
    said = pointing.of(text)
    if key(said) in POSSESSIVES and rest.strip():
        return f"{possessive(subject)}{rest}"
    glued, behind = re.match(r"['’]?(s|re|m|ve|ll)\b", rest), rest
    if glued is not None:
        behind = rest[glued.end() :]
    elif _OWN_VERB.fullmatch(said):
        glued = re.search(r"['’]?(s|re|m)$", said, re.IGNORECASE)
    if glued is None:
        return f"{subject}{rest}"
    verb = {"re": "are", "m": "am", "ve": "have", "ll": "will"}.get(glued.group(1).lower(), "has" if _HAS_FOLLOWS.match(behind.lstrip()) else "is")
    return f"{subject} {agreeing(verb, subject)}{behind}"


def has_verb(statement: str) -> bool:
    """Whether a statement has a word that may be its verb."""
    low = lowered(re.sub(r"['’](s|m|re|ve|ll|d)\b", r" '\1", statement.rstrip(".")).split())
    return any(positive(word) in AUXILIARIES or word.startswith("'") or readings(word) & {"VBZ", "VBD", "VBP", "VB"} or not readings(word) for word in low[1:])


def is_phrase(subject: str) -> bool:
    """Whether a subject is a phrase, neither an article alone nor a clause with a verb of its own."""
    low = lowered(subject.split())
    return not low or (low[-1] not in ("the", "a", "an") and low[0] not in ("and", "or", "but") and not any(positive(word) in AUXILIARIES for word in low[1:]))


def possessive(owner: str) -> str:
    """Whose something is: my dog's, my parents', my."""
    own = {"i": "my", "me": "my", "we": "our", "us": "our", "you": "your", "who": "whose"}.get(key(owner))
    if own or key(owner) in POSSESSIVES or re.search(r"['’]s?$", owner):
        return own or owner
    return f"{owner}'" if owner.endswith("s") and is_plural(owner) else f"{owner}'s"


def agreeing(verb: str, subject: str) -> str:
    """A finite verb for a subject: Ana and I are, I am, Ana is; Ana and I like, Ana likes."""
    low = verb.lower()
    first = key(subject) in ("i", "my", "me")
    plural = not first and (is_plural(subject) or key(subject) in ("we", "you", "they", "our"))
    if low in BE:
        past = low in ("was", "were")
        return ("were" if plural else "was") if past else "am" if first else "are" if plural else "is"
    if low in ("have", "has"):
        return "have" if first or plural else "has"
    if low in ("do", "does", "don't", "doesn't"):
        return low.replace("doesn't", "don't").replace("does", "do") if first or plural else {"do": "does", "don't": "doesn't"}.get(low, low)
    if low in AUXILIARIES:
        return verb
    tags = readings(low)
    if first or plural:
        return base_of(low, "VBZ") or verb if "VBZ" in tags and "VBD" not in tags else verb
    return third_person(low) if "VBP" in tags and not tags & {"VBD", "VBZ"} else verb


def _wants_verb(text: str, fact: Fact) -> bool:
    """Whether nothing joins subject and value: my wife Ana."""
    if fact.subject is None or fact.value is None or not all(_SAYS_IS.fullmatch(span.of(text)) for span in fact.relation):
        return False
    first, second = sorted((fact.subject, fact.value), key=lambda span: span.start)
    between = lowered(text[first.end : second.start].replace("'", " '").replace("’", " '").split())
    return not _OWN_VERB.fullmatch(fact.subject.of(text)) and not any(word in AUXILIARIES or word in _CONTRACTED or word == "'s" for word in between)


def _put_together(text: str, fact: Fact, groups: Sequence[Sequence[_Part]], subject: str) -> str:
    pointing = fact.subject.of(text) if fact.subject else ""
    said = (owned(pointing, subject) or subject) if subject else lower_first(pointing)
    said = "I" if key(said) == "me" else said
    relation, value = _relation(text, fact, groups), _value(text, fact, groups)
    when = fact.when.of(text) if fact.when and not (fact.value and fact.value.start <= fact.when.start < fact.value.end) else ""
    if _SAYS_IS.fullmatch(relation):
        relation = ""
    if key(pointing) in POSSESSIVES or re.search(r"['’]s?$", pointing) or _is_possessed(text, fact):
        attribute = lowered(relation.split())
        owner = re.sub(r"['’]s?$", "", said)
        whose = f"{possessive(owner)} {relation}".strip()
        verb = "" if any(word in AUXILIARIES for word in attribute) else agreeing("is", relation)
        return _joined(whose, verb, value, when)
    if not relation and value:
        # What somebody is called has no time; it belongs to the verb behind the name.
        when = "" if _names(value, said) else when
        relation = agreeing("has", said) if _is_number_of(value) else agreeing("is", said) + (" called" if _names(value, said) else "")
    adverb, first, rest = _verb_of(relation)
    contraction = _OWN_VERB.fullmatch(said)
    if contraction and readings(first.lower()) & {"VBZ", "VBD", "VBP"}:
        # im, deaf and [start on Monday]: the next fact has a verb of its own.
        said = contraction.group("who")
    apart = _apart(text, fact)
    contracted = first.replace("’", "'").lower()
    if contracted in _CONTRACTED or contracted == "'s":
        first = "has" if contracted in ("'s", "s") and _HAS_FOLLOWS.match(rest or value) else _CONTRACTED.get(contracted, "is")
        glued = not subject and not apart
        if glued:
            return _joined(f"{said}{relation}", value, when)
        first = agreeing(first, said)
    elif first and (apart or subject) and said:
        first = agreeing(first, said)
    return _joined(said, adverb, first, rest, value, when)


def _verb_of(relation: str) -> tuple[str, str, str]:
    """The words before the verb, the verb, and what follows it: still | bakes | for."""
    found = relation.split()
    at = next((i for i, word in enumerate(found) if word.lower() not in _ADVERBS and not (word.endswith("ly") and len(found) > i + 1)), 0)
    return " ".join(found[:at]), " ".join(found[at : at + 1]), " ".join(found[at + 1 :])


def _is_one_of_two(text: str, fact: Fact) -> bool:
    """Whether the subject is the last of several, with which the verb agrees: Ana and [I] are."""
    if fact.subject is None or not fact.relation or fact.relation[0].start < fact.subject.end:
        return False
    joined = _JOINED_BEFORE.search(text, 0, fact.subject.start)
    return joined is not None and any(span.end == joined.start() for span in fact.foreign)


def _apart(text: str, fact: Fact) -> bool:
    """Whether somebody else stands beside the subject or between it and its verb, with whom the verb may agree."""
    if fact.subject is None or not fact.relation or _is_one_of_two(text, fact):
        return True
    first, second = sorted((fact.subject, fact.relation[0]), key=lambda span: span.start)
    return second is fact.subject or any(first.end <= span.start < second.start for span in fact.foreign)


def _is_possessed(text: str, fact: Fact) -> bool:
    if fact.subject is None or not fact.relation or key(fact.subject.of(text)) in SUBJECTS:
        return False
    return re.match(r"['’]s?\s", text[fact.subject.end :]) is not None


def _relation(text: str, fact: Fact, groups: Sequence[Sequence[_Part]]) -> str:
    """The relation's words, with those that hold its pieces together: is [a] called."""
    said = ""
    last: Span | None = None
    for span in fact.relation:
        together = last is not None and any(_next_to(group, last, span) for group in groups)
        said = f"{said}{text[last.end : span.start]}{span.of(text)}" if together and last else f"{said} {span.of(text)}".strip()
        last = span
    return said


def _value(text: str, fact: Fact, groups: Sequence[Sequence[_Part]]) -> str:
    """The value, with the article or preposition between the relation and it."""
    if fact.value is None:
        return ""
    before = next((last for last in reversed(fact.relation) if any(_next_to(group, last, fact.value) for group in groups)), None)
    last = ["", *lowered(fact.relation[-1].of(text).split() if fact.relation else [])][-1]
    start = before.end if before else _start(text, fact, fact.value.start, _ARTICLE if last in PREPOSITIONS else _LEADING)
    end = _end(text, fact, fact.value.end)
    closing = _CLOSING.match(text, end)
    value = text[start:end].strip()
    return value + (closing.group() if closing and any(mark in value for mark in '"“(') else "")


def _next_to(group: Sequence[_Part], one: Span, other: Span) -> bool:
    spans = [part.span for part in group]
    return one in spans and other in spans and spans.index(other) == spans.index(one) + 1


def _names(value: str, subject: str) -> bool:
    """Whether a value is what its subject is called: a name behind a role, not a trade, an age or a place."""
    low = words(value)
    if not low or len(value.split()) > 4 or any(map(str.isdigit, value)) or is_name(subject.split(maxsplit=1)[0] if subject else ""):
        return False
    if all(is_name(word) or word in ("de", "van", "von", "der", "al", "bin", "la") for word in value.split()):
        return low[0] not in ("the", "a", "an", "from", "in", "mr", "ms", "mrs", "dr")
    return False


def _is_number_of(value: str) -> bool:
    """Whether a value counts things that somebody has: three grandkids, but not three years."""
    low = lowered(value.split())
    counted = len(low) > 1 and (low[0] in NUMERALS | {"no"} or low[0].isdigit())
    return counted and is_plural_noun(low[1]) and not is_measure(value) and low[1].removesuffix("s") not in UNITS


def _joined(*pieces: str) -> str:
    return re.sub(r"\s+", " ", " ".join(piece.strip() for piece in pieces if piece.strip()))
