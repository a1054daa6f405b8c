"""What the chatbot is given to draw: texts that HTML reads as text, folds, buttons, and turns found by id."""

import html
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lic.language import FORGOTTEN
from lic.transcript import Said
from lic.types import Change, Evidence, Intent, Reply, Turn
from lic.ui.chat import details, lic_says, messages_of, option_of, person_says, reply_messages, shown, summary, title_of, turn_at, unshown

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
TEACHES = Intent("experience", 0.984, 0.99, True)
ASKS = Intent("question", 0.97, 0.02, False)
LEARNED = Reply(
    turn="t1",
    text="Learned: your dog is called Rex.",
    intent=TEACHES,
    changes=(
        Change("add", "mental_process", "individual_experiences/dog", "e1", None, "My dog is called Rex."),
        Change("add", "dataset", "question_answering", "r1", None, {"question": "What is my dog called?", "answer": "My dog is called Rex."}),
    ),
    options=("undo", "correct", "not_teaching"),
    receipt="receipt",
    seconds={"total": 0.024},
)
ANSWERED = Reply("t2", "Your dog is called Rex.", ASKS, evidence=(Evidence("e1", "My dog is called Rex.", 0.93),), options=("why", "correct", "forget"))


class Markup(HTMLParser):
    """Collects what HTML makes of a text: the tags, and the text that remains."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(tag)

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.tags.append("declaration")

    def handle_data(self, data: str) -> None:
        self.text += data


def said(reply: Reply, text: str, status: str = "said") -> Said:
    return Said(Turn(reply.turn, text, "ana", "c1", AT), reply, status)


@pytest.mark.parametrize(
    "text",
    [
        "<img src=http://example.com/x.png onerror=alert(1)>",
        "</div><script>alert(1)</script>",
        "<!-- hidden --> visible",
        "<?php echo 1 ?>",
        "&lt;b&gt; &amp; &#60;i&#62; &copy",
        "3 < 5 & 4 > 2",
    ],
)
def test_html_reads_a_shown_text_as_the_text_itself(text: str) -> None:
    markup = Markup(shown(text))
    assert markup.tags == []
    assert unshown(markup.text) == text


@given(st.text(alphabet=st.sampled_from(list("<>/!?&#;abAB01 \"'=-\n"))))
def test_no_text_at_all_becomes_a_tag_or_another_character(text: str) -> None:
    markup = Markup(shown(text))
    assert markup.tags == []
    assert html.unescape(shown(text)) == shown(text)
    assert unshown(shown(text)) == text


def test_an_ordinary_text_is_shown_unchanged() -> None:
    text = "3 < 5, Tom & Jerry, <3 and a -> b"
    assert shown(text) == text


def test_the_turns_id_travels_with_both_messages_and_is_found_again() -> None:
    history = messages_of([said(LEARNED, "My dog is called Rex"), said(ANSWERED, "What's my dog's name?")])
    assert [turn_at(history, i) for i in range(len(history))] == ["t1", "t1", "t1", "t2", "t2", "t2"]
    assert turn_at(history, [3, 0]) == "t2"
    assert turn_at(history, 99) is None
    assert turn_at([{"role": "assistant", "metadata": None}], 0) is None


def test_a_conversation_is_drawn_oldest_first_with_a_fold_below_each_reply() -> None:
    history = messages_of([said(LEARNED, "My dog is called Rex")])
    assert [message["role"] for message in history] == ["user", "assistant", "assistant"]
    assert history[0]["content"] == [{"type": "text", "text": "My dog is called Rex"}]
    assert history[1]["content"][0]["text"] == "Learned: your dog is called Rex."
    assert history[2]["metadata"]["title"] == "experience 98% · learned 1 entry and 1 row"
    assert history[2]["metadata"]["status"] == "done", "a fold that is done is drawn closed"


def test_the_buttons_hang_on_the_last_message_and_name_their_turn() -> None:
    last = reply_messages(LEARNED)[-1]
    assert last["options"] == [
        {"value": "undo t1", "label": "Undo"},
        {"value": "correct t1", "label": "Correct"},
        {"value": "not_teaching t1", "label": "I wasn't teaching"},
    ]
    assert [option_of(option["value"]) for option in last["options"]] == [("undo", "t1"), ("correct", "t1"), ("not_teaching", "t1")]


@pytest.mark.parametrize("value", ["", "undo", "drop_tables t1", None, 7, "Undo t1"])
def test_what_is_no_button_of_the_page_is_nothing(value: object) -> None:
    assert option_of(value) is None


def test_an_option_that_the_page_does_not_know_draws_no_button() -> None:
    assert reply_messages(Reply("t1", "Hm.", ASKS, options=("why", "fly")))[-1]["options"] == [{"value": "why t1", "label": "Why?"}]


def test_a_forgotten_reply_has_neither_fold_nor_buttons() -> None:
    gone = Reply("t1", "[forgotten]", TEACHES, options=("undo",), trace=("searched: 1 found; 0.93 “My dog is called Rex.”",))
    messages = messages_of([said(gone, "[forgotten]", "forgotten")])
    assert len(messages) == 2
    assert "Rex" not in str(messages)
    assert messages[-1]["options"] == []


def test_a_reply_whose_words_are_forgotten_tells_nothing_of_them_below_a_question_that_stays() -> None:
    messages = messages_of([said(replace(ANSWERED, text=FORGOTTEN), "What's my dog's name?")])
    assert [message["content"][0]["text"] for message in messages] == ["What's my dog's name?", FORGOTTEN]
    assert messages[-1]["options"] == []


def test_the_fold_says_what_was_recognized_taken_and_changed() -> None:
    learned = details(LEARNED).split("\n")
    assert learned[0] == "Recognized: experience 98%; you are teaching: 99%"
    assert "Mental Process: added to individual_experiences/dog “My dog is called Rex.”" in learned
    assert "Dataset: added to question_answering “question: What is my dog called? · answer: My dog is called Rex.”" in learned
    assert learned[-1] == "Time: 0.02 s"
    assert "Taken: “My dog is called Rex.” (93%)" in details(ANSWERED)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (ANSWERED, "question 97% · took 1 entry"),
        (Reply("t", "?", ASKS, abstained=True, asks="teach"), "question 97% · asked to be taught"),
        (Reply("t", "?", TEACHES, asks="confirm"), "experience 98% · asked before writing"),
        (Reply("t", "Hi", ASKS), "question 97% · nothing taken, nothing changed"),
        (Reply("t", "Undone.", ASKS, changes=LEARNED.changes[:1]), "question 97% · changed 1 entry"),
        (Reply("t", "Learned.", TEACHES, changes=LEARNED.changes[1:], receipt="r"), "experience 98% · learned 1 row"),
    ],
)
def test_the_folds_line_says_what_came_of_the_turn(reply: Reply, expected: str) -> None:
    assert summary(reply) == expected


def test_what_was_taught_is_text_in_the_fold_too() -> None:
    taught = "My name is <img src=http://example.com/x.png>."
    reply = Reply("t1", taught, TEACHES, changes=(Change("add", "mental_process", "individual_experiences/self", "e1", None, taught),))
    for message in [*reply_messages(reply), person_says("t1", taught), lic_says("t1", taught)]:
        assert Markup(message["content"][0]["text"]).tags == []


def test_a_long_first_message_names_its_conversation_by_its_beginning() -> None:
    assert title_of("My dog\nis called  Rex") == "My dog is called Rex"
    assert title_of("x" * 200) == "x" * 41 + "…"
