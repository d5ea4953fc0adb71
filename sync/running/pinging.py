"""Tells a monitor by an address that it watches (healthchecks and the like) how a pass ended."""

from http.client import HTTPException
from urllib.error import URLError
from urllib.request import Request, urlopen

_SECONDS = 5


def ping(address: str, *, good: bool) -> str:
    """Call the address, or the one with /fail. Gives '' or why it could not be called; never raises for the network."""
    chosen = address if good else address.rstrip("/") + "/fail"
    try:
        request = Request(chosen, headers={"User-Agent": "closeloop"})  # noqa: S310 - the settings take http(s) alone
        with urlopen(request, timeout=_SECONDS) as reply:  # noqa: S310
            reply.read(1024)
    except URLError as error:
        return str(error.reason or error)
    except (OSError, HTTPException, ValueError) as error:
        return str(error) or type(error).__name__
    return ""
