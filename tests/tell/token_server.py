"""A server over a real socket that gives access tokens as Microsoft (TLS) and Google do, after checking who asks."""

import json
import ssl
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt

TOKEN = "t0ken-of-access-123456"
SECRET = "cl13nt-s3cret-654321"


class TokenServer:
    """``refusal`` is what it says instead of giving a token; ``asked`` are the fields of each request for one."""

    def __init__(
        self, certificate: Path | None = None, key: Any = None, refusal: Mapping[str, Any] | None = None
    ) -> None:
        self.asked: list[dict[str, str]] = []
        self.claims: list[dict[str, Any]] = []
        self.key, self.refusal = key, refusal
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.say(self, 200, outer.description())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.asked.append({name: values[0] for name, values in parse_qs(body).items()})
                outer.say(self, *outer.judged(outer.asked[-1]))

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http{'s' if certificate else ''}://localhost:{self._server.server_port}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> "TokenServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def description(self) -> dict[str, Any]:
        return {
            "issuer": f"{self.url}/tenant/v2.0",
            "authorization_endpoint": f"{self.url}/tenant/authorize",
            "token_endpoint": f"{self.url}/tenant/token",
        }

    def judged(self, asked: Mapping[str, str]) -> tuple[int, Mapping[str, Any]]:
        if self.refusal:
            return 400, self.refusal
        if self.key:  # Google: a claim signed by the service account
            claim = jwt.decode(
                asked["assertion"], self.key, ["RS256"], audience="https://oauth2.googleapis.com/token"
            )
            self.claims.append(claim)
        elif asked.get("client_secret") != SECRET:
            return 401, {
                "error": "invalid_client",
                "error_description": f"wrong secret {asked['client_secret']}",
            }
        return 200, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3599}

    @staticmethod
    def say(request: BaseHTTPRequestHandler, status: int, said: Any) -> None:
        body = json.dumps(said).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
