"""A process that makes whole passes in children of its own, which may be killed at any moment.

Run as a script it takes a JSON object a line (``folder`` of the ledger, ``port`` of the mail server, ``hour``),
answers with the child's pid, and once more with how the child ended.
"""

import json
import os
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sync.books.memory import MemoryBook
from sync.ledger.ledger import Ledger
from sync.settings import Settings
from sync.snapshot import Tab
from sync.tell.outbox import Outbox
from sync.tell.smtp import SmtpChannel, SmtpSettings
from sync.worker import Pass, run_pass

PEOPLE = 12
DAY = datetime(2024, 6, 3)


def book() -> MemoryBook:
    """Each of the people has two items that are late, and one that is due soon."""
    names = [f"王{chr(0x4E00 + 40 * number)}" for number in range(PEOPLE)]
    rows = [["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态"]]
    for number, name in enumerate(names):
        for due in ("2024-05-29", "2024-05-30", "2024-06-04"):
            rows.append(
                [f"A{len(rows):03}", f"输出《流程V{number}.{due[-2:]}》", name, "客服部", due, "进行中"]
            )
    people = [
        ["姓名", "部门", "邮箱"],
        *([name, "客服部", f"p{at}@example.com"] for at, name in enumerate(names)),
    ]
    return MemoryBook({"t": Tab("t", rows), "通讯录": Tab("通讯录", people)})


def one_pass(folder: Path, port: int, hour: int) -> int:
    """How many mails a pass has sent; into the folder itself where there is no port."""
    channel = SmtpChannel(SmtpSettings("127.0.0.1", port, "none", timeout=10)) if port else Outbox(folder)
    with closing(Ledger.in_file(folder / "ledger.sqlite", "t")) as ledger:
        done = run_pass(book(), ledger, channel, Settings(), DAY.replace(hour=hour))
    return done.mails if isinstance(done, Pass) else -1


def tell(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def obey(order: dict[str, Any]) -> None:
    """Fork a child for one pass; say its pid, then how it ended."""
    answer, answerer = os.pipe()
    pid = os.fork()
    if pid == 0:
        mails = one_pass(Path(order["folder"]), order["port"], order["hour"])
        os.write(answerer, str(mails).encode())
        os._exit(0)
    os.close(answerer)
    tell({"pid": pid})
    _, status = os.waitpid(pid, 0)
    said = os.read(answer, 20)
    os.close(answer)
    tell({"killed": os.WIFSIGNALED(status), "mails": int(said) if said else None, "status": status})


if __name__ == "__main__":
    with TemporaryDirectory() as warming:  # what is made once need not be made by each child
        one_pass(Path(warming), 0, 10)
    for line in sys.stdin:
        obey(json.loads(line))
