"""Every hour: lines that a shell, systemd and Windows take as they are, and a service that stops when asked."""

import configparser
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Timer

import pytest
import schedule
from openpyxl import Workbook

from sync.commands.scheduling import Timetable, cron, minute_of, systemd, timetable, windows
from sync.commands.serving import make_pass, repeat

PASSES = int(os.environ.get("CLOSELOOP_SOAK", "6"))
ODD = '50% of Li\'s "own" 表 $x'


def settings_in(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    book = Workbook()
    book.active.append(["行动项描述", "负责人", "计划完成时间", "状态"])
    book.active.append(["输出《客户投诉处理流程V2.0》", "王芳", "2024-06-14", "进行中"])
    book.save(folder / "t.xlsx")
    (folder / "closeloop.toml").write_text('workbook = "t.xlsx"\nlanguage = "en"')
    return folder / "closeloop.toml"


def test_minutes_are_odd_spread_and_always_the_same():
    minutes = [minute_of(Path(f"/srv/{number}/closeloop.toml")) for number in range(500)]

    assert set(minutes) == {minute for minute in range(3, 58, 2) if minute not in {29, 31}}
    assert minute_of(Path("/srv/7/closeloop.toml")) == minutes[7]


def test_the_crontab_line_runs_in_a_shell(tmp_path):
    config = settings_in(tmp_path / ODD)

    line = cron(timetable(None, config, None))

    minute, *stars, command = line.split(maxsplit=5)
    assert (int(minute), stars) == (minute_of(config), ["*"] * 4)
    assert "%" not in command.replace(r"\%", "")
    ended = subprocess.run(
        ["sh", "-c", command.replace(r"\%", "%")], cwd="/", capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert (config.parent / "t.closeloop" / "status.json").exists()


def test_systemd_gets_units_with_the_same_command(tmp_path):
    hourly = timetable(None, settings_in(tmp_path / ODD), None)

    service, timer = systemd(hourly).split("\n# /etc/systemd/system/")
    units = configparser.ConfigParser(interpolation=None)
    units.read_string(service)
    command = units["Service"]["ExecStart"].replace("%%", "%").replace("$$", "$")
    assert tuple(shlex.split(command)) == hourly.command
    assert units["Service"]["WorkingDirectory"].replace("%%", "%") == str(hourly.folder)
    assert f"OnCalendar=*:{hourly.minute:02d}" in timer
    assert "closeloop-50--of-Li-s--own--表--x.timer" in timer


def test_windows_gets_one_command(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    hourly = Timetable(("-c", r"C:\a b\closeloop.toml"), Path("C:/a b"), 7, "closeloop-x")

    assert windows(hourly) == (
        'schtasks /Create /TN "closeloop-x" /SC HOURLY /ST 00:07 /TR '
        r'"\"'
        + sys.executable.replace("/nowhere/python", hourly.command[0])
        + r"\" -P -m \"sync\" \"run\" -c "
        r'\"C:\a b\closeloop.toml\" --quiet"' + "\n"
    )


def test_a_workbook_alone_and_one_of_several_are_named(tmp_path):
    config = settings_in(tmp_path / "x")
    config.write_text('[trackers.a]\nworkbook = "t.xlsx"\n[trackers.b]\nworkbook = "b.xlsx"')

    assert timetable(config.with_name("t.xlsx"), None, None).arguments == (str(config.with_name("t.xlsx")),)
    assert timetable(None, config, None).arguments == ("-c", str(config))
    assert timetable(None, config, "b").arguments == ("-c", str(config), "--tracker", "b")
    assert timetable(None, config, "b").name == "closeloop-b"


def rss() -> int:
    """Memory of this process, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS")))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_many_passes_leave_memory_and_open_files_as_they_were(tmp_path):
    """Every other pass finds the workbook changed."""
    config = settings_in(tmp_path / "x")
    codes, figures = [], []
    timer = schedule.Scheduler()

    def one() -> None:
        if len(codes) % 2:
            book = Workbook()
            book.active.append(["行动项描述", "负责人", "计划完成时间", "状态"])
            book.active.append([f"输出《流程V{len(codes)}.0》", "王芳", "2024-06-14", "进行中"])
            book.save(config.with_name("t.xlsx"))
        codes.append(make_pass([sys.executable, "-m", "sync", "run", "-c", str(config), "--quiet"]))
        figures.append((rss(), len(list(Path("/proc/self/fd").iterdir()))))

    job = timer.every(1).seconds
    job.interval = 0.01  # as good as none; at 0 the next moment would be looked for without end
    assert repeat(timer, job, one, Event(), PASSES) == PASSES

    assert codes == [0] * PASSES
    settled = figures[len(figures) // 3]
    assert figures[-1][1] <= settled[1]
    assert figures[-1][0] <= settled[0] + 8_000


def test_serve_stops_at_once_when_it_waits():
    stop = Event()
    timer = schedule.Scheduler()
    Timer(0.2, stop.set).start()

    assert repeat(timer, timer.every().hour, lambda: None, stop) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to catch")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_pass_come_to_its_end(tmp_path, number):
    config = settings_in(tmp_path / "x")
    lock = config.with_name("t.closeloop") / "lock"
    with subprocess.Popen(
        [sys.executable, "-m", "sync", "serve", "-c", str(config), "--quiet"],
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert "every 60 minutes" in server.stdout.readline()
        while not (lock.exists() or (lock.parent / "status.json").exists()):
            time.sleep(0.01)
        server.send_signal(number)
        assert "has stopped" in server.stdout.readline()
        assert server.wait() == 0

    assert (lock.parent / "status.json").exists()
    assert not lock.exists()


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_shows_the_line_that_is_printed(readme):
    hourly = Timetable(("-c", "/path/to/folder/closeloop.toml"), Path("/path/to/folder"), 17, "closeloop")
    program = shlex.join(hourly.command).partition(" run ")[0]
    printed = cron(hourly).replace(program, "/path/to/.venv/bin/closeloop")

    assert f"    {printed}" in (Path(__file__).parents[1] / readme).read_text("utf-8")
