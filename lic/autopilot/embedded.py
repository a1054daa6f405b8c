"""The embedded Autopilot: says what was taken in sentences turned to the person, and makes small talk from the seed dialogues."""

import re
from collections.abc import Iterator

from lic.language import named, sentence, turned
from lic.types import TAUGHT_REPLY, GenerationRequest, StopSignal, Taken

ALIKE = 0.5
"""A seed dialogue's prompt is taken for the person's turn from this cosine on."""


class EmbeddedAutopilot:
    """Answers without a language model; it knows nothing but what is taken and its seed dialogues."""

    name = "embedded"
    general = False

    def stream(self, request: GenerationRequest, stop: StopSignal) -> Iterator[str]:
        """The reply, word by word."""
        for piece in re.findall(r"\S+\s*", self._reply(request)):
            if stop.is_set():
                return
            yield piece

    def _reply(self, request: GenerationRequest) -> str:
        if request.taken:
            return " ".join(dict.fromkeys(_told(item, request.owner) for item in request.taken))
        if request.examples and request.examples[0][2] >= ALIKE:
            return request.examples[0][1]
        return ""


def _told(item: Taken, owner: str) -> str:
    """An entry as LIC says it to the person who taught it; what others said is said to be theirs, and a taught reply is given as it is."""
    entry = item.entry
    if entry.slots.relation == TAUGHT_REPLY:
        return sentence(entry.slots.value)
    if entry.speaker == owner:
        return sentence(turned(entry.text))
    # What somebody who is forgotten taught is nobody's word any more.
    told = sentence(turned(entry.text) if entry.owner == owner else entry.text)
    return f"{named(entry.speaker)} says: {told}" if entry.speaker else told
