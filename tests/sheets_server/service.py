"""The server itself: tokens, methods, error bodies, and switches for faults and for what people do meanwhile."""

import base64
import gzip
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.sheets_server.discovery import mismatches, unknown_parameters
from tests.sheets_server.grid import Bounds, Json, Spreadsheet, entered
from tests.sheets_server.reading import BadRequest, a1_bounds, parse_mask, spreadsheet_json, values_json
from tests.sheets_server.requests import apply

SCOPE = "https://www.googleapis.com/auth/spreadsheets"
ACCOUNT = "closeloop@example-project.iam.gserviceaccount.com"
_STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}  # fmt: skip
_TEXTS = {
    401: "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
    403: "The caller does not have permission",
    404: "Requested entity was not found.",
    429: "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per user' of service 'sheets.googleapis.com'.",
    500: "Internal error encountered.",
    503: "The service is currently unavailable.",
}
_WRITES = frozenset({"batchUpdate", "values.update", "values.batchUpdate"})
_METHODS = {
    "get": "spreadsheets.get",
    "getByDataFilter": "spreadsheets.getByDataFilter",
    "batchUpdate": "spreadsheets.batchUpdate",
    "values.get": "spreadsheets.values.get",
    "values.batchGet": "spreadsheets.values.batchGet",
    "values.update": "spreadsheets.values.update",
    "values.batchUpdate": "spreadsheets.values.batchUpdate",
}
_REQUESTS = {
    "getByDataFilter": "GetSpreadsheetByDataFilterRequest",
    "batchUpdate": "BatchUpdateSpreadsheetRequest",
    "values.update": "ValueRange",
    "values.batchUpdate": "BatchUpdateValuesRequest",
}
_REPLIES = {
    "get": "Spreadsheet",
    "getByDataFilter": "Spreadsheet",
    "batchUpdate": "BatchUpdateSpreadsheetResponse",
    "values.get": "ValueRange",
    "values.batchGet": "BatchGetValuesResponse",
    "values.update": "UpdateValuesResponse",
    "values.batchUpdate": "BatchUpdateValuesResponse",
}
_PATH = re.compile(r"/v4/spreadsheets/(?P<id>[^/:]+)(?:(?P<verb>:\w+)|/(?P<values>values.*))?$")


class Call(NamedTuple):
    """One request as it was answered."""

    name: str
    status: int
    received: int
    sent: int

    @property
    def writes(self) -> bool:
        return self.name in _WRITES


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request: a status, ``drop``, ``html`` or ``slow``; ``after`` it was carried out."""

    kind: int | str
    after: bool = False
    retry_after: str = ""
    seconds: float = 0


@dataclass
class Service:
    """Spreadsheets and who may see them. ``before`` is called with the name of each request, before it is
    answered and outside any lock, so that people can edit; ``fault`` may give what goes wrong with it."""

    books: dict[str, Spreadsheet] = field(default_factory=dict)
    before: Callable[[str], None] = lambda _name: None
    fault: Callable[[str], Fault | None] = lambda _name: None
    calls: list[Call] = field(default_factory=list)
    strict: bool = True
    mismatches: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    lock: threading.RLock = field(default_factory=threading.RLock)

    def credentials(self, address: str) -> Json:
        """A service account's key file, as the console gives it."""
        private = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "type": "service_account",
            "project_id": "example-project",
            "private_key_id": "test",
            "private_key": private.decode(),
            "client_email": ACCOUNT,
            "client_id": "1",
            "token_uri": f"{address}/token",
        }

    def edit(self, book: str, change: Callable[[Spreadsheet], object]) -> None:
        """Something that people do."""
        with self.lock:
            change(self.books[book])

    def answer(self, name: str, path: "re.Match[str]", query: dict[str, list[str]], body: bytes) -> Json:
        """Carry out one method."""
        with self.lock:
            book = self.books.get(path["id"])
            if book is None:
                raise Refused(404)
            allowed = book.writers if name in _WRITES else book.readers
            if allowed is not None and ACCOUNT not in allowed:
                raise Refused(403)
            given = json.loads(body) if body else {}
            if self.strict:
                self._hold_against(_REQUESTS.get(name), given)
                unknown = unknown_parameters(_METHODS[name], set(query) - {"alt"})
                self.mismatches += [f"{name}: no parameter {each}" for each in unknown]
            reply = self._carry_out(name, book, path, query, given)
            if self.strict:
                self._hold_against(_REPLIES[name], reply)
            return reply

    def _hold_against(self, schema: str | None, message: Json) -> None:
        self.mismatches += (
            mismatches(message, schema) if schema else [f"{message}: no body is due"] if message else []
        )

    def _carry_out(self, name: str, book: Spreadsheet, path: "re.Match[str]", query: dict[str, list[str]], given: Json) -> Json:  # fmt: skip
        mask = parse_mask(query.get("fields", [""])[0])
        if name == "batchUpdate":
            return self._batch(book, given, mask)
        if name in {"get", "getByDataFilter"}:
            return _spreadsheet(book, mask, query, given)
        return self._values(name, book, unquote((path["values"] or "").removeprefix("values/")), query, given)

    def _values(
        self, name: str, book: Spreadsheet, place: str, query: dict[str, list[str]], given: Json
    ) -> Json:
        if name == "values.batchUpdate":
            answers = [self._put_values(book, each, given["valueInputOption"]) for each in given["data"]]
            return {"spreadsheetId": book.id, "responses": answers}
        if name == "values.update":
            return self._put_values(book, {"range": place} | given, query["valueInputOption"][0])
        render = query.get("valueRenderOption", ["FORMATTED_VALUE"])[0]
        dimension = query.get("majorDimension", ["ROWS"])[0]
        if name == "values.get":
            return values_json(book, place, render, dimension)
        found = [values_json(book, text, render, dimension) for text in query.get("ranges", [])]
        return {"spreadsheetId": book.id, "valueRanges": found}

    def _put_values(self, book: Spreadsheet, given: Json, option: str) -> Json:
        """Values as they are (RAW); what a locale makes of typed text is not played here."""
        if option != "RAW":
            raise NotImplementedError(option)
        sheet, area = a1_bounds(given["range"], book)
        lines = given.get("values", [])
        for row, line in enumerate(lines, start=area.top):
            for column, value in enumerate(line, start=area.left):
                if value is not None:
                    typed = (
                        {"userEnteredValue": {"stringValue": value}}
                        if isinstance(value, str) and value
                        else None
                    )
                    sheet.put(row, column, typed or entered(value))
        return {"spreadsheetId": book.id, "updatedRange": given["range"], "updatedRows": len(lines)}

    def _batch(self, book: Spreadsheet, given: Json, mask: Json) -> Json:
        for text in given.get("responseRanges", []):
            _checked_tab(text, given.get("requests", []), book)
        new, replies = apply(book, given.get("requests", []))
        self.books[book.id] = new
        reply: Json = {"spreadsheetId": book.id, "replies": replies}
        if given.get("includeSpreadsheetInResponse"):
            ranges = given.get("responseRanges")
            areas = _by_sheet(a1_bounds(text, new) for text in ranges) if ranges else None
            inner = mask.get("updatedSpreadsheet", {})
            reply["updatedSpreadsheet"] = spreadsheet_json(new, inner, areas, given.get("responseIncludeGridData", False))  # fmt: skip
        return {name: value for name, value in reply.items() if not mask or name in mask}


class Refused(Exception):  # noqa: N818
    """A request that is answered with an error."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(text)
        self.status, self.text = status, text or _TEXTS[status]


def _spreadsheet(book: Spreadsheet, mask: Json, query: dict[str, list[str]], given: Json) -> Json:
    """The answer of get and getByDataFilter."""
    if filters := given.get("dataFilters"):
        areas = _by_sheet(_filtered(each, book) for each in filters)
        return spreadsheet_json(book, mask, areas, given.get("includeGridData", False))
    ranges = query.get("ranges")
    found = _by_sheet(a1_bounds(text, book) for text in ranges) if ranges else None
    return spreadsheet_json(book, mask, found, query.get("includeGridData", ["false"])[0] == "true")


def _checked_tab(text: str, requests: list[Json], book: Spreadsheet) -> None:
    """An unknown tab in responseRanges is refused before anything is done, unless the batch adds it."""
    added = {each["addSheet"]["properties"]["title"] for each in requests if "addSheet" in each}
    title = text.rpartition("!")[0].strip("'").replace("''", "'")
    if title not in added and title not in {sheet.title for sheet in book.sheets}:
        raise BadRequest(f"Unable to parse range: {text}")


def _by_sheet(found: Iterator[tuple[Any, Bounds]]) -> dict[int, list[Bounds]]:
    areas: dict[int, list[Bounds]] = {}
    for sheet, area in found:
        areas.setdefault(sheet.id, []).append(area)
    return areas


def _filtered(given: Json, book: Spreadsheet) -> tuple[Any, Bounds]:
    if "a1Range" in given:
        return a1_bounds(given["a1Range"], book)
    place = given["gridRange"]
    sheet = book.by_id(place.get("sheetId", 0))
    if sheet is None:
        raise BadRequest(f"No grid with id: {place.get('sheetId', 0)}")
    area = sheet.bounds(place)
    return sheet, area._replace(
        bottom=min(area.bottom, sheet.row_count), right=min(area.right, sheet.column_count)
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "SheetsServer"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet."""

    def do_GET(self) -> None:
        self._handle("GET")

    def do_PUT(self) -> None:
        self._handle("PUT")

    def do_POST(self) -> None:
        self._handle("POST")

    def _handle(self, verb: str) -> None:
        """Answer a request; a client that has given up meanwhile gets none."""
        try:
            self._answer(verb)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _answer(self, verb: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        service, parts = self.server.service, urlsplit(self.path)
        path = _PATH.match(parts.path)
        name = "token" if parts.path == "/token" else _named(verb, path)
        received = len(body) + len(self.path)
        service.before(name)
        fault = service.fault(name)
        if fault and not fault.after and self._fail(fault, name, received):
            return
        try:
            reply, status = self._reply(name, path, parts.query, body), 200
        except Refused as refused:
            reply, status = _error(refused.status, refused.text), refused.status
        except BadRequest as bad:
            reply, status = _error(400, str(bad)), 400
        if fault and fault.after and self._fail(fault, name, received):
            return
        self._send(name, status, received, reply)

    def _reply(self, name: str, path: "re.Match[str] | None", query: str, body: bytes) -> Json:
        service = self.server.service
        if name == "token":
            return _token(service, self.server.address, body)
        if path is None or name == "unknown":
            raise Refused(404)
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in service.tokens:
            raise Refused(401)
        return service.answer(name, path, parse_qs(query), body)

    def _fail(self, fault: Fault, name: str, received: int) -> bool:
        """Whether this request is answered with a fault, and so is done."""
        if fault.kind == "slow":
            time.sleep(fault.seconds)
            return False
        if fault.kind == "drop":
            self.server.service.calls.append(Call(name, 0, received, 0))
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return True
        if fault.kind == "html":
            page = b"<!DOCTYPE html><html><title>Error 502 (Server Error)!!1</title></html>"
            self._send_bytes(name, 502, received, page, "text/html; charset=UTF-8")
            return True
        status = int(fault.kind)
        extra = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        self._send(name, status, received, _error(status, _TEXTS[status]), extra)
        return True

    def _send(
        self, name: str, status: int, received: int, reply: Json, extra: dict[str, str] | None = None
    ) -> None:
        compact = "prettyPrint=false" in self.path
        text = json.dumps(reply, ensure_ascii=False, indent=None if compact else 2, separators=(",", ":") if compact else None)  # fmt: skip
        self._send_bytes(name, status, received, text.encode(), "application/json; charset=UTF-8", extra)

    def _send_bytes(self, name: str, status: int, received: int, data: bytes, kind: str, extra: dict[str, str] | None = None) -> None:  # fmt: skip
        packed = "gzip" in self.headers.get("Accept-Encoding", "")
        data = gzip.compress(data, 1) if packed else data
        self.server.service.calls.append(Call(name, status, received, len(data)))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        for header, value in (extra or {}).items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(data)


def _named(verb: str, path: "re.Match[str] | None") -> str:
    if path is None:
        return "unknown"
    if path["verb"]:
        known = {":batchUpdate": "batchUpdate", ":getByDataFilter": "getByDataFilter"}
        return known.get(path["verb"], "unknown") if verb == "POST" else "unknown"
    if path["values"]:
        known = {"values:batchGet": "values.batchGet", "values:batchUpdate": "values.batchUpdate"}
        return known.get(path["values"], "values.update" if verb == "PUT" else "values.get")
    return "get" if verb == "GET" else "unknown"


def _error(status: int, text: str) -> Json:
    if text.startswith("invalid_grant: "):
        return {"error": "invalid_grant", "error_description": text.removeprefix("invalid_grant: ")}
    return {"error": {"code": status, "message": text, "status": _STATUS[status]}}


def _token(service: Service, address: str, body: bytes) -> Json:
    """A bearer token for a JWT that the account's key has signed."""
    form = parse_qs(body.decode())
    if form.get("grant_type") != ["urn:ietf:params:oauth:grant-type:jwt-bearer"]:
        raise Refused(400, "unsupported_grant_type")
    head, claims, signature = form["assertion"][0].split(".")
    try:
        service.key.public_key().verify(
            _unpacked(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
        )
    except Exception:  # whatever is wrong with a signature
        raise Refused(400, "invalid_grant: Invalid JWT Signature.") from None
    said, asked = json.loads(_unpacked(head)), json.loads(_unpacked(claims))
    due = (said["alg"], asked["iss"], asked["scope"])
    audiences = {f"{address}/token", "https://oauth2.googleapis.com/token"}
    if (
        due != ("RS256", ACCOUNT, SCOPE)
        or asked["aud"] not in audiences
        or not asked["iat"] - 60 <= time.time() < asked["exp"]
    ):
        raise Refused(400, "invalid_grant: Invalid JWT.")
    token = f"ya29.test-{len(service.tokens)}"
    service.tokens.add(token)
    return {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SheetsServer(ThreadingHTTPServer):
    """The service at an address of this machine."""

    daemon_threads = True

    def __init__(self, service: Service, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.service = service
        self.address = f"http://127.0.0.1:{self.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator["SheetsServer"]:
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()
            thread.join()
