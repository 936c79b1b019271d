"""Names as given, names on disk, and names in a sentence."""

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable

from autograder.text.clean import BLANK

LONGEST = 100
LONGEST_BYTES = 200  # a name on disk has 255 of them, and a letter may take four
LETTERS = ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd")
KIT = {"grades.csv", "marks.csv", "class.json", "run.json", "junit.xml", "index.html", "report.html"}
KIT |= {"results.json", "record.json", "identical.json", "similar.html"}
KIT |= {"grades.previous.csv", "changes.csv", "published.json"}
DEVICES = {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
NOT_OWN = {"__macosx", "__pycache__", "venv", "env", "virtualenv", "node_modules", "site-packages", "dist-packages"}
DIRECTING = re.compile("[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]")


def name_key(name: str) -> str:
    """Reduce a name to what is left when case and Unicode form do not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def is_ignored(name: str) -> bool:
    """Say whether a file or folder is nobody's work: dot files and what macOS adds to archives."""
    return name.startswith(".") or name_key(name) == "__macosx"


def is_not_own(folder: str) -> bool:
    """Say whether a folder in a hand-in holds what programs put there: installed packages, caches, checkpoints."""
    return is_ignored(folder) or name_key(folder) in NOT_OWN


def is_misleading(name: str) -> bool:
    """Say whether control characters make a name look like another."""
    return DIRECTING.search(name) is not None


def as_given(name: str) -> str:
    """Turn a name from the disk into text; bytes that are no UTF-8 are spelled out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def printable_name(name: str) -> str:
    """Make a name fit to stand in a sentence: short, and what does not print is escaped."""
    if len(name) > 80:
        name = name[:77] + "..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def folder_names(names: Iterable[str]) -> dict[str, str]:
    """Give every name a folder of its own, also where the disk does not tell `Ada` from `ada`.

    Plain names come first, so that nobody's name is taken by the plain form of another.
    """
    ordered = sorted(names, key=lambda name: (not _is_plain(name), name))
    folders: dict[str, str] = {}
    taken: set[str] = set()
    for name in ordered:
        folders[name] = _free_folder(name, taken)
        taken.add(name_key(folders[name]))
    return folders


def _free_folder(name: str, taken: set[str]) -> str:
    if _is_plain(name) and name_key(name) not in taken:
        return name
    digits = 8
    while name_key(_with_hash(name, digits)) in taken:
        digits += 8
    return _with_hash(name, digits)


def _is_plain(name: str) -> bool:
    """Say whether a name can be a folder's on every file system, in whatever script it is."""
    reserved = name.lower() in KIT or name.lower().split(".")[0] in DEVICES
    fits = 0 < len(name) <= LONGEST and len(name.encode("utf-8", "replace")) <= LONGEST_BYTES
    starts = not name.startswith((".", "-")) and unicodedata.category(name[:1] or ".")[0] != "M"
    return fits and starts and not reserved and _readable(name) == name


def _readable(name: str) -> str:
    """Keep the letters and digits of any script, composed; what stands between them becomes `_`."""
    composed = unicodedata.normalize("NFC", name)
    return re.sub("\0+", "_", "".join(one if _is_readable(one) else "\0" for one in composed))


def _is_readable(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in "._-"
    return unicodedata.category(character) in LETTERS and ord(character) not in BLANK


def _with_hash(name: str, digits: int) -> str:
    """Write `Zoë M.` as `Zoë_M.-1f2e3d4c`."""
    form = _readable(name).lstrip(".-")[: LONGEST - 1 - digits]
    form = form.encode()[: LONGEST_BYTES - 1 - digits].decode("utf-8", "ignore") or "student"
    if unicodedata.category(form[0])[0] == "M":
        form = f"_{form[1:]}"
    if form.lower().split(".")[0] in DEVICES:
        form = "_" + form[: LONGEST - 2 - digits]
    sha = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{form}-{sha[:digits]}"
