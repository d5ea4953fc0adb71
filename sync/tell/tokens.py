"""Access tokens for mail servers that take no passwords any more: Microsoft's by msal, Google's by google-auth."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from sync.faults import DeliveryFault
from sync.tell.digest import one_line
from sync.tell.unlogged import unlogged

_TIMEOUT = 30
_DETAIL_LENGTH = 200
_GOOGLE_SCOPES = ("https://mail.google.com/",)
_LOGGERS = (
    "msal.application",
    "msal.authority",
    "msal.oauth2cli.oauth2",
    "msal.token_cache",
    "google.auth.transport.requests",
    "google.auth._default",
    "urllib3.connectionpool",
)  # some log what they send or get


def microsoft_token(client_id: str, secret: str, authority: str, scope: str) -> Callable[[], str]:
    """Tokens of an application (client credentials); a token is kept as long as it is valid.

    Raises DeliveryFault, also when it is called, where there is none to be had.
    """
    try:
        import msal
    except ImportError:
        raise DeliveryFault(
            'mail.auth = "microsoft" needs msal: pip install "closeloop[microsoft]"'
        ) from None

    kept: list[Any] = []

    def token() -> str:
        try:
            with unlogged(*_LOGGERS):
                if not kept:
                    application = msal.ConfidentialClientApplication(
                        client_id,
                        client_credential=secret,
                        authority=authority,
                        instance_discovery=False,  # the settings say where; nobody else is asked
                        timeout=_TIMEOUT,
                    )
                    kept.append(application)
                answer = kept[0].acquire_token_for_client(scopes=[scope])
        except (requests.RequestException, OSError, ValueError) as error:
            raise _no_token(authority, type(error).__name__) from None
        if "access_token" not in answer:
            said = str(answer.get("error_description") or answer.get("error"))
            raise _no_token(authority, said.replace(secret, "***") if secret else said)
        return str(answer["access_token"])

    return token


def google_token(credentials: Path, user: str) -> Callable[[], str]:
    """Tokens of a service account that acts for a mailbox; a token is kept as long as it is valid.

    Raises DeliveryFault, also when it is called, where there is none to be had.
    """
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import Request
    from google.oauth2.service_account import Credentials

    try:
        load: Callable[..., Any] = Credentials.from_service_account_file  # google-auth has half its types
        account = load(str(credentials), scopes=_GOOGLE_SCOPES, subject=user)
    except (OSError, ValueError, GoogleAuthError) as error:
        raise DeliveryFault(
            "the key {file} of a Google service account cannot be used ({kind}): download its JSON key anew",
            file=credentials,
            kind=type(error).__name__,
        ) from None

    def token() -> str:
        try:
            with unlogged(*_LOGGERS):
                if not account.valid:
                    with requests.Session() as session:
                        account.refresh(Request(session))
        except GoogleAuthError as error:
            raise _no_token("Google", str(error.args[0] if error.args else type(error).__name__)) from None
        return str(account.token)

    return token


def _no_token(place: str, detail: str) -> DeliveryFault:
    return DeliveryFault(
        "there is no token for the mail server from {place} ({detail}): check the application, its secret and its rights",
        place=place,
        detail=one_line(detail, _DETAIL_LENGTH).rstrip("."),
    )
