"""How a Google Sheet is named, reached and founded: addresses, settings, credentials, init."""

import json

import pytest

from sheet_templates import template, words
from sync.books.google.address import is_address, spreadsheet_id
from sync.books.google.credentials import read_account
from sync.faults import SettingsFault, UsageFault
from sync.settings import settings_from
from sync.tracker import find_tracker
from tests.books.google_table import (
    NOW,
    small_table,
)
from tests.sheets_server import Spreadsheet
from tests.sheets_server.desk import ID


@pytest.fixture
def desk():
    with small_table() as desk:
        yield desk


def test_addresses():
    long = "1AbC-d_efGhijklmnop"
    for address in (f"https://docs.google.com/spreadsheets/d/{long}/edit#gid=0", f"https:/docs.google.com/spreadsheets/u/1/d/{long}", long):  # fmt: skip
        assert spreadsheet_id(address) == long
    assert is_address("https:/docs.google.com/spreadsheets/d/x")
    with pytest.raises(UsageFault):
        spreadsheet_id("tracker.xlsx")


def test_settings_name_a_spreadsheet(tmp_path, monkeypatch):
    file = tmp_path / "closeloop.toml"
    file.write_text('[google]\nspreadsheet = "test-spreadsheet"\nname = "行动项"\n', "utf-8")
    tracker = find_tracker(None, file)

    assert (tracker.spreadsheet, tracker.name) == (ID, "行动项")
    assert tracker.folder == tmp_path / f"{ID}.closeloop"
    with pytest.raises(SettingsFault, match="no credentials file"):
        tracker.book(NOW)
    assert settings_from({"google": {"spreadsheet": "x"}}).workbook is None


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "en"])
def test_init_adds_the_tabs_and_a_pass_runs(desk, tmp_path, monkeypatch, language):
    from sync.commands.beginning import init_google
    from sync.commands.judging import run_workbook

    desk.service.books[ID] = Spreadsheet(ID, "行动项台账")
    monkeypatch.chdir(tmp_path)
    key = tmp_path / "google-credentials.json"
    key.write_text(json.dumps(desk.service.credentials(desk.server.address)), "utf-8")
    settings = tmp_path / "closeloop.toml"
    settings.write_text(f'language = "{language}"\n[google]\nspreadsheet = "{ID}"\nendpoint = "{desk.server.address}"\n', "utf-8")  # fmt: skip

    said = list(init_google(ID, None, language))
    again = list(init_google(ID, None, language))

    heads = [table.heads[words(language).head] for table in template().tables.values()]
    rules = words(language)["rules_tab"]["name"]
    assert [sheet.title for sheet in desk.spreadsheet.sheets] == ["Sheet1", *heads, rules]
    assert desk.book().read().tab(rules).generated is not None
    assert len(said) == len(again) == 1
    status = list(template().tables["actions"].columns).index("status")
    assert desk.spreadsheet.sheet(heads[0]).cell(1, status)["dataValidation"]["strict"] is False
    assert run_workbook(None, settings, NOW, as_json=True) == 0
    assert (tmp_path / f"{ID}.closeloop" / "ledger.sqlite").exists()


def test_init_writes_settings_that_lead_back(desk, tmp_path, monkeypatch):
    from sync.books.google import service
    from sync.commands.beginning import init_google

    desk.service.books[ID] = Spreadsheet(ID, "行动项台账")
    monkeypatch.chdir(tmp_path)
    key = tmp_path / "key.json"
    key.write_text(json.dumps(desk.service.credentials(desk.server.address)), "utf-8")
    monkeypatch.setattr(service, "SPREADSHEET_URL", f"{desk.server.address}/v4/spreadsheets/%s")

    list(init_google(ID, key, "zh-CN"))
    tracker = find_tracker(None, None)

    assert (tracker.spreadsheet, tracker.name) == (ID, "行动项台账")
    assert tracker.settings.google.credentials == key


PERSON = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"installed": {}}', "not yet a consent"),
        ('{"type": "service_account"}', "damaged"),
        ('{"type": "authorized_user"}', "damaged"),
        ("{}", "neither"),
        ("[]", "cannot be read"),
        ("no JSON", "cannot be read"),
    ],
)
def test_credentials_that_are_something_else(tmp_path, content, says):
    file = tmp_path / "key.json"
    file.write_text(content, "utf-8")

    with pytest.raises(SettingsFault, match=says):
        read_account(file)


def test_the_consent_of_a_person_is_an_account_without_an_address(tmp_path):
    file = tmp_path / "consent.json"
    file.write_text(json.dumps(PERSON), "utf-8")
    account = read_account(file)

    assert account.email == ""
    assert account.credentials.refresh_token == "r"
