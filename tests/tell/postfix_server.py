"""A real postfix of its own: its ports on loopback, TLS, login, and every mail into one folder."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from robot_server import closed_port

USER, PASSWORD, DOMAIN = "closeloop", "r1ght-password", "example.com"
CAN_RUN = os.name == "posix" and os.geteuid() == 0 and all(map(shutil.which, ("postfix", "saslpasswd2")))

_MAIN = """\
compatibility_level = 3.6
config_directory = {here}/etc
queue_directory = {here}/queue
data_directory = {here}/data
maillog_file_prefixes = {here}
maillog_file = {here}/log
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mx.{domain}
mydestination =
alias_maps =
mynetworks =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {here}/mail
virtual_mailbox_maps = inline:{{ {{ lisi@{domain} = all/ }}, {{ zhangsan@{domain} = all/ }} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {certificate}
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = {domain}
cyrus_sasl_config_path = {here}/etc/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtputf8_enable = yes
"""
_SERVICES = """\
127.0.0.1:{starttls} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
127.0.0.1:{tls} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(NamedTuple):
    """Ports by kind of encryption, and where mails and the log are."""

    ports: dict[str, int]
    here: Path

    def mails(self, count: int) -> list[bytes]:
        """The mails that have been delivered, once there are so many."""
        folder = self.here / "mail" / "all" / "new"
        for _ in range(200):
            if folder.is_dir() and len(list(folder.iterdir())) >= count:
                break
            time.sleep(0.05)
        return [path.read_bytes() for path in sorted(folder.iterdir())] if folder.is_dir() else []

    def log(self) -> str:
        return (self.here / "log").read_text("utf-8", "replace")


@contextmanager
def postfix(here: Path, certificate: Path) -> Iterator[Postfix]:
    """Run one in an empty folder that everybody may enter."""
    made = Postfix({"starttls": closed_port(), "tls": closed_port()}, here)
    _lay_out(made, certificate)
    command = ["postfix", "-c", str(here / "etc")]
    subprocess.run([*command, "start"], check=True, capture_output=True)
    try:
        yield made
    finally:
        subprocess.run([*command, "stop"], check=True, capture_output=True)


def _lay_out(made: Postfix, certificate: Path) -> None:
    here = made.here
    for name in ("etc", "queue", "data", "mail", "etc/sasl"):
        (here / name).mkdir()
    shutil.chown(here / "data", "postfix", "postfix")
    shutil.chown(here / "mail", "postfix", "postfix")
    own = here / "both.pem"
    shutil.copy(certificate, own)
    owner = (here / "mail").stat()
    fields = {"here": here, "domain": DOMAIN, "uid": owner.st_uid, "gid": owner.st_gid, "certificate": own}
    (here / "etc" / "main.cf").write_text(_MAIN.format(**fields))
    (here / "etc" / "master.cf").write_text(_SERVICES.format(**made.ports))
    database = here / "data" / "users"
    (here / "etc" / "sasl" / "smtpd.conf").write_text(
        f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {database}\nmech_list: PLAIN LOGIN\n"
    )
    subprocess.run(
        ["saslpasswd2", "-p", "-c", "-f", str(database), "-u", DOMAIN, USER],
        input=PASSWORD, text=True, check=True, capture_output=True,
    )  # fmt: skip
    shutil.chown(database, "postfix", "postfix")
