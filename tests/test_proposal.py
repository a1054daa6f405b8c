"""The proposal's script: the calls of its examples in their order, with only the import lines changed."""

from pathlib import Path
from types import SimpleNamespace

import pytest

import lic
from lic import AutopilotWithMentalProcess, MentalProcess, create_autopilot_system
from tests.checkpoints import make_checkpoint, weights_hash


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tiny checkpoint in place of the name gpt2."""
    return str(make_checkpoint(tmp_path_factory.mktemp("gpt2"), chat_template=None))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """LIC's home for a script that names none."""
    monkeypatch.setenv("LIC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_proposals_examples_run_in_their_order(home: Path, gpt2: str) -> None:
    # "The autopilot system's foundation"
    pretrained_model_name = gpt2
    autopilot_model, autopilot_tokenizer = create_autopilot_system(pretrained_model_name)
    assert not any(param.requires_grad for param in autopilot_model.parameters())
    weights = weights_hash(autopilot_model)

    # "Mental Process Structure"
    mental_process = MentalProcess()
    mental_process.update_domain_knowledge("Machine Learning", "Key concepts and advancements")
    mental_process.update_emotional_states("Customer Support", "Empathy")
    mental_process.update_individual_experiences("Poetry Writing", "Creating expressive verses")
    assert mental_process.domain_knowledge == {"Machine Learning": "Key concepts and advancements"}
    assert mental_process.emotional_states == {"Customer Support": "Empathy"}
    assert mental_process.individual_experiences == {"Poetry Writing": "Creating expressive verses"}

    # "Efficient Self-Taking Mechanism"
    autopilot_with_mental_process = AutopilotWithMentalProcess(autopilot_model, autopilot_tokenizer, mental_process)
    prompt = "Discuss the advancements in"
    task = "Machine Learning"
    generated_text = autopilot_with_mental_process.generate_text(prompt, task)
    assert isinstance(generated_text, str)
    assert generated_text.startswith(prompt)
    assert len(generated_text) > len(f"{prompt} Key concepts and advancements")
    assert weights_hash(autopilot_model) == weights


def test_the_constructor_takes_the_proposals_argument_names(home: Path, gpt2: str) -> None:
    model, tokenizer = create_autopilot_system(model_name=gpt2)
    process = MentalProcess()
    autopilot = AutopilotWithMentalProcess(autopilot_model=model, autopilot_tokenizer=tokenizer, mental_process=process)
    assert (autopilot.autopilot_model, autopilot.autopilot_tokenizer, autopilot.mental_process) == (model, tokenizer, process)
    assert autopilot.generate_text(prompt="Hello", task="nothing known").startswith("Hello")


@pytest.mark.parametrize("update", ["update_domain_knowledge", "update_emotional_states", "update_individual_experiences"])
def test_what_is_known_for_the_task_goes_into_the_text(home: Path, gpt2: str, update: str) -> None:
    process = MentalProcess()
    getattr(process, update)("Machine Learning", "Gradients flow downhill")
    autopilot = AutopilotWithMentalProcess(*create_autopilot_system(gpt2), process)
    assert autopilot.generate_text("Discuss", "Machine Learning").startswith("Discuss Gradients flow downhill")
    assert autopilot.generate_text("Discuss", "Poetry").startswith("Discuss")
    assert "Gradients" not in autopilot.generate_text("Discuss", "Poetry")


def test_a_plain_object_with_the_three_mappings_serves_as_mental_process(gpt2: str) -> None:
    plain = SimpleNamespace(domain_knowledge={}, emotional_states={}, individual_experiences={"Poetry": "Verses"})
    text = AutopilotWithMentalProcess(*create_autopilot_system(gpt2), plain).generate_text("Write", "Poetry")
    assert text.startswith("Write Verses")


def test_what_a_script_wrote_is_there_in_the_next_script_and_in_the_history(home: Path) -> None:
    first = MentalProcess()
    first.update_domain_knowledge("Machine Learning", "Key concepts")
    first.update_domain_knowledge("Machine Learning", "Key concepts and advancements")
    second = MentalProcess()
    assert second.domain_knowledge["Machine Learning"] == "Key concepts and advancements"
    [entry] = second.entries()
    assert [version.text for version in second.history(entry.id)] == ["Key concepts", "Key concepts and advancements"]
    assert (home / "lic.db").is_file()


def test_a_script_waits_for_no_model_but_the_encoder(home: Path) -> None:
    process = MentalProcess()
    process.update_domain_knowledge("Machine Learning", "Key concepts and advancements")
    assert [found.entry.topic for found in process.search("machine learning")] == ["Machine Learning"]
    assert sorted(path.name for path in home.iterdir() if not path.name.startswith("lic.db")) == []


def test_a_script_may_choose_its_home_and_its_person(home: Path, tmp_path: Path) -> None:
    MentalProcess(home=tmp_path / "other", owner="ana").update_emotional_states("Customer Support", "Empathy")
    assert MentalProcess(home=tmp_path / "other", owner="ana").emotional_states == {"Customer Support": "Empathy"}
    assert MentalProcess(home=tmp_path / "other", owner="ben").emotional_states == {}
    assert not home.exists()


def test_the_package_offers_the_proposals_names_and_no_others() -> None:
    assert set(lic.__all__) == {"AutopilotWithMentalProcess", "MentalProcess", "__version__", "create_autopilot_system"}
    with pytest.raises(AttributeError, match="no attribute 'Chatbot'"):
        lic.Chatbot  # noqa: B018
