"""A server over a real socket that answers group robots as DingTalk, WeCom and Feishu do, or as a test tells it to."""

import base64
import hashlib
import hmac
import json
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

DROP, DROP_INSIDE, SILENT, DRIPPING = "drop", "drop inside", "silent", "dripping"
"""Instead of an answer: reset the line, reset it within the answer, say nothing, or a byte now and then."""

TOKEN = "tok3n-0123456789abcdef"
SECRET = "SECs3cret-0123456789"
NOW = 1_795_000_000.5


class RobotServer:
    """One vendor's. Each request takes the next of ``answers`` (a way to fail, or status, body and headers);
    without any it is judged as the vendor would. ``posted`` are the texts that the group sees."""

    def __init__(self, vendor: str, *answers: Any, secret: str = SECRET) -> None:
        self.vendor, self.answers, self.secret = vendor, list(answers), secret
        self.posted: list[str] = []
        self.requests: list[tuple[str, bytes]] = []
        self.released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        place = {
            "dingtalk": f"robot/send?access_token={TOKEN}",
            "wecom": f"cgi-bin/webhook/send?key={TOKEN}",
            "feishu": f"open-apis/bot/v2/hook/{TOKEN}",
        }[self.vendor]
        return f"http://127.0.0.1:{self._server.server_port}/{place}"

    def __enter__(self) -> "RobotServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        self.requests.append((request.path, body))
        told = self.answers.pop(0) if self.answers else None
        match told:
            case None:
                self._say(request, 200, self._judged(request.path, body))
            case str():
                self._fail(request, told)
            case status, said, *headers:
                self._say(request, status, said, *headers)

    def _fail(self, request: BaseHTTPRequestHandler, how: str) -> None:
        request.close_connection = True
        if how in (DROP, DROP_INSIDE):
            if how == DROP_INSIDE:
                request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
                request.wfile.flush()
            line: socket.socket = request.connection
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()
            return
        if how == DRIPPING:
            request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
            while not self.released.wait(0.05):
                try:
                    request.wfile.write(b" ")
                    request.wfile.flush()
                except OSError:
                    return
        self.released.wait(20)

    @staticmethod
    def _say(request: BaseHTTPRequestHandler, status: int, said: Any, headers: Any = None) -> None:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        request.send_response(status)
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _judged(self, path: str, body: bytes) -> dict[str, Any]:
        sent = json.loads(body)
        return getattr(self, f"_{self.vendor}")(urlsplit(path), sent, body)

    def _dingtalk(self, where: Any, sent: Any, body: bytes) -> dict[str, Any]:
        query = {key: values[0] for key, values in parse_qs(where.query).items()}
        if query.get("access_token") != TOKEN:
            return {"errcode": 300001, "errmsg": "token is not exist"}
        moment = query.get("timestamp", "0")
        mac = hmac.new(self.secret.encode(), f"{moment}\n{self.secret}".encode(), hashlib.sha256)
        right = base64.b64encode(mac.digest()).decode()
        if self.secret and (query.get("sign") != right or abs(int(moment) / 1000 - NOW) > 3600):
            return {"errcode": 310000, "errmsg": "sign not match, more: [https://ding-doc.dingtalk.com]"}
        if len(body) > 20_000:
            return {"errcode": 460101, "errmsg": "message too long, exceed 20000 bytes"}
        self.posted.append(sent["markdown"]["text"])
        return {"errcode": 0, "errmsg": "ok"}

    def _wecom(self, where: Any, sent: Any, _body: bytes) -> dict[str, Any]:
        if where.query != f"key={TOKEN}":
            return {"errcode": 93000, "errmsg": f"invalid webhook url, hint: [1], key={where.query}"}
        if len(sent["markdown"]["content"].encode()) > 4096:
            return {
                "errcode": 40058,
                "errmsg": "markdown.content exceed max length 4096. invalid Request Parameter",
            }
        self.posted.append(sent["markdown"]["content"])
        return {"errcode": 0, "errmsg": "ok"}

    def _feishu(self, where: Any, sent: Any, body: bytes) -> dict[str, Any]:
        if not where.path.endswith(f"/hook/{TOKEN}"):
            return {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}
        moment = sent.get("timestamp", "0")
        right = base64.b64encode(
            hmac.new(f"{moment}\n{self.secret}".encode(), digestmod=hashlib.sha256).digest()
        ).decode()
        if self.secret and (sent.get("sign") != right or abs(int(moment) - NOW) > 3600):
            return {
                "code": 19021,
                "msg": "sign match fail or timestamp is not within one hour from current time",
            }
        if len(body) > 20_480:
            return {"code": 9499, "msg": "Bad Request", "data": {}}
        card = sent["card"]
        self.posted.append(f"{card['header']['title']['content']}\n\n{card['elements'][0]['content']}")
        return {
            "code": 0,
            "msg": "success",
            "data": {},
            "StatusCode": 0,
            "StatusMessage": "success",
            "Extra": None,
        }


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])
