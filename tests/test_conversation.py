"""A turn's whole way, as the design draws it."""

from collections.abc import Callable

from tests.conftest import Talk


def test_the_designs_conversation_goes_as_drawn(talk: Callable[..., Talk]) -> None:
    ana = talk()
    unknown = ana.say("What is the capital of Mongolia?")
    assert unknown.text == "I don't know that yet. What is the capital of Mongolia?"
    assert unknown.abstained
    assert unknown.asks == "teach"
    assert ana.say("Ulaanbaatar").text == "Learned: the capital of Mongolia is Ulaanbaatar."
    learned = ana.say("My dog is called Rex")
    assert learned.text == "Learned: your dog is called Rex."
    assert {"undo", "correct"} <= set(learned.options)
    assert ana.say("Actually his name is Max").text == "Updated: your dog is called Max (until now: Rex)."
    answer = ana.say("What's my dog's name?")
    assert answer.text == "Your dog is called Max."
    assert "why" in answer.options
    assert ana.say("Why do you say that?").text == "You told me on 3 May at 10:04: “Actually his name is Max”."
    assert ana.say("Forget my dog's name").text.startswith("Forgotten: your dog's name (1 entry, 1 dataset row")
    assert ana.say("What's my dog's name?").abstained
