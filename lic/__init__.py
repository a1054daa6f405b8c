"""LIC: a chatbot that people teach by talking to it."""

import os
from typing import TYPE_CHECKING, Any

# Threads of the tensor library that wait for each other let other programs work meanwhile; on a busy machine that is three times faster.
# It is read once, when the library is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

if TYPE_CHECKING:
    from lic.proposal import AutopilotWithMentalProcess, MentalProcess, create_autopilot_system

__version__ = "0.1.0"
__all__ = ["AutopilotWithMentalProcess", "MentalProcess", "__version__", "create_autopilot_system"]


def __getattr__(name: str) -> Any:
    """Import the proposal's names when they are asked for, so that `import lic` stays cheap."""
    if name in __all__:
        from lic import proposal

        return getattr(proposal, name)
    raise AttributeError(f"module 'lic' has no attribute {name!r}")
