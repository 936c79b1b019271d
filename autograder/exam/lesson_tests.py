"""The tests of one lesson, and the data of the lesson that an exam keeps for all hand-ins."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import variants
from autograder.course.model import Lesson
from autograder.exam.distance import uses
from autograder.exam.local import Cached, Local
from autograder.exam.session import PlannedTest, TestRun

HIDDEN, PUBLIC = ("test_hidden.py",), "test_public.py"


@dataclass
class LessonTests:
    """The tests of one lesson.

    Args:
        files: where they stand.
        probes: a text with the probes that they run.
        answer, reference, stand_ins, mistakes, uses: what stays with the course; a student's folder has none of them.
        rights: the text of all right programs, which stays there too.
        public_file: the tests that students have too, where they are run to show what is wrong; else None.
        plans, public_plans: the tests, once they are collected: by task, those first that are core.
    """

    lesson: Lesson
    files: tuple[Path, ...]
    probes: str
    answer: str = ""
    reference: Cached | None = None
    stand_ins: str = ""
    mistakes: list[variants.Variant] = field(default_factory=list)
    uses: dict[str, set[str]] = field(default_factory=dict)
    plans: list[PlannedTest] = field(default_factory=list)
    locals: dict[tuple[str, str], Local] = field(default_factory=dict)
    runs: dict[tuple[str, str], TestRun] = field(default_factory=dict)
    edits: dict[str, variants.Edits] = field(default_factory=dict)
    made: dict[tuple[str, ...], list[variants.Variant]] = field(default_factory=dict)
    rights: str = ""
    public_file: Path | None = None
    public_plans: list[PlannedTest] = field(default_factory=list)

    def is_same(self, other: "LessonTests") -> bool:
        """Tell whether these are the tests of the same lesson, in files with the same text."""
        return (self.lesson, self.files, self.probes) == (other.lesson, other.files, other.probes)


def course_tests(lesson: Lesson, files: Sequence[str] = HIDDEN, has_public: bool = False) -> LessonTests:
    """Read what a course has of a lesson.

    Args:
        files: the names of the test files to run.
        has_public: whether the public tests are to show what is wrong.
    """
    answer, public = (lesson.folder / "lesson.py").read_text(encoding="utf-8"), lesson.folder / PUBLIC
    return LessonTests(
        lesson,
        tuple(lesson.folder / file for file in files),
        _text(lesson.folder / "probes.py"),
        answer,
        Cached(Local(lesson.name, answer)),
        _text(lesson.folder / "stand_ins.py"),
        variants.mistakes(lesson),
        uses(answer, [task.name for task in lesson.tasks]),
        rights=f"{answer}\n{_text(lesson.folder / variants.ALTERNATIVES)}",
        public_file=public if has_public and public.is_file() else None,
    )


def shipped_tests(lesson: Lesson, file: Path) -> LessonTests:
    """Read what a student's folder has of a lesson: the probes stand in the file of tests."""
    return LessonTests(lesson, (file,), file.read_text(encoding="utf-8"))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
