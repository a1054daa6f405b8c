"""A LIC whose database is open at once and whose models load beside, so that the page does not wait for them."""

import threading
from collections.abc import Callable

from lic.errors import LicError
from lic.factory import Lic
from lic.settings import Settings


class Waking:
    """Hands out the open LIC: `lic` for what needs the database only, `awake()` for what needs the models too."""

    def __init__(self, settings: Settings, opens: Callable[[Settings], Lic] = Lic) -> None:
        self.settings = settings
        self._opens = opens
        self._lock = threading.RLock()
        self._lic: Lic | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._failure: LicError | None = None

    @property
    def lic(self) -> Lic:
        """The open LIC; its models may still be loading. Raises StoreError."""
        with self._lock:
            if self._lic is None:
                self._lic = self._opens(self.settings)
            return self._lic

    def open(self) -> None:
        """Open the database now, so that what is wrong with it is said before anybody waits for it. Raises StoreError."""
        _ = self.lic

    def close(self) -> None:
        """Give back the database."""
        with self._lock:
            if self._lic is not None:
                self._lic.close()
                self._lic = None

    @property
    def ready(self) -> bool:
        """Whether the models are loaded."""
        return self._ready.is_set()

    def wake(self) -> threading.Thread:
        """Begin to load the models, unless that has begun or is done."""
        with self._lock:
            if self._thread is None or not (self.ready or self._thread.is_alive()):
                self._failure = None
                # A daemon, so that Ctrl-C ends the program while it still loads.
                self._thread = threading.Thread(target=self._load, name="lic-warm-up", daemon=True)
                self._thread.start()
            return self._thread

    def awake(self) -> Lic:
        """The LIC with its models, as soon as they are loaded. Raises LicError where they cannot be; the next call tries again."""
        self.wake().join()
        if self._failure is not None:
            raise self._failure
        if not self.ready:
            raise LicError("The models could not be loaded; the program's log says why.")
        return self.lic

    def _load(self) -> None:
        try:
            self.lic.warm_up()
        except LicError as error:
            self._failure = error
        else:
            self._ready.set()
