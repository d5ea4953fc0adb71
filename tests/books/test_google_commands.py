"""The commands on a Google spreadsheet, as somebody types them: run with the archive, reopen, archive, undo."""

import json

import pytest
from archive_tables import ITEMS, item, meeting, tabs
from typer.testing import CliRunner

from sync.cli import app
from tests.sheets_server import Spreadsheet
from tests.sheets_server.desk import ID, Desk, open_desk
from tests.sheets_server.grid import shown
from tests.test_books_agree import on_google

TAB = "行动项跟踪表"


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = tabs([item("A1"), item("A2", done=None)], [meeting("M1")], [["M1", 1, "预算"]])
    with open_desk(Spreadsheet(ID)) as desk:
        desk.service.books[ID] = on_google(made)
        key = desk.service.credentials(desk.server.address)
        (tmp_path / "google-credentials.json").write_text(json.dumps(key), "utf-8")
        settings = f'[google]\nspreadsheet = "{ID}"\nname = "台账"\nendpoint = "{desk.server.address}"\n[archive]\non = true\n'  # fmt: skip
        (tmp_path / "closeloop.toml").write_text(settings, "utf-8")
        yield desk


def command(*words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def column(desk: Desk, tab: str, at: int = 0) -> list[object]:
    return [value for line in desk.spreadsheet.sheet(tab).rows if (value := shown((line + [None] * 20)[at]))]


def test_an_item_is_archived_and_comes_back(desk):
    command("run", "--now", "2024-05-28 20:00")
    assert column(desk, TAB) == ["编号", "A2"]

    command("reopen", "A1")

    assert column(desk, TAB) == ["编号", "A2", "A1"]
    back = next(line for line in desk.spreadsheet.sheet(TAB).rows if line and shown(line[0]) == "A1")
    assert [shown(cell) for cell in back[:6]] == ["A1", "M1", "输出《A1流程V2.0》", "王芳", 45359, "进行中"]
    assert back[4]["userEnteredFormat"]["numberFormat"]["type"] == "DATE"
    command("run", "--now", "2024-05-28 21:00")
    assert column(desk, TAB) == ["编号", "A2", "A1"]


def test_an_item_comes_back_while_somebody_writes_below_the_table(desk):
    command("run", "--now", "2024-05-28 20:00")
    left = [lambda book: book.sheet(TAB).put(2, 2, {"userEnteredValue": {"stringValue": "新事项"}})]
    desk.service.before = lambda name: (
        left.pop()(desk.spreadsheet) if name == "batchUpdate" and left else None
    )

    command("reopen", "A1")

    assert sorted(map(str, column(desk, TAB, 2)[1:])) == [
        "新事项",
        "输出《A1流程V2.0》",
        "输出《A2流程V2.0》",
    ]


def test_what_is_past_its_years_is_removed_when_asked_twice(desk):
    command("run", "--now", "2024-05-28 20:00")

    assert "A1" in command("archive", "--expired", "--now", "2044-05-28 20:00")
    command("archive", "--remove-expired", "--yes", "--now", "2044-05-28 20:00")

    titles = [sheet.title for sheet in desk.spreadsheet.sheets if "产品会议" in sheet.title]
    assert titles
    assert "A1" not in [value for title in titles for value in column(desk, title, 1)]


def test_a_run_is_undone(desk):
    before = [shown_line(line) for line in desk.spreadsheet.sheet(TAB).rows]
    (desk.server.service.books[ID].sheet(TAB)).put(1, 6, None)
    command("run", "--now", "2024-03-20 20:00")
    status = [shown(cell) for cell in desk.spreadsheet.sheet(TAB).rows[0]].index("系统状态")
    assert len(column(desk, TAB, status)) == 3

    command("undo", "1", "--yes", "--now", "2024-03-20 21:00")

    assert column(desk, TAB, status) == ["系统状态"]
    after = [shown_line(line) for line in desk.spreadsheet.sheet(TAB).rows]
    before[1][6] = None
    assert after == before


def shown_line(line):
    """What people's columns show."""
    cells = [shown(cell) for cell in line[: len(ITEMS)]]
    return cells + [None] * (len(ITEMS) - len(cells))
