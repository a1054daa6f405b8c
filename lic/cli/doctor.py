"""`lic doctor`: is everything there that LIC needs, said in sentences."""

from functools import partial

import typer

from lic.cli.door import owner_named, read_settings, say, say_json
from lic.cli.options import AsJson, Home, User
from lic.errors import LicError


def doctor(user: User = None, home: Home = None, as_json: AsJson = False) -> None:
    """Check that everything LIC needs is there. The exit status is 1 where something is wrong."""
    from lic.cli.checks import CHECKS, memory

    settings = read_settings(home)
    checks = {**CHECKS, "memory": partial(memory, owner=owner_named(user))}
    found: list[dict[str, object]] = []
    for name, check in checks.items():
        try:
            found.append({"check": name, "ok": True, "detail": check(settings)})
        except LicError as error:
            found.append({"check": name, "ok": False, "detail": str(error)})
        if not as_json:
            say(f"{'ok     ' if found[-1]['ok'] else 'PROBLEM'}  {found[-1]['detail']}")
    if as_json:
        say_json(found)
    if not all(item["ok"] for item in found):
        raise typer.Exit(1)
