"""Bytes to text."""

import codecs

import pytest

from autograder.intake.hand_in import Unreadable
from autograder.intake.text import check_source, decode, plain_lines


@pytest.mark.parametrize(
    "data",
    [
        "é = 1\n".encode(),
        codecs.BOM_UTF8 + "é = 1\n".encode(),
        codecs.BOM_UTF16_LE + "é = 1\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "é = 1\r\n".encode("utf-16-be"),
        "é = 1\r".encode(),
    ],
    ids=["utf-8", "utf-8 with a mark", "utf-16, little", "utf-16, big", "old Mac"],
)
def test_a_file_is_read_as_an_editor_saved_it(data: bytes) -> None:
    assert decode("cell.py", data) == "é = 1\n"


def test_an_empty_file_is_an_empty_text() -> None:
    assert decode("cell.py", b"") == ""


def test_a_line_that_is_no_utf_8_is_named() -> None:
    with pytest.raises(Unreadable, match=r"cell.py is not UTF-8 text \(line 3\); save it as UTF-8."):
        decode("cell.py", b"a\nb\n\xff\n")


def test_every_kind_of_line_end_becomes_a_plain_one() -> None:
    assert plain_lines("a\r\nb\rc\n\r\n\n") == "a\nb\nc\n\n\n"


@pytest.mark.parametrize(
    ("text", "said"), [("a\nb\0", "NUL character (line 2)"), ("\ud800", "half a character (line 1)")], ids=ascii
)
def test_a_character_that_no_source_can_hold_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        check_source("cell.py", text)
    assert said in str(caught.value)


def test_any_other_source_is_taken_as_it_is() -> None:
    assert check_source("cell.py", "x = '\U0001f600'\n") == "x = '\U0001f600'\n"
