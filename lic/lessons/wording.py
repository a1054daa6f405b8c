"""Questions become statements and statements become questions: the rules of English word order that a lesson needs."""

import re
from typing import cast

from lic.language import key, lower_first, sentence, upper_first, words

_BE = ("is", "are", "was", "were", "am")
_MODALS = ("can", "could", "will", "would", "should", "must", "may", "might")
_DO = ("do", "does", "did")
_HAVE = ("has", "have", "had")
_AUX = (*_BE, *_MODALS, *_DO, *_HAVE)
_CONTRACTED = re.compile(r"^(what|who|where|when|how|why)(?:['’]s|s)\b", re.IGNORECASE)
_OPENING = re.compile(
    r"^(?:(?:hey|hi|hello|lic|please|pls|so|and|but|ok|okay|well|um|tell me|remind me|do (?:you|u) (?:know|remember)|can you tell me|"
    r"could you tell me|i wonder|any idea|any clue|quick question)\b[\s,:;.!-]*)+",
    re.IGNORECASE,
)
_WH = re.compile(
    r"^(?P<wh>(?:in |at |on |from |to |with |for |of |by )?(?:what|which|whose|who|whom|where|when|why|how))\b(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_PREPOSITIONS = ("in", "at", "on", "to", "from", "near", "under", "behind", "by", "with", "for", "since", "until", "of", "about", "as", "into", "over", "next")
# Past forms that do not end in -ed, of verbs that people ask about (base form to past form).
_PAST: dict[str, str] = dict(
    cast(tuple[str, str], tuple(pair.split(":")))
    for pair in """
    be:was become:became begin:began bite:bit blow:blew break:broke bring:brought build:built buy:bought catch:caught choose:chose
    come:came cost:cost cut:cut die:died dig:dug do:did draw:drew drink:drank drive:drove eat:ate fall:fell feed:fed feel:felt
    fight:fought find:found fly:flew forget:forgot get:got give:gave go:went grow:grew hang:hung have:had hear:heard hide:hid hit:hit
    hold:held hurt:hurt keep:kept know:knew lead:led learn:learned leave:left lend:lent let:let lie:lay lose:lost make:made mean:meant
    meet:met pay:paid put:put read:read ride:rode ring:rang rise:rose run:ran say:said see:saw sell:sold send:sent set:set shoot:shot
    shut:shut sing:sang sink:sank sit:sat sleep:slept speak:spoke spend:spent stand:stood steal:stole swim:swam take:took teach:taught
    tell:told think:thought throw:threw understand:understood wake:woke wear:wore win:won write:wrote
    """.split()
)
_BASE = {past: base for base, past in _PAST.items()}


def statement_from(question: str, answer: str) -> str:
    """Answer a question in a whole sentence, in the words of the question.

    >>> statement_from("What is the capital of Mongolia?", "Ulaanbaatar")
    'The capital of Mongolia is Ulaanbaatar.'
    >>> statement_from("where does my sister work", "at the harbour")
    'My sister works at the harbour.'
    """
    asked = plain_question(question)
    answer = answer.strip().rstrip(".!").strip()
    match = _WH.match(asked)
    if match is None:
        return _from_yes_no(asked, answer)
    made = _from_wh(match.group("wh").lower(), match.group("rest").split(), answer)
    return sentence(made) if made else f"{upper_first(asked)}? {sentence(answer)}"


def plain_question(question: str) -> str:
    """A question without its opening, its contraction and its mark."""
    asked = _OPENING.sub("", question.strip().rstrip("?!. ")).strip()
    return _CONTRACTED.sub(lambda match: f"{match.group(1)} is", asked)


def _from_wh(wh: str, rest: list[str], answer: str) -> str | None:
    lower = [word.lower() for word in rest]
    at = next((i for i, word in enumerate(lower) if word in _AUX), None)
    if at is None:
        # "Who wrote Hamlet": the answer is the subject.
        return f"{answer} {' '.join(rest)}" if wh in ("who", "what") and rest else None
    asked_noun, auxiliary, after = rest[:at], lower[at], rest[at + 1 :]
    if not after:
        return None
    if auxiliary in _DO:
        return _with_do(wh, asked_noun, auxiliary, after, answer)
    subject, remainder = _split_subject(after)
    value = _placed(wh, asked_noun, remainder, answer)
    if auxiliary in _BE and not remainder:
        return f"{' '.join(subject)} {auxiliary} {_with_unit(wh, asked_noun, answer)}"
    if auxiliary in _BE and wh in ("who", "what", "which") and not _is_predicate(remainder):
        return f"{' '.join(after)} {auxiliary} {answer}"
    return f"{' '.join(subject)} {auxiliary} {' '.join(remainder)} {value}"


def _with_unit(wh: str, asked_noun: list[str], answer: str) -> str:
    if wh == "how" and asked_noun and asked_noun[0].lower() == "old" and answer.isdigit():
        return f"{answer} years old"
    if wh == "how" and asked_noun and re.fullmatch(r"[\d.,]+ ?[a-z]{1,12}", answer) and asked_noun[0].lower() in ("tall", "long", "deep", "wide", "high"):
        return f"{answer} {asked_noun[0].lower()}"
    return answer


def _with_do(wh: str, asked_noun: list[str], auxiliary: str, after: list[str], answer: str) -> str | None:
    subject, remainder = _split_subject(after)
    if not remainder:
        subject, remainder = after[:-1], after[-1:]
    if not subject:
        return None
    verb = _inflected(remainder[0], auxiliary)
    value = _placed(wh, asked_noun, remainder, answer)
    if wh == "how" and asked_noun and asked_noun[0].lower() in ("many", "much") and asked_noun[1:] and len(answer.split()) == 1:
        value = f"{answer} {' '.join(asked_noun[1:])}"
    tail = " ".join(remainder[1:])
    # "What time does the shop open on Monday" keeps its rest behind the answer, "what is he allergic to" before it.
    if tail and key(remainder[-1]) not in _PREPOSITIONS and wh != "how":
        return (
            f"{' '.join(subject)} {verb} {value} {tail}" if wh in ("what", "which", "who") and not asked_noun else f"{' '.join(subject)} {verb} {tail} {value}"
        )
    return " ".join(filter(None, (" ".join(subject), verb, tail, value)))


def _placed(wh: str, asked_noun: list[str], remainder: list[str], answer: str) -> str:
    """The answer with the preposition that its place needs, unless it brought one."""
    first = key(answer).split(" ")[0]
    if first in _PREPOSITIONS or (remainder and remainder[-1].lower() in _PREPOSITIONS):
        return answer
    if wh.split(maxsplit=1)[0] in ("in", "at", "on", "from", "to", "with", "for", "of", "by"):
        return f"{wh.split(maxsplit=1)[0]} {answer}"
    if wh == "where" and first not in ("here", "there", "home", "abroad", "nowhere", "downstairs", "upstairs"):
        return f"in {answer}" if answer[:1].isupper() else f"at {answer}"
    if wh == "when" and re.fullmatch(r"(1[0-9]|20)\d\d", answer):
        return f"in {answer}"
    if (wh == "when" or asked_noun[:1] == ["time"]) and re.match(r"\d{1,2}([:.]\d\d)?( ?[ap]m)?$", answer):
        return f"at {answer}"
    if wh == "when" and re.match(r"(mon|tues|wednes|thurs|fri|satur|sun)day", answer, re.IGNORECASE):
        return f"on {answer}"
    return answer


def _split_subject(after: list[str]) -> tuple[list[str], list[str]]:
    """The subject at the start of a clause and what follows it: a pronoun, a name, or a noun phrase with its possessors."""
    lower = [word.lower() for word in after]
    if lower[0] in ("i", "you", "he", "she", "it", "we", "they", "this", "that", "there"):
        return after[:1], after[1:]
    i = 0
    while i < len(after):
        word = lower[i]
        if word in _DETERMINERS or word.endswith(("'s", "’s", "s'", "s’")):
            i += 1
            continue
        if after[i][:1].isupper():
            while i + 1 < len(after) and (after[i + 1][:1].isupper() or after[i + 1] in ("of", "de", "van", "von", "and", "the")):
                i += 1
        i += 1
        if i < len(after) and lower[i] in ("of", "for", "at", "in", "from", "on") and i + 1 < len(after):
            i += 1
            continue
        break
    while i < len(after) and not _can_begin_predicate(lower[i]) and i + 1 < len(after):
        i += 1
    return (after[:i], after[i:]) if i < len(after) and _can_begin_predicate(lower[i]) else (after, [])


_DETERMINERS = frozenset(
    """
    the a an my your his her its our their this that these those all both every some
    """.split()
)
_PARTICIPLES = frozenset(
    """
    called named born made found based located written painted built known kept parked hidden allergic afraid scared married related
    from stored buried held spoken due open closed composed invented discovered founded directed owned used sold served played
    celebrated spelled spelt
    """.split()
)


def _can_begin_predicate(word: str) -> bool:
    return word in _PARTICIPLES or word in _PREPOSITIONS or word.endswith(("ed", "ing")) or word in _BASE or word in _PAST or word in _COMMON_VERBS


_COMMON_VERBS = frozenset(
    """
    live work play like love hate want need study open close start end weigh belong sound smell taste look arrive depart happen use
    own call speak stay walk prefer cook grow study support believe collect visit celebrate train produce sell serve enjoy move finish
    park return marry weigh
    """.split()
)


def _is_predicate(remainder: list[str]) -> bool:
    return bool(remainder) and (remainder[0].lower() in _PARTICIPLES or remainder[0].lower().endswith(("ed", "ing")))


def _from_yes_no(asked: str, answer: str) -> str:
    lower = asked.lower().split()
    said = key(answer)
    yes, no = said.split(" ")[0] in ("yes", "yeah", "yep", "sure", "correct"), said.split(" ")[0] in ("no", "nope", "nah")
    if not lower or lower[0] not in _AUX or not (yes or no):
        return f"{upper_first(asked)}? {sentence(answer)}"
    subject, remainder = _split_subject(asked.split()[1:])
    if not remainder:
        subject, remainder = asked.split()[1:2], asked.split()[2:]
    if lower[0] in _DO and yes and remainder:
        return sentence(" ".join((*subject, _inflected(remainder[0], lower[0]), *remainder[1:])))
    return sentence(" ".join((*subject, lower[0], *(("not",) if no else ()), *remainder)))


def _inflected(verb: str, auxiliary: str) -> str:
    verb = verb.lower()
    if auxiliary == "do":
        return verb
    if auxiliary == "does":
        return third_person(verb)
    if verb in _PAST:
        return _PAST[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    return f"{verb[:-1]}ied" if re.search(r"[^aeiou]y$", verb) else f"{verb}ed"


def third_person(verb: str) -> str:
    """The form of a verb after he, she or it."""
    if verb == "have":
        return "has"
    if re.search(r"(s|sh|ch|x|z|o)$", verb):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if re.search(r"[^aeiou]y$", verb) else f"{verb}s"


def base_form(verb: str) -> tuple[str, str]:
    """The base form of a finite verb and the form of "do" that asks for it."""
    low = verb.lower()
    if low in _BASE:
        return _BASE[low], "did"
    if low in ("has", "does"):
        return {"has": "have", "does": "do"}[low], "does"
    if low.endswith("ied"):
        return f"{low[:-3]}y", "did"
    if low.endswith("ed") and len(low) > 4:
        stem = low[:-2]
        return (stem if stem.endswith(("ss", "ll", "k", "t", "n", "r", "w", "y", "sh", "ch", "x")) else f"{stem}e"), "did"
    if low.endswith("ies") and len(low) > 4:
        return f"{low[:-3]}y", "does"
    if re.search(r"(sses|shes|ches|xes|zes|oes)$", low):
        return low[:-2], "does"
    if low.endswith("s") and not low.endswith("ss"):
        return low[:-1], "does"
    return low, "do"


def question_from(subject: str, relation: str, value: str, attribute: bool) -> str:
    """The question that a fact answers, in the person's own words and persons.

    `attribute` says that the relation is a noun which the subject has (my dog's name), not a verb.

    >>> question_from("my dog", "name", "Rex", attribute=True)
    "What is my dog's name?"
    >>> question_from("my sister", "works at", "the harbour", attribute=False)
    'Where does my sister work?'
    """
    subject = lower_first(subject.strip()) or "it"
    low = relation.lower().replace("’", "'").strip(" '")
    if attribute and low:
        return f"What is {_possessive(subject)} {relation}?"
    parts = low.split()
    place = bool(parts) and parts[-1] in ("in", "at", "near", "on", "under", "behind", "from") and (value[:1].isupper() or parts[-1] != "on")
    if not parts or (len(parts) == 1 and parts[0] in (*_BE, "m", "re", "s", "'m", "'re", "'s")):
        return f"{'Who' if _is_name(subject) else 'What'} {_be_for(subject, parts)} {subject}?"
    if (
        parts[0] in (*_BE, "m", "re", "s")
        or parts[0] in (*_MODALS, "won't", "can't")
        or (parts[0] in _HAVE and len(parts) > 1 and parts[1].endswith(("ed", "en", "n")))
    ):
        auxiliary = _be_for(subject, parts[:1]) if parts[0] in (*_BE, "m", "re", "s") else parts[0]
        wh, rest = _wh_and_rest(parts[1:], value, place)
        return f"{wh} {auxiliary} {subject} {' '.join(rest)}".rstrip() + "?"
    if parts[1:2] == ["by"]:
        return f"What was {subject} {low}?"
    base, do = base_form(parts[0])
    wh, rest = _wh_and_rest(parts[1:], value, place)
    return f"{wh} {do} {subject} {' '.join((base, *rest))}?"


def _wh_and_rest(rest: list[str], value: str, place: bool) -> tuple[str, list[str]]:
    if rest and rest[-1] in ("in", "on", "at", "since") and (re.search(r"\d", value) or (words(value)[:1] and _is_time(words(value)[0]))):
        return "When", rest[:-1]
    if place and rest and rest[-1] in ("in", "at", "near", "on", "under", "behind"):
        return "Where", rest[:-1]
    return "What", rest


def _is_time(word: str) -> bool:
    return word in (
        """
    january february march april may june july august september october november december monday tuesday wednesday thursday friday
    saturday sunday
    """.split()
    )


def _is_name(subject: str) -> bool:
    return (subject[:1].isupper() and len(subject.split()) <= 3) or subject.split(maxsplit=1)[0] in ("he", "she", "who")


def _be_for(subject: str, parts: list[str]) -> str:
    if parts and parts[0] in ("was", "were"):
        return parts[0]
    low = subject.lower()
    if low == "i":
        return "am"
    if parts and parts[0] in ("is", "are"):
        return parts[0]
    return "are" if low in ("we", "you", "they") else "is"


def _possessive(subject: str) -> str:
    low = subject.lower()
    if low in ("i", "my"):
        return "my"
    if low in ("we", "our"):
        return "our"
    if low in ("you", "your"):
        return "your"
    if low in ("his", "her", "its", "their"):
        return low
    return f"{subject}'" if subject.endswith("s") and not subject.endswith("ss") else f"{subject}'s"
