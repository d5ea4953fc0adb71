"""An SMTP server over a real socket that answers, and hangs up, as a test tells it to, on plain lines and in TLS."""

import socket
import ssl
import struct
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

DROP = None
"""Instead of an answer: hang up."""

POLITE: Mapping[str, str | None] = {
    "greeting": "220 scripted",
    "EHLO": "250-scripted\r\n250 SIZE 99999999",
    "STARTTLS": "220 go ahead",
    "handshake": "",  # DROP hangs up when the client has said its first word of TLS
    "secured": "",  # DROP hangs up once the line is encrypted
    "AUTH": "235 in",
    "logged in": "",  # DROP hangs up once the login was taken
    "MAIL": "250 sender ok",
    "RCPT": "250 recipient ok",
    "DATA": "354 go ahead",
    "body": "",  # DROP hangs up after the first line of the message
    "dot": "250 queued as 42",
    "RSET": "250 reset",
    "QUIT": "221 bye",
}


class ScriptedServer:
    """Each connection gets the next of the scripts (the last one again and again), laid over POLITE.

    ``messages`` are those whose final dot arrived, ``commands`` the verbs of each connection. With a ``certificate`` it
    speaks TLS after STARTTLS, which the script's EHLO has to offer.
    """

    def __init__(self, *scripts: Mapping[str, str | None], certificate: Path | None = None) -> None:
        self.scripts = list(scripts) or [{}]
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
        if self._context and certificate:
            self._context.load_cert_chain(certificate)
        self.messages: list[bytes] = []
        self.commands: list[list[str]] = []
        self._socket = socket.socket()
        # A small buffer: a client notices at once that nobody reads a large message.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> "ScriptedServer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            at = min(len(self.commands), len(self.scripts) - 1)
            self.commands.append([])
            with connection:
                try:
                    self._talk(connection, POLITE | dict(self.scripts[at]))
                except OSError:
                    continue

    def _talk(self, connection, script) -> None:
        if not self._say(connection, script["greeting"]):
            return
        with ExitStack() as lines_of:
            lines = lines_of.enter_context(connection.makefile("rb"))
            while line := lines.readline():
                verb = line.split()[0].decode("ascii", "replace").upper()
                self.commands[-1].append(verb)
                answer = script.get(verb, "502 what?")
                if not self._say(connection, answer) or verb == "QUIT" or answer.startswith("421"):
                    return
                if verb == "DATA" and answer.startswith("354") and not self._take(connection, lines, script):
                    return
                if verb == "AUTH" and script["logged in"] is DROP:
                    self._say(connection, DROP)
                    return
                if verb == "STARTTLS":
                    connection = self._secured(connection, script)
                    if connection is None:
                        return
                    lines_of.enter_context(connection)
                    lines = lines_of.enter_context(connection.makefile("rb"))

    def _secured(self, connection, script) -> ssl.SSLSocket | None:
        """The line in TLS; None where it was to be dropped inside the handshake or right after it."""
        if script["handshake"] is DROP:
            connection.recv(8)
            self._say(connection, DROP)
            return None
        secured = self._context.wrap_socket(connection, server_side=True)
        if script["secured"] is DROP:
            with secured:
                self._say(secured, DROP)
            return None
        return secured

    def _take(self, connection, lines, script) -> bool:
        message = b""
        while (line := lines.readline()) != b".\r\n":
            message += line
            if script["body"] is DROP or not line:
                return self._say(connection, DROP)
        self.messages.append(message)
        return self._say(connection, script["dot"]) and not script["dot"].startswith("421")

    @staticmethod
    def _say(connection: socket.socket, answer: str | None) -> bool:
        if answer is DROP:
            # Closing with nothing left to linger for resets the line: what a crashed server looks like.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        connection.sendall(answer.encode() + b"\r\n")
        return True
