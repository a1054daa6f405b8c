"""Features of the seed data that are shipped with LIC, so that a first start has to make only those of lines that were added since."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lic.language import content_hash
from lic.types import Vector

FILE = Path(__file__).parent / "prepared.npz"


@dataclass(frozen=True, slots=True)
class Features:
    """Rows of features, shape (n, f), each under the hash of what it was made from; `maker` says by which models."""

    maker: str
    keys: tuple[str, ...]
    rows: Vector


def prepared_rows(kind: str, maker: str, sources: Sequence[str], make: Callable[[Sequence[int]], Vector], file: Path = FILE) -> Vector:
    """One row for each source, shape (n, f): from the file where the same models made it, else from `make`, which gets their numbers."""
    shipped = _read(file, kind)
    known = dict(zip(shipped.keys, shipped.rows, strict=True)) if shipped is not None and shipped.maker == maker else {}
    found = [known.get(content_hash(source)) for source in sources]
    missing = [i for i, row in enumerate(found) if row is None]
    made = dict(zip(missing, make(missing), strict=True)) if missing else {}
    return np.stack([np.asarray(made[i] if row is None else row, np.float32) for i, row in enumerate(found)])


def features_of(maker: str, sources: Sequence[str], rows: Vector) -> Features:
    """Rows with the hashes of their sources."""
    return Features(maker, tuple(content_hash(source) for source in sources), rows)


def write_features(kinds: Mapping[str, Features], file: Path = FILE) -> None:
    """Write the file, in half precision."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for kind, features in kinds.items():
        arrays |= {f"{kind}.maker": np.asarray(features.maker), f"{kind}.keys": np.asarray(features.keys), f"{kind}.rows": features.rows.astype(np.float16)}
    np.savez_compressed(file, allow_pickle=False, **arrays)


def _read(file: Path, kind: str) -> Features | None:
    """What the file has of a kind; None where it cannot be read, which costs only time."""
    try:
        with np.load(file, allow_pickle=False) as found:
            return Features(str(found[f"{kind}.maker"]), tuple(map(str, found[f"{kind}.keys"])), found[f"{kind}.rows"])
    except (OSError, ValueError, EOFError, KeyError):
        return None
