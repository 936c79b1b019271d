"""Decide for `unroll init` which files a student's folder gets and which it keeps; the disk is not touched."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from autograder.student.memory import digest_of

# new: was never there.      restored: was there, and is gone.       replaced: was never changed, and differs now.
# aside: was changed, is replaced, and the student's own is kept.    kept: was changed, and stays.
# offered: stays as well, and what it was made from has changed.     same: is there as it should be.
Fate = Literal["new", "restored", "replaced", "aside", "kept", "offered", "same"]
OFFER, ASIDE = ".new", ".old"  # behind the name: such a file is no lesson and no test


@dataclass(frozen=True)
class FileFate:
    """The decision about one file.

    Args:
        name: with its folder, such as `sine/cell.py`.
        text: as it is shipped.
    """

    name: str
    fate: Fate
    text: str

    @property
    def target(self) -> str | None:
        """The name of the file that the text is written to, if any."""
        if self.fate in ("kept", "same"):
            return None
        return self.name + OFFER if self.fate == "offered" else self.name


def plan_fates(
    shipped: Mapping[str, str],
    lessons: Collection[str],
    there: Mapping[str, bytes],
    written: Mapping[str, Collection[str]],
) -> list[FileFate]:
    """Decide for every shipped file.

    Args:
        shipped: the texts of all files, by name.
        lessons: the names of the files that students write in.
        there: the content of the files that are in the folder.
        written: the digests of all that was ever written there, by name.
    """
    return [
        FileFate(name, _fate(text, name in lessons, there.get(name), written.get(name, ())), text)
        for name, text in shipped.items()
    ]


def _fate(text: str, is_lesson: bool, there: bytes | None, written: Collection[str]) -> Fate:
    shipped = digest_of(text.encode())
    if there is None:
        return "restored" if written else "new"
    if digest_of(there) == shipped:
        return "same"
    if digest_of(there) in written:
        return "replaced"
    if not is_lesson:
        return "aside"
    return "kept" if shipped in written else "offered"


def with_digests(written: Mapping[str, Collection[str]], shipped: Mapping[str, str]) -> dict[str, list[str]]:
    """Add what is shipped now to the digests of all that was ever written."""
    return {name: sorted({*written.get(name, ()), digest_of(text.encode())}) for name, text in shipped.items()}
