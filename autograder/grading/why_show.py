"""Show an instructor why a student's task does not pass."""

from pathlib import Path

import click

from autograder.course.model import Course
from autograder.grading.why import ask, examine_again, same_hand_in, same_kit
from autograder.grading.why_script import write_script
from autograder.grading.why_text import lines_of, verdict_line
from autograder.isolation.descriptors import need_descriptors
from autograder.text.clean import one_line

CHANGED = "This is not the hand-in that was graded: it has changed since. What follows holds for it as it is now."
OTHER_KIT = "The lessons or Unroll itself have changed since the run. What follows holds for them as they are now."
PASSES = "It passes now, with the inputs of the run. What was found there: {said}"


def show_why(
    course: Course, student: str, address: str, out: Path, hand_ins: Path | None, every: bool, accept_weak: bool
) -> None:
    """Examine one task of one hand-in again, and print what its failing checks saw.

    Args:
        address: the task's, or a part of it that only one has.
        hand_ins: the folder of the hand-ins, if it is not where it was.
        every: show the calls of all failing checks, not of the first alone.

    Raises:
        UsageError: there is no such class, student, task or hand-in.
        GradingError: the sandbox is too weak, or the hand-in could not be examined.
    """
    need_descriptors()
    question, verdict = ask(course, out, student, address, hand_ins)
    click.echo(verdict_line(question.student, question.address, verdict))
    if verdict.outcome == "passed":
        click.echo("All its hidden checks pass, so there is nothing to explain.")
        return
    found = examine_again(question, accept_weak)
    if not same_kit(question):
        click.echo(OTHER_KIT)
    if not same_hand_in(question, out, found):
        click.echo(CHANGED)
    if found.result.outcome == "passed":
        click.echo(PASSES.format(said=one_line(verdict.message, 1000)))
    else:
        for line in lines_of(found, every):
            click.echo(line)
    click.echo("")
    click.echo(f"To run it again in the sandbox: python {one_line(str(write_script(out, question)))}")
