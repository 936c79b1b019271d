"""Bytes to text, as Python would read them: UTF-8 or, with its mark, UTF-16."""

import codecs

from autograder.intake.hand_in import Unreadable


def decode(name: str, data: bytes) -> str:
    """Decode a file; every line ends in a plain newline."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"{name} is not UTF-8 text (line {line}); save it as UTF-8.") from None
    return plain_lines(text)


def plain_lines(text: str) -> str:
    """End every line in a plain newline."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check_source(name: str, text: str) -> str:
    """Return a source text, or say which character no Python source can hold."""
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable(f"{name} has a NUL character (line {line}); remove it, or save the file as UTF-8.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise Unreadable(f"{name} has half a character (line {line}); type that line again.") from None
    return text
