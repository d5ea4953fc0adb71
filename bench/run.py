"""``make bench``: a whole pass of closeloop beside the plain script that one would write instead, in the same run.

Prints medians of wall time and peak memory of whole processes, and ratios; judges nothing.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.trackers import write_tracker

HERE = Path(__file__).parent
MOMENT = "2024-05-28T20:00"  # outside the sending window: what is measured is reading, judging and writing


def main() -> None:
    """Measure at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    print(f"{'rows':>8}  {'what':<28} {'wall s':>8} {'peak MiB':>9} {'of script':>10} {'memory':>7}")
    for rows in chosen.rows:
        with tempfile.TemporaryDirectory() as folder:
            _measure(Path(folder), rows, chosen.runs)


def _measure(folder: Path, rows: int, runs: int) -> None:
    fresh, work = folder / "fresh.xlsx", folder / "tracker.xlsx"
    write_tracker(fresh, rows)
    script = [sys.executable, str(HERE / "plain_script.py"), str(work), MOMENT]
    ours = [sys.executable, "-m", "sync", "run", str(work), "--now", MOMENT, "--json"]
    figures: dict[str, list[tuple[float, float]]] = {
        "plain script": [],
        "closeloop, first pass": [],
        "closeloop, nothing to do": [],
    }
    for _ in range(runs):
        _start_anew(fresh, work)
        figures["plain script"].append(_timed(script))
        _start_anew(fresh, work)
        figures["closeloop, first pass"].append(_timed(ours))
        figures["closeloop, nothing to do"].append(_timed(ours))
    base = [statistics.median(column) for column in zip(*figures["plain script"], strict=True)]
    for what, measured in figures.items():
        wall, peak = (statistics.median(column) for column in zip(*measured, strict=True))
        print(
            f"{rows:>8}  {what:<28} {wall:>8.2f} {peak:>9.0f} {wall / base[0]:>9.2f}x {peak / base[1]:>6.2f}x"
        )


def _start_anew(fresh: Path, work: Path) -> None:
    shutil.rmtree(work.with_name("tracker.closeloop"), ignore_errors=True)
    shutil.copy(fresh, work)


def _timed(command: list[str]) -> tuple[float, float]:
    """Wall time in seconds and peak memory in MiB of one process."""
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=HERE.parent, env=compiled)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    scale = 1024 if sys.platform != "darwin" else 1024 * 1024
    return time.perf_counter() - started, usage.ru_maxrss / scale


if __name__ == "__main__":
    main()
