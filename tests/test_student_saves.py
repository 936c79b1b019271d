"""`unroll watch` sees a save once it is whole, and looks again soon where a file has just changed."""

from pathlib import Path

import pytest

from autograder.student.exercises import read_exercises
from autograder.student.watching.saves import PATIENCE, Saves

KEY = "sine/cell"


class Clock:
    """Seconds that a test lets pass."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Watched:
    """A lesson's folder, looked at by a clock of its own."""

    def __init__(self, folder: Path) -> None:
        exercises = read_exercises(folder / "sine")
        lesson = next(one for one in exercises.assignment.lessons if one.key == KEY)
        self.file, self.notebook = (folder / "sine" / f"cell.{suffix}" for suffix in ("py", "ipynb"))
        self.clock = Clock()
        self.saves = Saves([(exercises, lesson)], self.clock)

    def look(self, seconds: float = 0.01) -> tuple[list[str], bool]:
        """Look some seconds later; return what was saved, and whether something is waited for."""
        self.clock.now += seconds
        return self.saves.saved(), self.saves.is_waiting


@pytest.fixture
def watched(folder: Path) -> Watched:
    return Watched(folder)


def test_a_save_is_reported_once_when_it_was_twice_the_same(watched: Watched) -> None:
    assert watched.look() == ([], False)

    watched.file.write_text("x = 1\n")

    assert [watched.look(), watched.look(), watched.look()] == [([], True), ([KEY], False), ([], False)]


def test_a_file_that_still_grows_is_waited_for(watched: Watched) -> None:
    for number in range(1, 4):
        watched.file.write_text("x = 1\n" * number)
        assert watched.look() == ([], True)

    assert watched.look() == ([KEY], False)


@pytest.mark.parametrize("name", ["file", "notebook"])
def test_what_is_empty_or_half_a_notebook_is_taken_when_nothing_follows(watched: Watched, name: str) -> None:
    getattr(watched, name).write_text("" if name == "file" else '{"cells": [')

    assert [watched.look(), watched.look(), watched.look(PATIENCE)] == [([], True), ([], True), ([KEY], False)]


def test_a_file_that_is_gone_is_reported(watched: Watched) -> None:
    watched.file.unlink()

    assert [watched.look(), watched.look()] == [([], True), ([KEY], False)]
