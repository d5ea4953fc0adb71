"""Headers and bodies, read back with the standard library."""

import re
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tell_samples import CLOSELOOP, LETTER, NOW, ZHANG, mail, parsed

from sync.tell.digest import Letter
from sync.tell.letter import NAME_LENGTH, SUBJECT_LENGTH, Sender, message, recipient_of, sender_of
from sync.tell.notice import Recipient

HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "List-Id",
    "Reply-To", "MIME-Version", "Content-Type",
]  # fmt: skip

HOSTILE = [
    "张三\r\nBcc: everyone@example.com",
    "Subject\n\n<html>",
    '"quoted" <evil@example.com>, other',
    "逗号,分号;尖括号<>",
    'back\\slash \\" end',
    "🚀 emoji 👩\u200d👩\u200d👧\u200d👦",
    "\u202eright to left\u202c \u200f\u061c",
    "=?utf-8?q?encoded?=",
    "long " * 60,
    "长" * 300,
    "x" * 300,
    "\x00\x07\x1b\x7f",
    "line\u2028para\u2029graph\x0b\x0c\x85",
    "e\u0301" * 200,
    "",
    " ",
    "(comment) a@b",
    "\ud800 half",
]


def content(part: EmailMessage) -> str:
    """A part's text; base64 keeps the line ends of the wire."""
    return part.get_content().replace("\r\n", "\n")


def test_the_headers():
    read = parsed(mail().as_bytes())
    assert read.keys() == HEADERS
    assert str(read["From"]) == "闭环 <closeloop@example.com>"
    assert str(read["To"]) == "张三 <zhangsan@example.com>"
    assert read["Subject"] == "[闭环] 1 项逾期"
    assert read["Date"].datetime == NOW
    assert read["Date"].datetime.utcoffset() == timedelta(hours=8)
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["X-Auto-Response-Suppress"] == "All"
    assert read["List-Id"] == "<closeloop.example.com>"
    assert str(read["Reply-To"]) == "coordinator@example.com"


def test_the_bodies():
    read = parsed(mail().as_bytes())
    assert read.get_content_type() == "multipart/alternative"
    plain, rich = read.iter_parts()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    assert (content(plain), content(rich)) == (LETTER.text, LETTER.html)
    assert plain.get_content_charset() == rich.get_content_charset() == "utf-8"


def test_no_reply_to_when_none_is_set():
    assert mail(sender=Sender("闭环", "closeloop@example.com"))["Reply-To"] is None


def test_the_same_input_gives_the_same_bytes():
    assert mail().as_bytes() == mail().as_bytes()


def test_the_message_id_follows_from_the_keys_alone():
    def identity(keys, letter=LETTER, to=ZHANG, now=NOW):
        return message(letter, to, CLOSELOOP, keys, now)["Message-ID"]

    later = NOW + timedelta(days=1)
    assert identity(("a", "b")) == identity(
        ("b", "a"), Letter("s", "t", "h"), Recipient("x", "x@example.org"), later
    )
    assert len({identity(keys) for keys in [(), ("a",), ("ab",), ("a", "b"), ("a\nb",), ('a", "b',)]}) == 6
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.com>", identity(("a",)))


def test_the_boundary_is_in_no_body():
    forged = mail(Letter("s", f"--{mail().get_boundary()}--\n", "<p>x</p>\n"))
    assert [content(part) for part in parsed(forged.as_bytes()).iter_parts()] == [
        f"--{forged.get_boundary()}--\n",
        "<p>x</p>\n",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_subjects_stay_where_they_are(text):
    made = message(
        Letter(text, "t\n", "h\n"), Recipient(text, ZHANG.email), Sender(text, "c@example.com"), ("k",), NOW
    )
    assert_sound(made.as_bytes(), "c@example.com", ZHANG.email)


anything = st.text(alphabet=st.characters(), max_size=350)


@given(subject=anything, name=anything, sender=anything, body=anything)
@settings(deadline=None, max_examples=150)
def test_headers_are_safe_whatever_the_text(subject, name, sender, body):
    made = message(
        Letter(subject, body, body),
        Recipient(name, ZHANG.email),
        Sender(sender, "c@example.com"),
        ("k",),
        NOW,
    )
    assert_sound(made.as_bytes(), "c@example.com", ZHANG.email)


@given(email=anything)
@settings(deadline=None, max_examples=150)
def test_an_address_never_adds_a_recipient_or_a_header(email):
    made = message(LETTER, Recipient("张三", email), CLOSELOOP, ("k",), NOW)
    address = recipient_of(made)
    read = parsed(made.as_bytes())
    assert read.keys() == HEADERS
    if address is not None:
        (found,) = read["To"].addresses
        # Raw UTF-8 in a header is bytes to Python's parser.
        assert found.addr_spec.encode("utf-8", "surrogateescape").decode() == address


def assert_sound(raw: bytes, sender: str, recipient: str) -> None:
    """Only our headers, one sender, one recipient, short lines, nothing that acts in what is shown."""
    read = parsed(raw)
    assert set(read.keys()) <= set(HEADERS)
    assert len(read.keys()) == len(set(read.keys()))
    assert [found.addr_spec for found in read["From"].addresses] == [sender]
    assert [found.addr_spec for found in read["To"].addresses] == [recipient]
    shown = [read["Subject"], read["To"].addresses[0].display_name, read["From"].addresses[0].display_name]
    assert all(
        not re.search(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\u200e\u200f\u061c]", text)
        for text in shown
    )
    assert len(shown[0]) <= SUBJECT_LENGTH
    # Between the encoded words of a name, Python's parser leaves spaces that are not part of it.
    assert all(len(name.replace(" ", "")) <= NAME_LENGTH for name in shown[1:])
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert len(list(read.iter_parts())) == 2


@pytest.mark.parametrize(
    "name", ["张三", '王"小"五', "O'Brien, Pat", "a@b.c", "李四 (市场部)", "张,三;李", "Li 四"]
)
def test_a_name_arrives_as_it_was(name):
    read = parsed(mail(to=Recipient(name, ZHANG.email)).as_bytes())
    assert read["To"].addresses[0].display_name == name


@pytest.mark.parametrize("late", range(0, 20, 3))
@pytest.mark.parametrize(
    "book", ["客户会议跟踪表", "2026 年 Q3 华东区 重点客户 跨部门协调会议 行动项跟踪表", "tracker v2.xlsx"]
)
def test_a_subject_arrives_as_it_was(late, book):
    subject = f"[闭环] {late} 项风险预警、{late} 项逾期，另抄送 2 项 — {book}"
    assert parsed(mail(Letter(subject, "", "")).as_bytes())["Subject"] == subject


@pytest.mark.parametrize("smuggled", ["=?utf-8?q?=0D=0ABcc=3A_x?=", "=?utf-8?b?4oCu?=", "=?=?utf-8?q?x?="])
def test_nothing_is_smuggled_in_as_an_encoded_word(smuggled):
    read = parsed(mail(Letter(smuggled, "", ""), Recipient(smuggled, ZHANG.email)).as_bytes())
    assert [read["Subject"], read["To"].addresses[0].display_name] == [smuggled.replace("=?", "= ?")] * 2


def test_a_foreign_domain_is_written_in_ascii():
    made = mail(to=Recipient("张三", "zhangsan@例子.中国"))
    assert recipient_of(made) == "zhangsan@xn--fsqu00a.xn--fiqs8s"
    assert made.as_bytes().isascii()


def test_a_foreign_sender_s_domain_makes_an_ascii_message_id():
    assert mail(sender=Sender("闭环", "c@例子.中国"))["Message-ID"].endswith("@xn--fsqu00a.xn--fiqs8s>")


def test_a_foreign_local_part_stays_for_smtputf8():
    made = mail(to=Recipient("张三", "张三@例子.中国"))
    assert recipient_of(made) == "张三@xn--fsqu00a.xn--fiqs8s"
    assert "张三@xn--fsqu00a.xn--fiqs8s".encode() in made.as_bytes()


@pytest.mark.parametrize(
    "email",
    [
        "", "zhangsan", "@example.com", "zhangsan@", "a@b@c", "a@b.c, d@e.f", "a@b.c;d@e.f", "<a@b.c>", "a@.",
        f"{'x' * 65}@example.com", f"x@{'y' * 300}.com", "a@例..子", '"a b"@example.com', "张三 <a@b.c>", "a@-例" + "子" * 80,
    ],
)  # fmt: skip
def test_what_is_no_address_has_no_recipient(email):
    made = mail(to=Recipient("张三", email))
    assert recipient_of(made) is None
    assert parsed(made.as_bytes()).keys() == HEADERS


@pytest.mark.parametrize(
    "email", ["root@localhost", "a.b+c@x-y.example.com", "o'brien@example.com", " a@b.c\n"]
)
def test_what_is_an_address_is_kept(email):
    assert recipient_of(mail(to=Recipient("张三", email))) == email.strip()


def test_a_message_without_a_sender_has_none():
    assert sender_of(mail()) == "closeloop@example.com"
    assert sender_of(mail(sender=Sender("闭环", "nobody"))) is None


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Hello,\n" * 90, "quoted-printable"), ("您好,\n" * 90, "base64"), ("x" * 5000, "quoted-printable")],
)
def test_bodies_survive_old_relays(text, encoding):
    read = parsed(mail(Letter("s", text, text)).as_bytes())
    plain = next(read.iter_parts())
    assert plain["Content-Transfer-Encoding"] == encoding
    assert content(plain).rstrip("\n") == text.rstrip("\n")


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        message(LETTER, ZHANG, CLOSELOOP, ("k",), datetime(2026, 11, 20, 9))


# Threads.


def test_mails_about_one_tracker_to_one_person_share_a_root():
    def roots(thread="跟踪表", email=ZHANG.email, key="k"):
        read = parsed(
            message(LETTER, Recipient("张三", email), CLOSELOOP, (key,), NOW, thread=thread).as_bytes()
        )
        assert read["In-Reply-To"] == read["References"]
        return read["References"]

    assert roots() == roots(key="another") == roots(email="ZhangSan@Example.com")
    assert len({roots(), roots(thread="另一张表"), roots(email="lisi@example.com")}) == 3
    assert re.fullmatch(r"<[0-9a-f]{32}\.thread@example\.com>", roots())
    assert roots() != mail()["Message-ID"]


def test_without_a_thread_nothing_is_referred_to():
    assert mail()["References"] is mail()["In-Reply-To"] is None


@given(thread=anything, email=anything)
@settings(deadline=None, max_examples=60)
def test_a_thread_is_a_plain_id_whatever_the_names(thread, email):
    made = message(LETTER, Recipient("张三", email), CLOSELOOP, ("k",), NOW, thread=thread)
    read = parsed(made.as_bytes())
    assert re.fullmatch(r"<[0-9a-f]{32}\.thread@example\.com>", read["References"])
    assert set(read.keys()) == {*HEADERS, "References", "In-Reply-To"}
