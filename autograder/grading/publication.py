"""Grade into a folder whose marks are out: what was found waits in OUT/.held until no published mark falls unasked.

The order makes each step safe to be killed after. First all records wait. Then a person's consent is noted in
published.json. Then the records take their places, and the tables last. A run that goes on finds each record where it
is, and compares with published.json anew.
"""

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GradingError
from autograder.exam.results import HandInResult
from autograder.isolation.inside.endings import undisturbed
from autograder.reports.published import Published, fall_lines, falls, read_published, with_agreed, write_published
from autograder.reports.record import PAGE, RECORD, RESULTS, read_student
from autograder.text.files import cannot_write, real_folder

HELD = ".held"  # a folder in OUT that no student's name can have
QUESTION = "Replace these published marks?"
Ask = Callable[[Sequence[str], str], bool]


@dataclass
class Publication:
    """What is out of a class that is graded again.

    Args:
        published: None where no marks are out.
        may_write: whether the tables of OUT may be replaced.
    """

    out: Path
    published: Published | None
    may_write: bool

    @property
    def place(self) -> Path:
        """Where the records of this run are written."""
        return self.out if self.published is None else self.out / HELD

    def read(self, folder: str) -> HandInResult | None:
        """Read the newest record of a student: one that waits, or the one in its place."""
        return read_student(self.place, folder) or read_student(self.out, folder)

    def settle(
        self,
        results: Sequence[HandInResult],
        is_agreed: bool,
        ask: Ask,
        graded: Callable[[str], bool] = lambda folder: True,
    ) -> None:
        """Let what was found take its place, if no published mark falls, or a person agrees to it.

        Args:
            is_agreed: whether a person has agreed beforehand.
            ask: shows lines, asks a question and returns the answer; false where nobody can be asked.
            graded: whether this run has graded a student, by the folder; what waits for others goes on waiting.

        Raises:
            GradingError: a mark would fall and nobody agrees, or OUT cannot be written.
        """
        if self.published is None:
            return
        found = falls(self.published, results)
        if found and not is_agreed and not ask(list(fall_lines(found)), QUESTION):
            raise GradingError(
                f"Published marks of {len(found)} would fall, so no mark, page or table in {self.out} was replaced. "
                "What was graded is kept. To replace them, run the same command with --yes."
            )
        with undisturbed():
            if found:
                write_published(self.out, with_agreed(self.published, found))
            self._release(graded)
            self.may_write = True

    def _release(self, graded: Callable[[str], bool]) -> None:
        try:
            waiting = sorted(self.place.iterdir()) if self.place.is_dir() else []
            for folder in [one for one in waiting if graded(one.name)]:
                place = real_folder(self.out / folder.name)
                for name in (PAGE, RESULTS, RECORD):  # the record last, as when it is written
                    if (folder / name).exists():
                        (folder / name).replace(place / name)
            for folder in [one for one in waiting if graded(one.name)]:
                shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):  # others may wait there still
                self.place.rmdir()
        except OSError as error:
            raise cannot_write(self.place, error) from None


def open_publication(out: Path) -> Publication:
    """Find out whether marks are out; what waits for no publication is dropped.

    Raises:
        UsageError: published.json cannot be read.
        GradingError: OUT cannot be written, or a link stands in it.
    """
    published = read_published(out)
    if published is None:
        if not (out / HELD).is_symlink():
            shutil.rmtree(out / HELD, ignore_errors=True)
        return Publication(out, None, may_write=True)
    real_folder(out / HELD)
    return Publication(out, published, may_write=False)
