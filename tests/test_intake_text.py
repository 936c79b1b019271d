"""Bytes to text."""

import codecs
from pathlib import Path

import pytest
from reports import SINE

from autograder.intake import read_one
from autograder.intake.hand_in import Unreadable
from autograder.intake.text import check_source, decode, decode_with_note, plain_lines, typed_elsewhere
from autograder.isolation.limits import Limits


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


def test_a_line_that_is_no_text_is_named() -> None:
    with pytest.raises(Unreadable, match=r"cell.py is not UTF-8 text \(line 3\); save it as UTF-8."):
        decode("cell.py", b"a\nb\n\xff\x01\n")


PLAIN = "import torch\n\n\ndef step(x):\n    return x\n"


@pytest.mark.parametrize(
    ("encoding", "comment"),
    [
        ("cp949", "# 제출자: 김철수\n"),
        ("cp949", "# 이 함수는 RNN의 상태를 계산합니다\n"),
        ("cp949", "# 김\n"),
        ("cp1252", "# Müller – “quotes”\n"),
        ("cp1252", "# Zoë, 20 °C\n"),
        ("shift_jis", "# これはテストです\n"),
        ("gb18030", "# 这是循环神经网络的状态\n"),
        ("cp1251", "# это функция для вычисления\n"),
        ("utf-16-le", "# 김철수\n"),
        ("utf-16-be", "# Zoë\n"),
    ],
)
def test_what_an_editor_saved_otherwise_is_read_and_said(encoding: str, comment: str) -> None:
    text, note = decode_with_note("cell.py", (comment + PLAIN).encode(encoding))

    assert text == comment + PLAIN
    assert note.startswith(f"cell.py is not UTF-8, and was read as {encoding}.")


SIGNS = {"cp949": "김", "euc-kr": "김", "shift_jis": "テ", "koi8-r": "Ж", "gbk": "这", "latin-1": "é", "utf-8": "é"}


@pytest.mark.parametrize("encoding", SIGNS)
@pytest.mark.parametrize("first", ["", "#!/usr/bin/env python\n", "\n"], ids=ascii)
def test_a_declared_encoding_is_what_python_takes_it_for(encoding: str, first: str) -> None:
    text = f"{first}# -*- coding: {encoding} -*-\nx = '{SIGNS[encoding]}'\n"

    assert decode_with_note("cell.py", text.encode(encoding)) == (text, "")


@pytest.mark.parametrize("encoding", ["rot13", "punycode", "idna", "unicode_escape", "zlib", "no-such", "x" * 90])
def test_a_declared_encoding_that_is_none_of_text_is_passed_over(encoding: str) -> None:
    text = f"# coding: {encoding}\nx = 'é'\n"

    assert decode_with_note("cell.py", text.encode()) == (text, "")


def test_a_declaration_that_is_wrong_is_passed_over() -> None:
    data = "# coding: utf-8\n# 제출자: 김철수\n".encode("cp949")

    assert "was read as cp949" in decode_with_note("cell.py", data)[1]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\3\4....word/document.xml", "a Word file"),
        (b"PK\3\4....", "a zip archive"),
        (b"%PDF-1.7\n", "a PDF file"),
        (b"{\\rtf1\\ansi", "an RTF file"),
        (b"Rar!\x1a\7\1\0", "a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"\n<!DOCTYPE HTML><p>", "a web page (HTML)"),
        (b"<html><pre>", "a web page (HTML)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word or HWP file"),
        (b"\x89PNG\r\n", "a picture"),
    ],
    ids=ascii,
)
def test_what_is_no_text_is_called_what_it_is(data: bytes, kind: str) -> None:
    with pytest.raises(Unreadable) as caught:
        decode("cell.py", data)
    assert f"cell.py is {kind}, " in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\ny = \u201ca\u201d\n", "cell.py, line 2 has curly quotes"),
        ("# \u201ca\u201d\ny =\u00a01\n", "cell.py, line 2 has a space"),
        (">>> x = 1\n", "cell.py, line 1 begins with a prompt"),
        ("x = 1\n  In [3]: y\n", "cell.py, line 2 begins with a prompt"),
        ("```python\nx = 1\n```\n", "cell.py, line 1 is a fence of Markdown; take these lines away."),
    ],
    ids=ascii,
)
def test_what_a_word_processor_or_a_console_put_there_is_said_with_its_line(text: str, said: str) -> None:
    (note,) = typed_elsewhere("cell.py", text)

    assert note.startswith(said)


def test_curly_quotes_in_a_string_are_nobodys_business(tmp_path: Path) -> None:
    (tmp_path / "cell.py").write_text("x = '\u201ca\u201d'\n", encoding="utf-8")
    (tmp_path / "windows.py").write_text("x = \u201ca\u201d\n", encoding="utf-8")

    sources = read_one(tmp_path, SINE, Limits()).sources

    assert sources["cell"].notes == ()
    assert sources["windows"].notes == ("windows.py, line 1 has curly quotes; type plain ones there.",)


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
