"""Any number of different facts, each with its question, composed from word lists in a fixed order."""

from collections.abc import Sequence
from dataclasses import dataclass

from lic.language import lower_first, sentence
from lic.types import Section, Slots

_KIN = "cousin sister brother uncle aunt neighbour colleague dentist barber teacher landlord trainer boss tailor niece nephew godmother friend".split()
_FIRST = """
Ada Ana Anton Arno Bea Ben Boris Carla Cem Clara Dana David Dora Edith Elif Emil Enzo Erik Eva Felix Fiona Flora Gina Greta Hanna Hugo Ida Igor Ines Ivo
Jana Jonas Judith Kai Karla Kim Klara Lars Lea Leo Lina Luca Lucy Maja Marco Marta Max Mila Mina Moritz Nadja Nina Noah Nora Olga Oskar Otto Pablo Paula Petra
Pia Rafael Rita Robin Rosa Ruth Samir Sara Selma Simon Sofia Sven Tara Tim Tina Tom Ulla Uwe Vera Viktor Wanda Yara Yusuf Zoe
""".split()
_NAME_BEGINS = "Al Ber Bran Cor Dal Ek Fal Gar Hal Ing Jor Kel Lin Mar Nor Os Pel Quin Ros Sal Ter Ul Ven Wal Yar Zan Bro Stein".split()
_NAME_ENDS = "berg dahl ding feld gren holm kamp lund mann mark nau rup sen stad stedt strom ter thal tin vik wald wick wood worth".split()
_CITIES = "Oslo Rome Lima Cairo Quito Turin Graz Bern Kyoto Leeds Porto Lyon Ghent Malmo Tallinn Bilbao Nairobi Utrecht Zagreb Lublin".split()
_JOBS = "a baker;a nurse;a pilot;a translator;a carpenter;a judge;a plumber;a florist;a geologist;a bus driver;an editor;a piano teacher".split(";")
_FOODS = "walnuts;peanuts;shrimp;strawberries;celery;figs;mushrooms;goat cheese;rye bread;mangoes;oysters;garlic".split(";")
_YEARS = [str(year) for year in range(1931, 2012)]
_INSTRUMENTS = "the cello;the oboe;the harp;the drums;the accordion;the viola;the trumpet;the banjo".split(";")
_VEHICLES = "a red van;an old tractor;a blue scooter;a night train;a school bus;a silver taxi;a small truck".split(";")
_COLLECTIONS = "stamps;old maps;teapots;vinyl records;sea shells;postcards;wooden masks;toy trains;fountain pens".split(";")
_SUBJECTS = "medicine;archaeology;maths;marine biology;law;music theory;chemistry;Slavic languages;architecture".split(";")
_LANGUAGES = "Finnish;Swahili;Portuguese;Czech;Korean;Arabic;Welsh;Greek;Hindi;Catalan".split(";")
_ANIMALS = "spiders;geese;bats;wasps;horses;snakes;big dogs;moths;pigeons".split(";")
_TIMES = ["6:30", "7:15", "8:00", "8:45", "9:30", "10:00", "17:30", "18:15", "19:00", "20:45", "21:30", "22:00"]
_SHOPS = "bakery;pharmacy;library;museum;swimming pool;bike shop;post office;cinema;flower shop;town hall;gym;bookshop".split(";")
_THINGS = "bread;lamps;violins;wool socks;kites;paper;raincoats;tiles;bicycles;honey;clocks;soap".split(";")


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement as a person types it, with the question that it answers."""

    statement: str
    question: str
    slots: Slots
    section: Section
    topic: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    """How the facts of one relation are worded: `{s}` is the subject, `{v}` the value."""

    about: str
    statement: str
    question: str
    relation: str
    values: Sequence[str]


_PATTERNS = (
    _Pattern("person", "{s} lives in {v}", "Where does {s} live?", "lives in", _CITIES),
    _Pattern("person", "{s} works as {v}", "What does {s} work as?", "works as", _JOBS),
    _Pattern("person", "{s} was born in {v}", "When was {s} born?", "was born in", _YEARS),
    _Pattern("person", "{s} is allergic to {v}", "What is {s} allergic to?", "is allergic to", _FOODS),
    _Pattern("person", "{s} drives {v}", "What does {s} drive?", "drives", _VEHICLES),
    _Pattern("person", "{s} plays {v}", "What does {s} play?", "plays", _INSTRUMENTS),
    _Pattern("person", "{s} collects {v}", "What does {s} collect?", "collects", _COLLECTIONS),
    _Pattern("person", "{s} studied {v}", "What did {s} study?", "studied", _SUBJECTS),
    _Pattern("person", "{s} speaks {v}", "What does {s} speak?", "speaks", _LANGUAGES),
    _Pattern("person", "{s} is afraid of {v}", "What is {s} afraid of?", "is afraid of", _ANIMALS),
    _Pattern("person", "{s} comes from {v}", "Where does {s} come from?", "comes from", _CITIES),
    _Pattern("person", "{s} hates {v}", "What does {s} hate?", "hates", _FOODS),
    _Pattern("house", "{s} opens at {v}", "When does {s} open?", "opens at", _TIMES),
    _Pattern("house", "{s} closes at {v}", "When does {s} close?", "closes at", _TIMES),
    _Pattern("house", "{s} was built in {v}", "When was {s} built?", "was built in", _YEARS),
    _Pattern("house", "{s} sells {v}", "What does {s} sell?", "sells", _THINGS),
    _Pattern("firm", "{s} makes {v}", "What does {s} make?", "makes", _THINGS),
    _Pattern("firm", "{s} was founded in {v}", "When was {s} founded?", "was founded in", _YEARS),
    _Pattern("village", "{s} is known for {v}", "What is {s} known for?", "is known for", _THINGS),
    _Pattern("village", "{s} lies near {v}", "Where does {s} lie?", "lies near", _CITIES),
)
PATTERNS = len(_PATTERNS)
_NAMES = [begin + end for begin in _NAME_BEGINS for end in _NAME_ENDS]
_STEP = 7_919  # a prime that divides no list's length, so that neighbours differ in every word and nothing comes twice


def fact(i: int) -> Fact:
    """The fact number i; all have different statements, and those of equal `i % PATTERNS` have the same relation."""
    block, kind = divmod(i, PATTERNS)
    pattern = _PATTERNS[kind]
    # Each relation begins elsewhere in the list of names, so that a small store has many subjects too.
    subject, topic = _subject(pattern.about, (block + 37 * kind + 1) * _STEP)
    value = pattern.values[(block + kind) % len(pattern.values)]
    return Fact(
        statement=sentence(pattern.statement.format(s=subject, v=value)).removesuffix("."),
        question=pattern.question.format(s=subject),
        slots=Slots(lower_first(subject), pattern.relation, value),
        section="individual_experiences" if pattern.about == "person" else "domain_knowledge",
        topic=topic,
    )


def _subject(about: str, number: int) -> tuple[str, str]:
    """The subject of a number, and its topic: its words without the possessor or article."""
    number, name = divmod(number, len(_NAMES))
    number, first = divmod(number, len(_FIRST))
    full, which = f"{_FIRST[first]} {_NAMES[name]}", number + first + name
    said = {
        "person": f"my {_KIN[which % len(_KIN)]} {full}",
        "house": f"the {_SHOPS[which % len(_SHOPS)]} in {full} Street",
        "firm": f"the company {full}",
        "village": f"the village of {full}",
    }[about]
    return said, said.split(" ", 1)[1].lower()
