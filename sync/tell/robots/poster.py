"""Posts JSON to a webhook over HTTPS, and tells apart what surely failed from what may have arrived.

A webhook's address is a secret: it stands in no answer, no fault and no log of the HTTP library.
"""

import json
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from sync.tell.channel import Delivery
from sync.tell.digest import one_line
from sync.tell.unlogged import unlogged

_CONNECTING = 5.0
_MOST_READ = 65536
_DETAIL_LENGTH = 200
_LOGGERS = ("urllib3.connectionpool", "urllib3.util.retry")  # they name the path of each request
_NOT_BEGUN = (ConnectTimeoutError, NewConnectionError, ssl.SSLCertVerificationError)


@dataclass(frozen=True)
class Answer:
    """What the vendor said: the HTTP status, the JSON object of the body (empty if it is none), Retry-After."""

    status: int
    body: Mapping[str, Any]
    retry_after: str = ""


@dataclass(frozen=True)
class Poster:
    """Posts for one robot. ``timeout`` is for the whole answer; ``secrets`` are masked in all that is said."""

    timeout: float = 15.0
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def post(self, url: str, payload: Mapping[str, Any]) -> Answer | Delivery:
        """Post an object; a Delivery when there is no answer to read."""
        try:
            with unlogged(*_LOGGERS), requests.Session() as session:
                response = session.post(
                    url,
                    data=encoded(payload),
                    # One connection a message: one that has idled may break just as the message leaves.
                    headers={"Content-Type": "application/json; charset=utf-8", "Connection": "close"},
                    timeout=(_CONNECTING, self.timeout),
                    allow_redirects=False,  # the address would go along
                    stream=True,
                )
                with response:
                    body = _object(self._read(response))
                    return Answer(response.status_code, body, response.headers.get("Retry-After", ""))
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            return _unanswered(error)

    def masked(self, text: object) -> str:
        """The text without any secret, on one line."""
        line = str(text)
        for secret in filter(None, self.secrets):
            line = line.replace(secret, "***")
        return one_line(line, _DETAIL_LENGTH)

    def _read(self, response: requests.Response) -> bytes:
        """The body, as long as it comes in time and is no larger than an answer can be."""
        until, body = time.monotonic() + self.timeout, b""
        while some := response.raw.read1(4096, decode_content=True):
            body += some
            if len(body) > _MOST_READ or time.monotonic() > until:
                raise TimeoutError
        return body


def encoded(payload: Mapping[str, Any]) -> bytes:
    """The bytes that go out for an object; what cannot be UTF-8 is replaced."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def secrets_in(url: str) -> tuple[str, ...]:
    """The parts of a webhook's address that let anybody post: all behind the host, and its pieces."""
    parts = urlsplit(url)
    behind = url.partition("://")[2].partition("/")[2]
    values = [pair.partition("=")[2] for pair in parts.query.split("&")]
    return tuple(
        text
        for text in (behind, parts.query, parts.path, *values, parts.path.rpartition("/")[2])
        if len(text) > 7
    )


def _unanswered(error: Exception) -> Delivery:
    """By the kind of error alone: its text would hold the address."""
    if isinstance(
        error,
        requests.exceptions.InvalidURL
        | requests.exceptions.MissingSchema
        | requests.exceptions.InvalidSchema,
    ):
        return Delivery(False, "the robot's address is no web address", permanent=True)
    if isinstance(error, requests.exceptions.ProxyError):
        return Delivery(False, "the proxy on the way to the robot's server lets nothing through")
    causes = tuple(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Delivery(False, "the robot's server shows a certificate that is not trusted")
    if any(isinstance(cause, _NOT_BEGUN) for cause in causes):
        return Delivery(False, "the robot's server cannot be reached")
    return Delivery(False, "the line broke before the robot's server answered", unsure=True)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it is made of: requests and urllib3 hide the cause in different places."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and all(one is not other for other in seen):
            seen.append(one)
            waiting += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
    yield from seen


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
