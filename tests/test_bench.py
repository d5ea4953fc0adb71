"""Each benchmark still runs; what it says is for people to read."""

import sys
from importlib import import_module

import pytest

SMALL = {
    "run": ["--rows", "30", "--runs", "1"],
    "google": ["--rows", "60"],
    "archive": ["--rows", "60", "--runs", "1"],
    "reminders": ["--people", "10", "--items", "60"],
    "checks": ["--rows", "100", "--runs", "1"],
}


@pytest.mark.parametrize("name", SMALL)
def test_a_benchmark_runs(name, monkeypatch, capsys):
    if name == "checks":
        for needed in ("frictionless", "pandera"):
            pytest.importorskip(needed, reason="the extra `bench` is not installed")
    monkeypatch.setattr(sys, "argv", [name, *SMALL[name]])

    import_module(f"bench.{name}").main()

    assert capsys.readouterr().out
