"""A real dovecot of its own: IMAP on loopback, plain, STARTTLS and TLS, with one mailbox in a folder."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from robot_server import closed_port

USER, PASSWORD = "closeloop@example.com", "r1ght-password"
CAN_RUN = os.name == "posix" and os.geteuid() == 0 and shutil.which("dovecot") is not None

_SETTINGS = """\
base_dir = {here}/run
state_dir = {here}/state
log_path = {here}/log
protocols = imap
listen = 127.0.0.1
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
mail_location = maildir:{here}/mail
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={here}
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot(NamedTuple):
    """Its ports, and the folder of its mailbox."""

    here: Path
    plain: int
    tls: int

    @property
    def mail(self) -> Path:
        return self.here / "mail"

    def deliver(self, raw: bytes, name: str) -> None:
        """Put a mail into the mailbox, as a mail server does."""
        made = self.mail / "tmp" / name
        made.write_bytes(raw)
        shutil.chown(made, "mail", "mail")
        made.rename(self.mail / "new" / name)

    def seen(self) -> list[str]:
        """The names of the mails in the inbox that are marked as seen."""
        names = (path.name for path in (self.mail / "cur").iterdir())
        return sorted(name.split(":")[0] for name in names if "S" in name.partition(":2,")[2])


@contextmanager
def dovecot(here: Path, certificate: Path) -> Iterator[Dovecot]:
    """Run it for a while, in a folder that others may pass through."""
    import pwd

    owner = pwd.getpwnam("mail")
    made = Dovecot(here, closed_port(), closed_port())
    here.chmod(0o755)
    own = here / "both.pem"
    shutil.copy(certificate, own)
    for name in ("tmp", "new", "cur"):
        (made.mail / name).mkdir(parents=True)
    for path in (made.mail, *made.mail.iterdir()):
        shutil.chown(path, "mail", "mail")
    fields = {
        "here": here,
        "certificate": own,
        "password": PASSWORD,
        "uid": owner.pw_uid,
        "gid": owner.pw_gid,
    }
    settings = here / "dovecot.conf"
    settings.write_text(_SETTINGS.format(**fields, plain=made.plain, tls=made.tls))
    running = subprocess.Popen(["dovecot", "-F", "-c", str(settings)], stderr=subprocess.DEVNULL)
    try:
        _wait(made.plain)
        yield made
    finally:
        running.terminate()
        running.wait(20)


def _wait(port: int) -> None:
    import socket

    for _ in range(100):
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as line:
                if line.recv(4):
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("dovecot does not answer")
