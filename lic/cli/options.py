"""The options that many commands share, each declared once."""

from pathlib import Path
from typing import Annotated

import typer

User = Annotated[str | None, typer.Option("--user", metavar="NAME", help="Whose memory it is; without it, that of the person at this computer.")]
Home = Annotated[Path | None, typer.Option("--home", metavar="DIR", envvar="LIC_HOME", help="Folder of the database and the caches; ~/.lic without it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Conversation = Annotated[str, typer.Option("--conversation", metavar="NAME", help="Which conversation goes on.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
