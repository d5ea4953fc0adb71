"""The folder of messages: names, what is never overwritten, and what a full or closed folder means."""

import os
import re

import pytest
from tell_samples import CLOSELOOP, LETTER, NOW, ZHANG, mail

from sync.faults import DeliveryFault
from sync.tell.digest import Letter
from sync.tell.letter import message
from sync.tell.notice import Recipient
from sync.tell.outbox import Outbox


def sent(folder, *messages):
    with Outbox(folder).open() as post:
        return [post.send(made) for made in messages]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_name_says_when_and_to_whom(tmp_path):
    sent(tmp_path, mail())
    (name,) = names(tmp_path)
    assert re.fullmatch(r"20261120T011500Z-zhangsan@example\.com-[0-9a-f]{8}\.eml", name)


def test_the_file_is_the_message(tmp_path):
    sent(tmp_path, mail())
    (file,) = tmp_path.iterdir()
    assert file.read_bytes() == mail().as_bytes()


def test_the_folder_is_made(tmp_path):
    sent(tmp_path / "a" / "b", mail())
    assert len(names(tmp_path / "a" / "b")) == 1


def test_the_same_message_again_is_one_file(tmp_path):
    assert all(delivery.sent for delivery in sent(tmp_path, mail(), mail()))
    assert len(names(tmp_path)) == 1


def test_another_message_is_never_overwritten(tmp_path):
    sent(tmp_path, mail())
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"somebody else's")
    assert sent(tmp_path, mail())[0].sent
    assert file.read_bytes() == b"somebody else's"
    assert names(tmp_path)[0].endswith("-2.eml")
    sent(tmp_path, mail())
    assert len(names(tmp_path)) == 2


def test_names_sort_by_the_moment(tmp_path):
    later = message(LETTER, Recipient("a", "a@example.com"), CLOSELOOP, ("k",), NOW.replace(hour=23))
    sent(tmp_path, later, mail())
    assert [name.split("-")[1][0] for name in names(tmp_path)] == ["z", "a"]


@pytest.mark.parametrize(
    "email", ["../../x@example.com", "a/b@c.d", "x" * 64 + "@" + "y" * 60 + ".com", "张三@例子.中国"]
)
def test_an_address_cannot_leave_the_folder(tmp_path, email):
    folder = tmp_path / "out"
    assert sent(folder, mail(to=Recipient("张三", email)))[0].sent
    (name,) = names(folder)
    assert re.fullmatch(r"[A-Za-z0-9.@+_-]{1,120}", name)
    assert names(tmp_path) == ["out"]


def test_a_message_without_a_date_has_a_name(tmp_path):
    undated = mail()
    del undated["Date"]
    sent(tmp_path, undated)
    assert names(tmp_path)[0].startswith("undated-")


def test_nothing_half_written_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", full_disk)
    (delivery,) = sent(tmp_path, mail())
    assert (delivery.sent, delivery.permanent, delivery.unsure) == (False, False, False)
    assert "No space left" in delivery.detail
    assert names(tmp_path) == []


def full_disk(handle: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_folder_that_cannot_be_made_is_a_fault(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DeliveryFault, match="give the settings a folder that can be written"):
        sent(tmp_path / "file" / "out", mail())


def test_a_folder_that_goes_away_is_an_answer(tmp_path):
    with Outbox(tmp_path / "out").open() as post:
        (tmp_path / "out").rmdir()
        assert not post.send(mail()).sent


def test_several_letters_of_one_moment(tmp_path):
    letters = [Letter(str(number), "t", "h") for number in range(5)]
    assert all(delivery.sent for delivery in sent(tmp_path, *(mail(letter, ZHANG) for letter in letters)))
    assert len(names(tmp_path)) == 5
