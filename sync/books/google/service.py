"""The three calls of a pass, by gspread's HTTP client: read all, read parts, change all at once.

Whatever goes wrong on the line becomes a fault with its sentence, or UnsureError where a write may have been done.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.auth.transport.requests import Request
from gspread.exceptions import APIError
from gspread.http_client import HTTPClient
from gspread.urls import SPREADSHEET_URL
from requests.adapters import HTTPAdapter

from sync.books.google.address import Json, encoded
from sync.books.google.credentials import Account
from sync.books.google.retrying import Patience, TemporaryError
from sync.faults import BusyFault, ChangedFault, SettingsFault, WorkbookFault


class UnsureError(Exception):
    """A write failed in such a way that it may have been carried out; look before it is repeated."""


class Sheets:
    """One spreadsheet at Google's service, or at an endpoint that stands for it (a gateway of one's own)."""

    def __init__(
        self, spreadsheet: str, account: Account, patience: Patience | None = None, endpoint: str = ""
    ) -> None:
        self.id = spreadsheet
        self._account = account
        self._patience = patience or Patience()
        session = requests.Session()
        if endpoint:
            for host in ("sheets", "oauth2"):
                session.mount(f"https://{host}.googleapis.com", _Elsewhere(endpoint))
        # A plain session, not google-auth's: that one looks up regional boundaries in the background.
        self._client = HTTPClient(account.credentials, session)
        self._client.set_timeout(self._patience.timeout)

    def read(self, fields: str) -> Json:
        """The spreadsheet, as far as the field mask goes."""
        return self._call("get", "", {"fields": fields})

    def read_parts(self, filters: Sequence[Json], fields: str) -> Json:
        """Some ranges of some sheets, named by the sheets' ids."""
        return self._call("post", ":getByDataFilter", {"fields": fields}, {"dataFilters": list(filters)})

    def update(self, changes: Sequence[Json], ranges: Sequence[str], fields: str) -> Json:
        """Carry out all changes or none, and give what ``ranges`` show afterwards, as far as the mask goes.

        Raises UnsureError when it cannot be said whether they were carried out, ChangedFault when they do
        not fit the spreadsheet any more.
        """
        body: Json = {"requests": list(changes)}
        if ranges:
            body |= {"includeSpreadsheetInResponse": True, "responseRanges": list(ranges)}
        return self._call("post", ":batchUpdate", {"fields": fields}, body)

    def pause(self, attempt: int) -> None:
        """Rest after a write of which nothing is known, longer each time."""
        self._patience.rest(attempt)

    def _call(self, method: str, verb: str, query: dict[str, str], body: Json | None = None) -> Json:
        writes = verb == ":batchUpdate"
        url = SPREADSHEET_URL % self.id + verb
        send = partial(self._send, method, url, query | {"prettyPrint": "false"}, body)
        try:
            if not self._account.credentials.valid:
                self._patience.until_done(self._login, repeatable=True)
            return self._patience.until_done(send, repeatable=not writes)
        except TemporaryError as error:
            if writes and error.unsure:
                raise UnsureError(error.detail) from error
            raise BusyFault(
                "Google Sheets cannot be reached now ({detail}); the next pass tries again",
                detail=error.detail,
            ) from None

    def _login(self) -> None:
        """Fetch a token. Raises SettingsFault when the account is not accepted."""
        try:
            request = partial(Request(self._client.session), timeout=self._patience.timeout)
            self._account.credentials.refresh(request)
        except RefreshError as error:
            if error.retryable or not _refused(error):
                raise TemporaryError(_short(error), unsure=False) from None
            raise self._unaccepted(_short(error)) from None
        except GoogleAuthError as error:  # the line to the token service
            raise TemporaryError(_short(error), unsure=False) from None

    def _unaccepted(self, said: str) -> SettingsFault:
        return SettingsFault(
            "Google does not accept the credentials ({detail}); make a new key in the Google console",
            detail=said,
        )

    def _send(self, method: str, url: str, query: dict[str, str], body: Json | None) -> Json:
        try:
            answer = self._answer(method, url, query, body)
            found: Json = answer.json()
        except APIError as error:
            raise self._failure(error) from None
        except requests.ConnectTimeout as error:
            raise TemporaryError(_short(error), unsure=False) from None
        except requests.JSONDecodeError:
            raise TemporaryError("no JSON", unsure=True) from None
        except requests.RequestException as error:
            raise TemporaryError(_short(error), unsure=True) from None
        return found

    def _answer(self, method: str, url: str, query: dict[str, str], body: Json | None) -> requests.Response:
        """One request; a token that has just run out is fetched anew, once."""
        try:
            return self._request(method, url, query, body)
        except APIError as error:
            if error.response.status_code != 401:
                raise
        self._login()
        return self._request(method, url, query, body)

    def _request(self, method: str, url: str, query: dict[str, str], body: Json | None) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {self._account.credentials.token}",
            "Content-Type": "application/json",
        }
        data = None if body is None else encoded(body)
        return self._client.request(method, url, params={**query}, data=data, headers={**headers})

    def _failure(self, error: APIError) -> Exception:
        """What a status means for the person at the terminal."""
        status, said = error.response.status_code, _short(str(error.error["message"]))
        if status == 429 or status >= 500:
            return TemporaryError(str(status), unsure=status != 429, wait=_asked(error.response))
        if status == 401:
            return self._unaccepted(said)
        if status == 403:
            return self._denied(said)
        if status == 404:
            return WorkbookFault(
                "there is no Google spreadsheet {id}; check the address in the settings", id=self.id
            )
        if status == 400:
            return ChangedFault(
                "Google Sheets refused the changes ({detail}); the next pass makes them anew", detail=said
            )
        return WorkbookFault("Google Sheets answers {status}: {detail}", status=status, detail=said)

    def _denied(self, said: str) -> Exception:
        """A 403: the API is off, or the file is not shared with the account."""
        if "disabled" in said or "has not been used" in said:
            return SettingsFault(
                "the Google Sheets API is not switched on for the account's project; "
                "switch it on in the Google console under APIs and services"
            )
        if self._account.email:
            return WorkbookFault(
                "the spreadsheet is not shared with closeloop: share it with {email}, as an editor",
                email=self._account.email,
            )
        return WorkbookFault("your Google account may not edit the spreadsheet; ask its owner for it")


class _Elsewhere(HTTPAdapter):
    """Sends what is meant for Google to another address."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = urlsplit(endpoint.rstrip("/"))
        super().__init__()

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send it there."""
        asked = urlsplit(str(request.url))
        to = self._endpoint
        request.url = urlunsplit((to.scheme, to.netloc, to.path + asked.path, asked.query, ""))
        return super().send(request, *args, **options)


def _asked(answer: requests.Response) -> float:
    """The seconds of a Retry-After; 0 without one, or where it is a date."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else 0


def _refused(error: RefreshError) -> bool:
    """Whether the token service itself has said no (``invalid_grant``), rather than something on the way to it."""
    return any(isinstance(said, dict) and isinstance(said.get("error"), str) for said in error.args)


def _short(error: object) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 120 else text[:119] + "…"
