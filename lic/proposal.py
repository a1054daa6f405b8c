"""The proposal's interface, under its own names: `from lic import create_autopilot_system, MentalProcess, AutopilotWithMentalProcess`."""

from pathlib import Path

from lic.autopilot.local import create_autopilot_system
from lic.autopilot.proposed import AutopilotWithMentalProcess
from lic.factory import LOCAL_OWNER, Lic
from lic.mental_process.process import MentalProcess as OwnedMentalProcess
from lic.settings import Settings

__all__ = ["AutopilotWithMentalProcess", "MentalProcess", "create_autopilot_system"]


class MentalProcess(OwnedMentalProcess):
    """The Mental Process in LIC's home, for a script; what it is told is there at the next start.

    Args:
        home: folder of the database; None takes `LIC_HOME`, else `~/.lic`.
        owner: whose it is.
    """

    def __init__(self, home: Path | None = None, owner: str = LOCAL_OWNER) -> None:
        lic = Lic(Settings() if home is None else Settings(home=home))
        opened = lic.mental_process(owner)
        super().__init__(opened.database, opened.hybrid, opened.encoder, owner)
