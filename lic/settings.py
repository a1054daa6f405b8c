"""All settings in one frozen object, read from `LIC_*` environment variables."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from lic.errors import SettingsError


def seed_folder() -> Path:
    """Where the seed data lies: inside an installed wheel, else beside the package in a checkout."""
    installed = Path(__file__).parent / "seed"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "data"


class Settings(BaseSettings):
    """What can be chosen, one sentence each; `Settings(home=…)` overrides the environment."""

    model_config = SettingsConfigDict(env_prefix="LIC_", frozen=True, extra="ignore")

    home: Path = Path.home() / ".lic"
    """Folder of the database, the caches and uploads."""
    database: str = ""
    """SQLAlchemy URL of the database; empty means `lic.db` in `home`."""
    seed: Path = Field(default_factory=seed_folder)
    """Folder of the seed data and training data of the heads."""
    autopilot: str = "embedded"
    """`embedded`, a causal language model (hub name or folder), or the URL of an OpenAI-compatible server."""
    autopilot_model: str = ""
    """Model name to ask an OpenAI-compatible server for; empty lets the server choose."""
    autopilot_key: str = ""
    """Key for the server, where it wants one."""
    autopilot_timeout: float = Field(default=60.0, gt=0)
    """Seconds to wait for a server's next piece of text."""
    max_new_tokens: int = Field(default=256, ge=1)
    """Upper bound of a generated answer, in tokens."""
    lessons: Literal["trained", "autopilot"] = "trained"
    """Who words the lessons: the trained way alone, or the Autopilot (a general language model) where both agree."""
    encoder: str = ""
    """Hub name or folder of another text encoder; empty means the pinned all-MiniLM-L6-v2."""
    auth: Annotated[dict[str, str], NoDecode] = Field(default_factory=dict)
    """People who may sign in, as `user:password,user:password`; none means no sign-in."""
    host: str = "127.0.0.1"
    """Address that the page listens on."""
    port: int = Field(default=7860, ge=0, le=65535)
    """Port of the page."""
    max_characters: int = Field(default=20_000, ge=100)
    """Longest message that is taken, in characters."""
    ask_below: float = Field(default=0.5, ge=0, le=1)
    """Below this probability of teaching (and from `ignore_below` on) LIC asks before it writes."""
    ignore_below: float = Field(default=0.35, ge=0, le=1)
    """Below this probability of teaching a turn is not teaching."""
    threads: int = Field(default=0, ge=0)
    """CPU threads for the small models; 0 takes one, the quickest for single sentences. A local language model takes all."""

    @field_validator("auth", mode="before")
    @classmethod
    def _parse_auth(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        people: dict[str, str] = {}
        for pair in filter(None, (part.strip() for part in value.split(","))):
            name, colon, password = pair.partition(":")
            if not (name and colon and password):
                raise SettingsError("LIC_AUTH is a list like ana:secret,ben:other; a part of it has no name or no password.")
            people[name] = password
        return people

    def model_post_init(self, context: object, /) -> None:
        """Refuse contradictions at start-up."""
        if self.ignore_below > self.ask_below:
            raise SettingsError(f"LIC_IGNORE_BELOW={self.ignore_below} lies above LIC_ASK_BELOW={self.ask_below}; swap them.")
        if self.host not in ("127.0.0.1", "localhost", "::1") and not self.auth and not self.open_to_all:
            raise SettingsError(
                f"LIC_HOST={self.host} is reachable from other machines: set LIC_AUTH=user:password, "
                "or LIC_OPEN_TO_ALL=true to give every visitor a private, anonymous memory."
            )

    open_to_all: bool = False
    """Serve other machines without sign-in (a public demo); every browser session is then its own person."""

    @property
    def cache(self) -> Path:
        """Folder of what can be made again: fitted heads and embeddings of the seed data."""
        return self.home / "cache"
