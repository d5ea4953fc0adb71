"""The built wheel in a clean environment of each Python that can be had: ``python -m tests.package``.

It is installed with its dependencies into an environment of its own, and used in an empty folder with an empty HOME.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
MINORS = (11, 12, 13)
USED = (
    ("demo", "demo"),
    ("init", "own.xlsx", "--language", "zh-TW"),
    ("check", "demo/tracker.xlsx", "--now", "2024-06-03T10:00", "--json"),
    ("run", "own.xlsx"),
    ("minutes", "M01", "--workbook", "demo/tracker.xlsx"),
    ("explain", "A102"),
    ("doctor", "--help"),
)
"""Commands that between them read every kind of data file; ``check`` finds errors, which is its exit code."""


def build(folder: Path) -> Path:
    """The wheel of this checkout, built into a folder."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder), str(ROOT)]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def interpreters() -> Iterator[tuple[str, str]]:
    """Version and path of each Python that there is: on the PATH, or among pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    for version in (f"3.{minor}" for minor in MINORS):
        there = (
            shutil.which(f"python{version}"),
            *sorted(pyenv.glob(f"{version}.*/bin/python"), reverse=True),
        )
        found = (str(each) for each in there if each and _is(version, str(each)))
        if python := next(found, ""):
            yield version, python


def _is(version: str, python: str) -> bool:
    asked = subprocess.run([python, "--version"], capture_output=True, text=True, check=False)
    return asked.stdout.startswith(f"Python {version}.")


def use(python: list[str], program: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Run each command in an empty folder; raise CalledProcessError where one ends otherwise than it should."""
    home = folder / "home"
    home.mkdir(parents=True)
    clean = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONUTF8": "1", **environment}

    def said(*command: str, code: int = 0) -> str:
        ended = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False)
        if ended.returncode != code:
            raise subprocess.CalledProcessError(ended.returncode, command, ended.stdout, ended.stderr)
        return ended.stdout

    for command in USED:
        said(*program, *command, code=int(command[0] == "check"))
    place = Path(said(*python, "-P", "-c", "import sync; print(sync.__file__)").strip())
    if place.is_relative_to(ROOT):
        raise AssertionError(place)
    if said(*program, "--help") != said(*python, "-P", "-m", "sync", "--help"):
        raise AssertionError("closeloop and python -m sync say different things of themselves")


def main() -> None:
    """Try each version, print a line for it, and fail where one fails."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = build(folder)
        for version, python in interpreters():
            place = folder / version
            subprocess.run([python, "-m", "venv", str(place / "venv")], check=True)
            bin_folder = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
            own = str(bin_folder / "python")
            install = [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*install, "-c", str(ROOT / "constraints.txt"), str(wheel)], check=True)
            use([own], [str(bin_folder / "closeloop")], place / "used", {})
            print(f"{wheel.name} works on Python {version}", flush=True)


if __name__ == "__main__":
    main()
