"""A folder of arrays that can be made again, named by the content that they were made from."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.generic]]


def cached(folder: Path, name: str, content: str, make: Callable[[], Arrays]) -> Arrays:
    """The arrays for some content: read if they are there, else made and kept.

    A folder that cannot be written costs only time; a file that cannot be read is made again.
    """
    path = folder / f"{name}-{content}.npz"
    try:
        with np.load(path, allow_pickle=False) as found:
            return dict(found)
    except (OSError, ValueError, EOFError, KeyError):
        arrays = make()
    _keep(path, arrays)
    return arrays


def _keep(path: Path, arrays: Arrays) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
            np.savez(file, allow_pickle=False, **arrays)
        # Renaming is atomic: another process sees the whole file or none.
        Path(file.name).replace(path)
    except OSError:
        return
