"""A task's verdict as the outputs of its grade cell: for a person as HTML and text, for nbgrader as a number."""

from html import escape
from typing import Any

import nbformat

from autograder.exam.results import TaskResult
from autograder.text.words import GREEN, GREY, RED, WORDS, box, points

COLOURS = {"passed": GREEN, "missing": GREY}


def verdict(task: TaskResult, worth: float) -> list[Any]:
    """Make the outputs of a grade cell.

    Args:
        worth: the points of the cell, as the gradebook has them.
    """
    score = round(worth * task.score / task.max_score, 6) if task.max_score else 0.0
    return [
        nbformat.v4.new_output("display_data", {"text/html": _html(task, score, worth), "text/plain": _text(task)}),
        nbformat.v4.new_output("execute_result", {"text/plain": repr(score)}),
    ]


def _text(task: TaskResult) -> str:
    cause = f"Likely cause: {task.cause}" if task.cause else ""
    lines = [f"{task.task}: {WORDS[task.outcome]}.", task.fact, cause, _case(task)]
    return "\n".join(line for line in lines if line)


def _html(task: TaskResult, score: float, worth: float) -> str:
    marks = f"{points(score)} of {points(worth)} points"
    case = f"<pre>{escape(_case(task))}</pre>" if task.cases else ""
    return box(task.task, task.outcome, task.fact, task.cause, COLOURS.get(task.outcome, RED), marks) + case


def _case(task: TaskResult) -> str:
    return "\n".join(line for case in task.cases for line in case.lines)
