"""What Windows lacks, taken away; and what its terminals cannot show."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sync.commands.demonstration import run_demo

LACKING = """
import os, signal, subprocess, sys, types  # subprocess asks for msvcrt
for name in ("fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "syslog"):
    sys.modules[name] = None
sys.modules["msvcrt"] = types.SimpleNamespace(LK_NBLCK=2, locking=lambda descriptor, mode, count: None)
linux, sys.platform = sys.platform, "win32"
import sync.running.locking
sys.platform = linux
del sys.modules["msvcrt"]
for name in ("fork", "forkpty", "fchown", "fchmod", "chown", "lchown", "getuid", "geteuid", "getgid", "getegid",
             "getpgid", "setsid", "kill", "killpg", "listxattr", "getxattr", "setxattr",
             "sync", "getloadavg"):
    delattr(os, name)
for name in ("SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1", "alarm", "pthread_sigmask"):
    delattr(signal, name)
from sync.cli import main
main()
"""


@pytest.fixture(scope="module")
def tracker(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("windows") / "demo"
    run_demo(folder)
    return folder / "tracker.xlsx"


def closeloop(*arguments: str, code: str = LACKING, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run it as on Windows: its output as bytes."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **environment},
    )


def test_a_pass_needs_nothing_that_windows_lacks(tracker):
    for arguments in (("--help",), ("check", tracker, "--now", "2024-06-04T10:00"), ("doctor", tracker)):
        ended = closeloop(*arguments)
        assert b"Traceback" not in ended.stderr, ended.stderr.decode()
        assert ended.returncode in {0, 1}

    ran = closeloop("run", tracker, "--now", "2024-06-04T10:00", "--json")

    assert ran.returncode == 0, ran.stderr.decode()
    assert json.loads(ran.stdout)["changes"] > 0
    assert closeloop("undo", "2", "-w", tracker, "--yes").returncode == 0


MAIN = "from sync.cli import main; main()"


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii"])
def test_a_terminal_that_lacks_signs_gets_others_in_their_place(tracker, encoding):
    shown = closeloop("doctor", tracker, code=MAIN, PYTHONIOENCODING=encoding)
    missing = closeloop("check", "无.xlsx", code=MAIN, PYTHONIOENCODING=encoding)

    assert b"Traceback" not in shown.stderr + missing.stderr
    assert "tracker.xlsx" in shown.stdout.decode(encoding)
    assert missing.returncode == 4


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "utf-8"])
def test_the_machine_form_can_be_read_whatever_the_encoding(tracker, encoding):
    ended = closeloop("check", tracker, "--json", code=MAIN, PYTHONIOENCODING=encoding)

    messages = {each["message"] for each in json.loads(ended.stdout.decode(encoding))["findings"]}
    assert any("计划完成时间" in message for message in messages)


def test_several_trackers_say_their_own_in_any_encoding(tracker, tmp_path):
    settings = tmp_path / "closeloop.toml"
    both = (
        "".join(
            f'[trackers.{name}]\nworkbook = "{place}"\n'
            for name, place in (("甲", tracker), ("乙", "无.xlsx"))
        )
        .replace("trackers.甲", 'trackers."甲"')
        .replace("trackers.乙", 'trackers."乙"')
    )
    settings.write_text(both, "utf-8")

    ended = closeloop(
        "run", "-c", settings, "--jobs", "2", "--now", "2024-06-04T12:00", code=MAIN, PYTHONIOENCODING="gbk"
    )

    assert ended.returncode == 4
    assert "闭环巡检" in ended.stdout.decode("gbk")
    assert "不存在" in ended.stderr.decode("gbk")
