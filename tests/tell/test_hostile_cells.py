"""Whatever stands in a cell, the mail that is parsed again has our tags, our links and our headers only."""

from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tell_samples import CLOSELOOP, NOW, ZHANG, notice

from sheet_templates import words
from sync.tell.digest import compose, digests
from sync.tell.letter import message
from sync.tell.notice import Recipient

TAGS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></table>",
    "<!--",
    "]]>",
    "&#60;b&#62;",
    "<a href='javascript:x'>",
]
SIGNS = [
    '"',
    "'",
    "<",
    ">",
    "&",
    "=",
    "\r\n",
    "\n",
    "\u202e",
    "\u200f",
    "🚀",
    "👩\u200d👧",
    "张",
    "\x00",
    "=?utf-8?q?=0D=0ABcc?=",
    "{{ 7 * 7 }}",
]
CELL = st.lists(st.sampled_from([*TAGS, *SIGNS]) | st.text(max_size=40), max_size=12).map("".join)
EVIL = "".join([*TAGS, *SIGNS])


class Tags(HTMLParser):
    """The tags of a page with the names of their attributes, and all addresses that it refers to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str | None] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(name for name, _ in attrs)))
        self.addresses += [value for name, value in attrs if name in {"href", "src", "action", "background"}]


def parsed_mail(cell: str, book: str, person: str):
    fields = {
        "description": cell,
        "meeting": cell,
        "owner": cell,
        "department": cell,
        "status": cell,
        "problems": (cell,),
    }
    (digest,) = digests([notice(to=Recipient(person, ZHANG.email), **fields)])
    made = message(
        compose(digest, words("zh-CN"), book), digest.recipient, CLOSELOOP, ("k",), NOW, thread=book
    )
    return message_from_bytes(made.as_bytes(), policy=default)


HARMLESS = parsed_mail("提交需求确认单", "跟踪表", "张三")


@given(cell=CELL, book=CELL, person=CELL)
@example(EVIL, EVIL, EVIL)
@example("x" * 300, "长" * 300, "🚀" * 300)
@settings(deadline=None, max_examples=150)
def test_cells_and_names_stay_text(cell, book, person):
    read, calm = parsed_mail(cell, book, person), HARMLESS
    assert read.keys() == calm.keys()
    assert [each.addr_spec for each in read["To"].addresses] == [ZHANG.email]
    page, usual = (Tags(mail.get_body(("html",)).get_content()) for mail in (read, calm))
    assert {tag for tag, _ in page.found} <= {tag for tag, _ in usual.found}
    assert set(page.found) <= set(usual.found)
    assert page.addresses == usual.addresses
