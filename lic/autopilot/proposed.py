"""The proposal's generation: a frozen model continues a prompt with what is known for a task."""

from typing import Any

from lic.autopilot.local import context_length
from lic.errors import AutopilotError


class AutopilotWithMentalProcess:
    """The proposal's third part: a frozen model that takes from the Mental Process while it answers a task.

    Args:
        autopilot_model: a causal language model, as `create_autopilot_system` returns it.
        autopilot_tokenizer: its tokenizer.
        mental_process: anything with the three mappings of the proposal.
    """

    def __init__(self, autopilot_model: Any, autopilot_tokenizer: Any, mental_process: Any) -> None:
        self.autopilot_model = autopilot_model
        self.autopilot_tokenizer = autopilot_tokenizer
        self.mental_process = mental_process

    def generate_text(self, prompt: str, task: str, max_new_tokens: int = 64) -> str:
        """Continue a prompt with what is known for a task, and return the whole text. Raises AutopilotError where the model cannot read that much."""
        sections = ("individual_experiences", "domain_knowledge", "emotional_states")
        taken = [text for section in sections if (text := getattr(self.mental_process, section).get(task, ""))]
        inputs = self.autopilot_tokenizer(" ".join([prompt, *taken]), return_tensors="pt").to(self.autopilot_model.device)
        inputs.pop("token_type_ids", None)
        output = self.autopilot_model.generate(
            **inputs,
            max_new_tokens=self._room(inputs["input_ids"].shape[1], max_new_tokens),
            do_sample=False,
            pad_token_id=self.autopilot_tokenizer.eos_token_id,
        )
        return self.autopilot_tokenizer.decode(output[0], skip_special_tokens=True)

    def _room(self, read: int, wanted: int) -> int:
        """How many tokens can be written after so many read ones."""
        context = context_length(self.autopilot_model)
        if context and read >= context:
            raise AutopilotError(f"The prompt and what is known for the task have {read} tokens, but the model reads {context}: shorten them.")
        return min(wanted, context - read) if context else wanted
