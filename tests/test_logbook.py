"""What is left of a pass: a line in the log, the status file, a call to the monitor, and little on the terminal."""

import json
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from openpyxl import Workbook

from sync.commands.judging import run_workbook
from sync.faults import BusyFault, Fault, OverlapFault, WorkbookFault
from sync.running.logbook import Outcome, log_line, read_status, write_log, write_status
from sync.running.pinging import ping
from sync.running.turns import alone

NOW = datetime(2024, 5, 28, 10)
GOOD = Outcome("跟踪 表", NOW, 1.26, 0, "", {"run": 3, "read": 96})
BAD = Outcome("t", NOW, 0.5, 4, 'no "x" \\ here', {}, 2)


class Monitor:
    """A monitor on this machine: the paths that were called."""

    def __init__(self) -> None:
        called = self.called = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                called.append(self.path)
                self.send_response(404 if "gone" in self.path else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def monitor():
    opened = Monitor()
    yield opened
    opened.close()


@pytest.fixture
def config(tmp_path, monitor) -> Path:
    book = Workbook()
    book.active.append(["行动项描述", "负责人", "计划完成时间", "状态"])
    book.active.append(["输出《客户投诉处理流程V2.0》", "王芳", "2024-06-14", "进行中"])
    book.save(tmp_path / "t.xlsx")
    file = tmp_path / "closeloop.toml"
    file.write_text(
        f'workbook = "t.xlsx"\nlog.file = "log/closeloop.log"\nlog.format = "json"\nlog.ping = "{monitor.address}/id"\n'
    )
    return file


def run(config: Path, *, quiet: bool = True) -> int:
    try:
        return run_workbook(None, config, NOW, as_json=False, quiet=quiet)
    except Fault as fault:
        return fault.exit_code


def lines(config: Path) -> list[dict]:
    return list(map(json.loads, (config.parent / "log/closeloop.log").read_text("utf-8").splitlines()))


def status(config: Path) -> dict:
    return read_status(config.parent / "t.closeloop/status.json")


def test_a_line_is_plain_or_json():
    assert log_line(GOOD, "plain") == "2024-05-28 10:00:00 跟踪 表 code=0 seconds=1.3 run=3 read=96"
    assert log_line(BAD, "plain").endswith(r't code=4 seconds=0.5 reason="no \"x\" \\ here"')
    assert json.loads(log_line(BAD, "json")) == {
        "tracker": "t",
        "moment": "2024-05-28T10:00:00",
        "seconds": 0.5,
        "code": 4,
        "reason": 'no "x" \\ here',
        "in_a_row": 2,
    }


def test_a_full_log_moves_on_and_the_oldest_goes(tmp_path):
    log = tmp_path / "log" / "closeloop.log"

    for number in range(10):
        write_log(log, f"{number} 闭环", 25, 2)

    kept = {file.name: file.read_text("utf-8").split() for file in log.parent.iterdir()}
    assert kept == {
        "closeloop.log": ["8", "闭环", "9", "闭环"],
        "closeloop.log.1": ["6", "闭环", "7", "闭环"],
        "closeloop.log.2": ["4", "闭环", "5", "闭环"],
    }


def test_a_full_log_of_which_none_is_kept_begins_anew(tmp_path):
    for number in range(5):
        write_log(tmp_path / "l", str(number), 4, 0)

    assert (tmp_path / "l").read_text() == "4\n"
    assert [file.name for file in tmp_path.iterdir()] == ["l"]


def test_a_status_is_replaced_whole(tmp_path):
    write_status(tmp_path / "s.json", BAD)
    write_status(tmp_path / "s.json", GOOD)

    assert read_status(tmp_path / "s.json")["read"] == 96
    assert [file.name for file in tmp_path.iterdir()] == ["s.json"]
    (tmp_path / "s.json").write_text("{half")
    assert read_status(tmp_path / "s.json") == {}


def test_a_good_pass_is_written_down_and_told(config, monitor, capsys):
    assert run(config) == 0

    (line,) = lines(config)
    assert (line["tracker"], line["code"], line["run"], line["read"]) == ("t", 0, 1, 1)
    assert status(config) == line
    assert monitor.called == ["/id"]
    assert capsys.readouterr() == ("", "")


def test_what_mends_itself_is_said_once_it_lasts(config, monitor, capsys):
    (config.parent / "~$t.xlsx").write_bytes(b"\x06Li Lei" + bytes(158))

    assert [run(config) for _ in range(2)] == [BusyFault.exit_code] * 2
    assert capsys.readouterr() == ("", "")
    assert monitor.called == []

    assert run(config) == BusyFault.exit_code
    assert capsys.readouterr().err.count("\n") == 1
    assert monitor.called == ["/id/fail"]
    assert [line["in_a_row"] for line in lines(config)] == [1, 2, 3]
    assert "t.xlsx" in status(config)["reason"]

    (config.parent / "~$t.xlsx").unlink()
    assert run(config) == 0
    assert status(config)["in_a_row"] == 0
    assert monitor.called == ["/id/fail", "/id"]


def test_what_needs_a_person_is_told_at_once(config, monitor):
    (config.parent / "t.xlsx").unlink()

    assert run(config) == WorkbookFault.exit_code

    assert monitor.called == ["/id/fail"]
    assert lines(config)[0]["code"] == WorkbookFault.exit_code
    assert not (config.parent / "t.closeloop").exists()


def test_a_pass_that_is_not_alone_leaves_the_others_status(config, monitor):
    run(config)
    before = status(config)

    with alone(config.parent / "t.closeloop", "t"):
        assert run(config) == OverlapFault.exit_code

    assert status(config) == before
    assert [line["code"] for line in lines(config)] == [0, OverlapFault.exit_code]
    assert monitor.called == ["/id"]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/id", "{monitor}/gone", "http://[", "http://no.invalid/"]
)
def test_a_monitor_that_is_out_of_reach_fails_no_pass(config, monitor, capsys, address):
    given = address.format(monitor=monitor.address)
    text = config.read_text().replace(f"{monitor.address}/id", given)
    config.write_text(text)

    assert run(config) == 0

    assert capsys.readouterr().err.count("\n") == 1
    assert ping(given, good=False)


def test_a_log_that_cannot_be_written_fails_no_pass(config, capsys):
    (config.parent / "log").touch()

    assert run(config) == 0

    assert capsys.readouterr().err.count("\n") == 1
