"""Everything that can go wrong, as one tree.

LicError
├── TurnError                what a person sent cannot be taken
│   ├── EmptyTurn
│   └── TurnTooLong
├── StoreError               the database
│   ├── DatabaseUnavailable  cannot be opened, read or written (read-only, full, locked)
│   ├── DatabaseDamaged
│   └── SchemaTooNew
├── NotFound                 an entry, a turn or a task that is not there (or is another person's)
├── RoleRefused              a right that cannot be given or is not held
├── NothingToUndo
│   └── BuiltUpon            later changes stand on this one
├── AutopilotError           the language model
│   ├── ModelUnavailable     a name or folder that cannot be loaded
│   └── ServerUnavailable    a server that is down, slow or breaks off
├── EncoderError             the frozen encoder is missing or is not the bytes it should be
├── DataError                a line or file of training data that cannot be read
└── SettingsError            settings that contradict each other
"""

from collections.abc import Sequence


class LicError(Exception):
    """The root: a message that quotes the value and says what to do."""


class TurnError(LicError):
    """A message that cannot be taken as it is."""


class EmptyTurn(TurnError):
    """A message without any visible character."""


class TurnTooLong(TurnError):
    """A message above the limit of the settings."""


class StoreError(LicError):
    """The database cannot do what was asked."""


class DatabaseUnavailable(StoreError):
    """The database cannot be opened, read or written now."""


class DatabaseDamaged(StoreError):
    """The database file is not a sound database."""


class SchemaTooNew(StoreError):
    """The database was written by a newer LIC."""


class NotFound(LicError):
    """Nothing of this person has the given id or name."""


class RoleRefused(LicError):
    """Somebody cannot be given a right, or asks for what only another role may do."""


class NothingToUndo(LicError):
    """The journal of this person holds no change that is still in force."""


class BuiltUpon(NothingToUndo):
    """Later changes stand on the one that is to be undone: `later` are their receipts, the last one first."""

    def __init__(self, later: Sequence[str]) -> None:
        super().__init__("A later change builds on this one: undo the later one first.")
        self.later = tuple(later)


class AutopilotError(LicError):
    """The language model cannot answer."""


class ModelUnavailable(AutopilotError):
    """A model name or folder cannot be loaded."""


class ServerUnavailable(AutopilotError):
    """A model server is down, too slow, or broke off."""


class EncoderError(LicError):
    """The frozen encoder is missing or differs from the pinned bytes."""


class DataError(LicError):
    """Training data that cannot be read."""


class SettingsError(LicError):
    """Settings that cannot be used together."""
