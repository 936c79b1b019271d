"""In a notebook: `hint`, `explain` and `shapes`, as their commands do it in a terminal."""

import contextlib
import io
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING

# A package takes its name in the room above when it is first imported: that must be before the function takes it.
import autograder.student.shapes  # noqa: F401
from autograder.errors import UsageError
from autograder.isolation.limits import Limits
from autograder.student.notebook.cell import CheckFailed, display, in_a_sentence, lines_html, notebook, task_for
from autograder.text.clean import one_line

if TYPE_CHECKING:
    from autograder.student.exercises import Spot
    from autograder.student.shapes.quiz import ShapeQuestion
    from autograder.text.sealed import Explanation

GIVEN = "_unroll_hints"  # in the notebook's own namespace: a kernel that is started anew begins anew


def hint(address: str, everything: bool = False) -> None:
    """Show the next hint of a task, one more with each call; after the last, all of them.

    Args:
        address: such as `sine/cell:rnn_cell`.
        everything: show all at once.

    Raises:
        CheckFailed: there is no such task.
    """
    with in_a_sentence("Stopped."):
        spot = task_for(address)
        hints = spot.task.hints
        given: dict[str, int] = notebook().__dict__.setdefault(GIVEN, {})
        number = given.get(spot.address, 0)
    if everything or number >= len(hints):
        _show_lines(f"{spot.address}, all {len(hints)} hints", [f"{n}. {one}" for n, one in enumerate(hints, 1)])
        return
    given[spot.address] = number + 1
    _show_lines(f"{spot.address}, hint {number + 1} of {len(hints)}", [hints[number]])


def explain(address: str) -> None:
    """Say why a task works and show another way to write it, once its public checks pass.

    Args:
        address: such as `sine/cell:rnn_cell`.

    Raises:
        CheckFailed: there is no such task, or it does not pass.
    """
    from autograder.student.notebook.check import run_here

    with in_a_sentence("The check was interrupted."):
        spot = task_for(address)
        ((verdict,), _) = run_here([spot])
        if not verdict.passes:
            said = one_line(verdict.result.message, 1000)
            raise CheckFailed(f"{spot.task.name}: {said} The explanation opens when its public checks pass.")
        explanation, said = _opened(spot)
    _show_explanation(spot.address, explanation, said)


def _show_explanation(address: str, explanation: "Explanation", said: str) -> None:
    title, other = f"{address} passes all public checks. Why it works:", "Another way to write it:"
    markdown, text = [f"**{title}**", explanation.why], [title, explanation.why]
    if explanation.another:
        markdown += [f"**{other}**", f"```python\n{explanation.another}\n```"]
        text += [other, explanation.another]
    elif said:
        markdown.append(said)
        text.append(said)
    display({"text/markdown": "\n\n".join(markdown)}, "\n\n".join(text))


def _opened(spot: "Spot") -> "tuple[Explanation, str]":
    """Uncover why the task works, and open another way of writing it with what the notebook's code returns.

    Returns: both, and why there is no other way, or "".
    """
    from autograder.student.notebook.guard import restore_notebook
    from autograder.student.notebook.kernel import Kernel
    from autograder.student.unlock import opened
    from autograder.text.sealed import Explanation, unseal

    here = notebook()
    try:
        why = unseal(spot.address, spot.exercises.sealed[spot.address]).why
    except ValueError:
        raise UsageError(f"The explanation of {spot.address} is damaged. Install the kit again.") from None
    with restore_notebook(here), contextlib.redirect_stdout(io.StringIO()):
        another, said = opened(spot, Kernel(here, Limits()).ask)
    return Explanation(why, another), said


def shapes(address: str, **given: str) -> None:
    """Before coding: say which letter is wrong in the shapes that are given; without any, what to give.

    Args:
        address: such as `sine/cell:rnn_cell`.
        given: shapes by the name of an argument or result, such as x_t="N, D"; () is a plain number.

    Raises:
        CheckFailed: there is no such task, or it has nothing of such a name.
    """
    from autograder.student.notebook.guard import restore_notebook

    with in_a_sentence("Stopped."), restore_notebook(notebook()):
        from autograder.student.shapes.quiz import questions_of  # rich, which it imports, draws a random number

        spot = task_for(address)
        asked = {question.shape.name: question for question in questions_of([spot])}
        lines = list(_answers(spot, asked, given) if given else _questions(spot, asked))
    _show_lines(spot.address, lines)


def _questions(spot: "Spot", asked: "Mapping[str, ShapeQuestion]") -> "Iterator[str]":
    if not asked:
        raise UsageError(f"{spot.address}: there are no shapes to ask for.")
    letters = next(iter(asked.values())).letters
    yield ", ".join(f"{letter}: {meaning}" for letter, meaning in letters.items())
    for role in ("takes", "returns"):
        names = [name for name, question in asked.items() if question.role == role]
        yield f"{spot.task.name} {role} {', '.join(names)}."
    yield f'To answer: shapes("{spot.address}", {next(iter(asked))}="N, ...")'


def _answers(spot: "Spot", asked: "Mapping[str, ShapeQuestion]", given: Mapping[str, str]) -> "Iterator[str]":
    from autograder.student.shapes.axes import Unknown, read_axes, what_is_wrong

    for name, text in given.items():
        if name not in asked:
            raise UsageError(f"{spot.task.name} has no {name}. It has: {', '.join(asked)}.")
        question = asked[name]
        try:
            axes = read_axes(str(text), question.symbols)
        except Unknown as error:
            yield f"{name}: {one_line(error.word)} is no letter here. There is: {', '.join(question.letters)}."
            continue
        is_right = axes == question.shape.axes
        wrong = "" if is_right else what_is_wrong(axes, question.shape, question.letters)
        yield f"{name}: {'right.' if is_right else wrong} {question.shape.about}"


def _show_lines(title: str, lines: list[str]) -> None:
    html = f"<div><b>{escape(title)}</b>{lines_html(lines)}</div>"
    display({"text/html": html}, "\n".join([title, *lines]))
