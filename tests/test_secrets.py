"""What looks like a secret is asked about before it is kept, and goes from the conversation where it is not."""

from collections.abc import Callable

import pytest

from lic.factory import Lic
from lic.language import FORGOTTEN
from lic.lessons.secrets import secret_in
from tests.conftest import Talk


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The password of my router is Blum7enkohl", "a password"),
        ("my pin is 4471", "a password"),
        ("my card is 5555 5555 5555 4444", "a card number"),
        ("use sk-proj-Ab12Cd34Ef56Gh78Ij90 for it", "a secret key"),
        ("our account is GB82 WEST 1234 5698 7654 32", "a bank account"),
        ("my passport number is X1234567", "a private number"),
    ],
)
def test_secrets_are_seen(text: str, kind: str) -> None:
    assert secret_in(text) == kind


@pytest.mark.parametrize(
    "text", ["I forgot my password again", "My phone number is 0664 123 45 67", "The bolt has the number 1234567890123", "I collect pins", "My key ring is red"]
)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert secret_in(text) == ""


def test_a_secret_is_kept_after_a_yes(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    asked = ana.say("The password of my router is Blum7enkohl")
    assert (asked.asks, asked.changes) == ("confirm", ())
    assert "looks like a password" in asked.text
    assert ana.say("yes").changes
    assert "Blum7enkohl" in ana.say("What is the password of my router?").text


def test_a_secret_that_is_not_kept_goes_from_the_conversation(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("The password of my router is Blum7enkohl")
    assert not ana.say("no").changes
    history = ana.conversation.history()
    assert history[0].turn.text == history[0].reply.text == FORGOTTEN
    assert lic.mental_process("ana").count() == 0
    lic.close()
    assert not any(b"Blum7enkohl" in path.read_bytes() for path in lic.settings.home.glob("lic.db*"))


def test_a_secret_of_somebody_unnamed_is_not_kept_without_a_yes(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    asked = ana.say("his wifi password is Heron7")
    assert asked.asks == "confirm"
    whom = ana.say("yes")
    assert not whom.changes
    assert "Whose wifi password is Heron7?" in whom.text
    assert "Heron7" in ana.say("my nephew Tom").text
    assert any("Tom" in entry.text and "Heron7" in entry.text for entry in lic.mental_process("ana").entries())
