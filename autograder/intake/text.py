"""Bytes to text, as Python would read them, and where Python would not, as the student's editor most likely meant."""

import codecs
import re
from collections.abc import Iterator

from autograder.intake.foreign import foreign_kind
from autograder.intake.hand_in import Unreadable

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before that of UTF-16, which it begins with
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DECLARED = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
COMMENT = re.compile(rb"^[ \t\f]*(?:#.*)?$")
# Other codecs of Python's are no encodings of text, or take a time that grows with the square of the length.
PLAIN_CODECS = re.compile(
    r"utf-(8|8-sig|16.*|32.*)|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|mac-\w+|euc_\w+|johab|gb\w+|hz|big5\w*|shift_jis\w*"
)
LIKELY = ("cp949", "cp1252", "shift_jis", "gb18030", "cp1251")
FULL_KANA = ("\u3040", "\u30ff")
HANGUL = ("\uac00", "\ud7a3")
MOST_LOOKED_AT = 20_000
HIGH = re.compile(rb"[\x80-\xff]+")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
TYPED = (
    (re.compile("[\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb]"), "has curly quotes; type plain ones there."),
    (re.compile("[\u00a0\u2007\u202f\u3000\u200b\ufeff]"), "has a space that is none to Python; type a plain one."),
    (re.compile(r"^\s*(?:>>>|In \[\d*\]:)"), "begins with a prompt; take the prompts away."),
    (re.compile(r"^\s*```"), "is a fence of Markdown; take these lines away."),
)


def decode(name: str, data: bytes) -> str:
    """Decode a file; every line ends in a plain newline."""
    return decode_with_note(name, data)[0]


def decode_with_note(name: str, data: bytes) -> tuple[str, str]:
    """Decode a file, and say so where Python would not have read it.

    Raises:
        Unreadable: it is something else than text, or text that nothing fits.
    """
    if kind := foreign_kind(data):
        raise Unreadable(f"{name} is {kind}, and holds no code that can be read; hand in the .py or .ipynb itself.")
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return plain_lines(_strictly(name, data, encoding)), ""
    for encoding in (_declared(data), *([] if b"\0" in data else ["utf-8"])):
        text = _perhaps(data, encoding)
        if text is not None:
            return plain_lines(text), ""
    return _guessed(name, data)


def _strictly(name: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(f"{name} is not UTF-8 text (line {_line(data, error.start)}); save it as UTF-8.") from None


def _perhaps(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding) if encoding else None
    except (UnicodeDecodeError, LookupError):
        return None


def _declared(data: bytes) -> str:
    """Return the encoding that one of the first two lines declares (PEP 263), if it is one of text."""
    for line in data[:1000].splitlines()[:2]:
        if found := DECLARED.match(line):
            return _plain_codec(found[1].decode("ascii", "replace"))
        if not COMMENT.match(line):
            break
    return ""


def _plain_codec(name: str) -> str:
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return codec if PLAIN_CODECS.fullmatch(codec) else ""


def _guessed(name: str, data: bytes) -> tuple[str, str]:
    if b"\0" in data:
        wide = _wide(data)
        text = _perhaps(data, wide)
        if text is None or "\0" in text:
            return plain_lines(_strictly(name, data, "utf-8")), ""
        return plain_lines(text), f"{name} is not UTF-8, and was read as {wide}."
    line = _line(data, _first_wrong(data))
    encoding = _likely(data)
    text = _perhaps(data, encoding)
    if text is None or CONTROL.search(text):
        raise Unreadable(f"{name} is not UTF-8 text (line {line}); save it as UTF-8.")
    return plain_lines(text), f"{name} is not UTF-8, and was read as {encoding}. See line {line}."


def _wide(data: bytes) -> str:
    """Tell UTF-16 without its mark by where the zeros stand."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if len(data) % 2 or max(even, odd) * 3 < len(data) // 2:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _likely(data: bytes) -> str:
    """Choose among the likely encodings, by the lines that are not plain ASCII."""
    lines = [line for line in data.splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:MOST_LOOKED_AT]
    sample = sample[: sample.rfind(b"\n")] if len(sample) == MOST_LOOKED_AT and b"\n" in sample else sample
    if all(len(run) == 1 for run in HIGH.findall(sample)) and _perhaps(data, "cp1252") is not None:
        return "cp1252"
    if _share(sample, "euc_kr", HANGUL) == 1:
        return "cp949"
    if _share(sample, "shift_jis", FULL_KANA) > 0.5:
        return "shift_jis"
    fitting = [encoding for encoding in LIKELY if _perhaps(data, encoding) is not None]
    return _by_statistics(sample, fitting) or next(iter(fitting), "")


def _share(sample: bytes, encoding: str, letters: tuple[str, str]) -> float:
    """Say which part of the letters beyond ASCII belongs to a script; punctuation does not count."""
    text = _perhaps(sample, encoding) or ""
    beyond = [character for character in text if not character.isascii() and character.isalpha()]
    return sum(letters[0] <= one <= letters[1] for one in beyond) / len(beyond) if beyond else 0.0


def _by_statistics(sample: bytes, fitting: list[str]) -> str:
    try:
        from charset_normalizer import from_bytes
    except ModuleNotFoundError:  # a student's install has none
        return ""
    found = from_bytes(sample, cp_isolation=fitting).best() if fitting else None
    return found.encoding if found and found.encoding in fitting else ""


def _first_wrong(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


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


def typed_elsewhere(name: str, text: str) -> Iterator[str]:
    """Say in which line of a text that does not parse stands what a word processor or a console has put there."""
    for pattern, said in TYPED:
        lines = (number for number, line in enumerate(text.split("\n"), 1) if pattern.search(line.split("#")[0]))
        if first := next(lines, None):
            yield f"{name}, line {first} {said}"
