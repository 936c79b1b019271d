"""Find out whose a notebook is, which lesson it is, and where the student handed it in."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory

from autograder.course.model import Assignment, Course, Lesson, find_course, load_course
from autograder.errors import UnrollError


@dataclass(frozen=True)
class StudentLesson:
    """One student's notebook of one lesson.

    Args:
        handed_in: the folder that the student submitted.
    """

    course: Course
    assignment: Assignment
    lesson: Lesson
    student: str
    handed_in: Path


def find_student_lesson(config: Any, resources: Any) -> StudentLesson | None:
    """Return where a notebook stands; None for one that is no lesson of the course.

    Args:
        config: the traitlets configuration of a preprocessor.
        resources: what nbgrader hands on with the notebook.
    """
    here = resources["nbgrader"]
    folder = CourseDirectory(config=config)
    course = course_at(Path(folder.root))
    assignment = find_assignment(course, here["assignment"])
    lesson = next((one for one in assignment.lessons if one.name == here["notebook"]), None) if assignment else None
    if course is None or assignment is None or lesson is None:
        return None
    submitted = folder.format_path(folder.submitted_directory, here["student"], here["assignment"])
    return StudentLesson(course, assignment, lesson, here["student"], Path(submitted))


def course_at(folder: Path) -> Course | None:
    """Return the course that a folder lies in; None where there is none."""
    try:
        root = find_course(folder)
    except UnrollError:
        return None
    stamps = tuple(sorted((str(path), path.stat().st_mtime_ns) for path in root.glob("solutions/**/*.toml")))
    return _load(root, stamps)


@lru_cache(maxsize=8)
def _load(root: Path, stamps: tuple[tuple[str, int], ...]) -> Course:
    return load_course(root)


def find_assignment(course: Course | None, name: str) -> Assignment | None:
    """Find an assignment by its name; None where the course has none of that name."""
    return next((one for one in course.assignments if one.name == name), None) if course else None
