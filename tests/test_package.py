"""The wheel holds all that the packages need, and works away from this checkout; ``make package`` tries each Python."""

import subprocess
import sys
from zipfile import ZipFile

import pytest

from tests.package import ROOT, build, use


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_each_file_of_the_packages(wheel):
    packages = ("rules", "sheet_templates", "sync")
    listed = subprocess.check_output(["git", "ls-files", *packages], cwd=ROOT, text=True).split()

    with ZipFile(wheel) as package:
        held = {name for name in package.namelist() if name.startswith(packages)}
    assert held == set(listed)


@pytest.mark.slow
def test_what_is_installed_works_without_the_checkout(wheel, tmp_path):
    """With the dependencies of this environment, and the wheel's own files in front of all."""
    place = tmp_path / "installed"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(place)]
    subprocess.run([*install, str(wheel)], check=True)
    python = [sys.executable]

    use(
        python,
        [*python, "-P", str(place / "bin" / "closeloop")],
        tmp_path / "used",
        {"PYTHONPATH": str(place)},
    )
    assert not any((tmp_path / "used" / "home").iterdir())
