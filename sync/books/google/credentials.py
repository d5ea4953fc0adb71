"""Who closeloop is at Google: a service account's key, or a person's own consent."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.faults import SettingsFault

SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)


@dataclass(frozen=True)
class Account:
    """Credentials of google-auth, and the e-mail with which a spreadsheet has to be shared ('' for a person's own)."""

    credentials: Any
    email: str


def read_account(path: Path) -> Account:
    """The account of a credentials file: a service account's key, or what ``give_consent`` has kept.

    Raises SettingsFault when the file is missing or is something else.
    """
    info = _info(path)
    try:
        if info.get("type") == "service_account":
            from google.oauth2 import service_account  # slow to import

            made: Any = service_account.Credentials
            return Account(made.from_service_account_info(info, scopes=SCOPES), info["client_email"])
        if info.get("type") == "authorized_user":
            from google.oauth2 import credentials

            person: Any = credentials.Credentials
            return Account(person.from_authorized_user_info(info, SCOPES), "")
    except (ValueError, KeyError) as error:
        raise SettingsFault(
            "the credentials {file} are damaged ({detail}); download the key again in the Google console",
            file=path,
            detail=error,
        ) from None
    if "installed" in info:
        raise SettingsFault(
            "{file} is an OAuth client, not yet a consent; run 'closeloop init --google' with it once",
            file=path,
        )
    raise SettingsFault(
        "{file} holds neither a service account's key nor a person's consent; see Google Sheets in the README",
        file=path,
    )


def is_client(path: Path) -> bool:
    """Whether a file is an OAuth client, with which a person can give consent."""
    return "installed" in _info(path)


def give_consent(client: Path, kept: Path) -> None:
    """Ask the person in the browser to let closeloop work in their name, and keep the consent in a file of theirs."""
    from google_auth_oauthlib.flow import InstalledAppFlow

    consent = InstalledAppFlow.from_client_secrets_file(str(client), SCOPES).run_local_server(port=0)
    kept.touch(0o600)
    kept.write_text(consent.to_json(), "utf-8")


def _info(path: Path) -> dict[str, Any]:
    try:
        info = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsFault(
            "there is no credentials file {file}; name it under [google] in the settings", file=path
        ) from None
    except (OSError, ValueError) as error:
        raise SettingsFault(
            "the credentials file {file} cannot be read: {detail}", file=path, detail=error
        ) from None
    if not isinstance(info, dict):
        raise SettingsFault("the credentials file {file} cannot be read: {detail}", file=path, detail="JSON")
    return info
