"""What a turn costs: `python -m benchmarks.turn [--sizes 100 10000 100000] [--pairs 60] [--skip-start]`.

Prints, for stores of several sizes, the medians of a teaching turn and of a question as multiples of one forward pass of the encoder
on the same sentence, measured in turns with it; then the start of the page beside an empty Gradio app, and its memory at rest. Model
generation is left out, the durable commit is in.
"""

import argparse
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.growth import encoded
from benchmarks.pairs import Kind, Measured, measure
from benchmarks.start import Start, measure_memory, measure_start
from benchmarks.stopwatch import PARTS
from lic.factory import Lic
from lic.settings import Settings

SIZES = (100, 10_000, 100_000)
BOUNDS: dict[tuple[Kind, int], float] = {("teaching", 10_000): 3.5, ("question", 10_000): 2.5, ("teaching", 100_000): 5.0, ("question", 100_000): 4.0}
GROWTH = 2.5
START = 1.5
MEGABYTES = 900
AT_REST = 10_000
"""Entries of the store whose process is weighed."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="entries in the stores")
    parser.add_argument("--pairs", type=int, default=60, help="measured turns of each kind")
    parser.add_argument("--skip-start", action="store_true", help="leave out the start of the page and its memory")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = Lic(Settings(home=folder / "models", database=""))
        models.warm_up()
        for line in turns(models, folder, sorted(options.sizes), options.pairs):
            print(line, flush=True)
        models.close()
        if not options.skip_start:
            for line in page(folder):
                print(line, flush=True)


def turns(models: Lic, folder: Path, sizes: Sequence[int], pairs: int) -> Iterator[str]:
    """The lines about turns."""
    real = encoded(models.parts.encoder)
    found: list[Measured] = []
    yield f"{'entries':>9}  {'turn':9} {'served':>9} {'pass ms':>8} {'recognize':>10} {'learn':>6} {'take':>6} {'whole':>6}"
    for entries in sizes:
        for measured in measure(models, folder / str(entries), entries, real, pairs):
            yield _row(measured)
            found.append(measured)
    asked = [measured for measured in found if measured.kind == "question"]
    if len(asked) > 1:
        growth = asked[-1].median("whole") / asked[0].median("whole")
        shown = f"a question at {asked[-1].entries:,} entries costs {growth:.2f} times one at {asked[0].entries:,}"
        yield f"\n{shown}{_against(growth, GROWTH)}"
    yield "\nwhere a turn goes, in passes"
    yield f"{'entries':>9}  {'turn':9} " + " ".join(f"{part:>{max(7, len(part))}}" for part in PARTS)
    for measured in found:
        yield f"{measured.entries:>9,}  {measured.kind:9} " + " ".join(f"{measured.parts[part]:{max(7, len(part))}.2f}" for part in PARTS)


def _row(measured: Measured) -> str:
    served = f"{sum(pair.served for pair in measured.pairs)}/{len(measured.pairs)}"
    milliseconds = 1e3 * statistics.median(pair.encode for pair in measured.pairs)
    whole = measured.median("whole")
    steps = f"{measured.median('recognize'):10.2f} {measured.median('learn'):6.2f} {measured.median('take'):6.2f} {whole:6.2f}"
    bound = BOUNDS.get((measured.kind, measured.entries))
    return f"{measured.entries:>9,}  {measured.kind:9} {served:>9} {milliseconds:8.2f} {steps}" + (_against(whole, bound) if bound else "")


def page(folder: Path) -> Iterator[str]:
    """The lines about the page: how soon it answers, and what it weighs."""
    start: Start = measure_start(folder / "start")
    yield f"\nfrom start to HTTP 200: app.py {start.app:.2f} s, empty Gradio app {start.empty:.2f} s: {start.ratio:.2f} times{_against(start.ratio, START)}"
    megabytes = measure_memory(folder / "rest", AT_REST)
    yield f"memory at rest with {AT_REST:,} entries: {megabytes:.0f} MB{_against(megabytes, MEGABYTES)}"


def _against(value: float, bound: float) -> str:
    return f"  (at most {bound:g})" if value <= bound else f"  (MORE than {bound:g})"


if __name__ == "__main__":
    main()
