"""Mistakes that all loops over time share, whatever the cell: a lesson asks for them in one line."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from autograder.errors import CourseError

ASKED = "loop_mistakes"


def loop_mistakes(task: str, *, cell: str) -> None:
    """Add the mistakes that every loop shares to a lesson's `mistakes.py`.

    Args:
        task: a function of x, shape (N, T, D), a first state, shape (N, H), and the weights. It returns the states of
            all steps, shape (N, T, H), and the last state, shape (N, H).
        cell: the function of one step that it calls with x_t, a state and the weights.
    """


@dataclass(frozen=True)
class Loop:
    """One wrong loop: lines before, in and after the loop. `CELL(x_t, h)` stands for one step."""

    id: str
    name: str
    says: str
    inside: str
    costs: str = ""
    before: str = "h, states = h0, []"
    steps: str = "x.unbind(1)"
    result: str = "torch.stack(states, 1), h"


STEP = "h = CELL(x_t, h)"
LOOPS = (
    Loop(
        "M14",
        "goes_over_the_batch",
        "Your loop goes over the batch as if it were time: x is (N, T, D), so step t is x[:, t].",
        f"{STEP}\nstates.append(h)",
        before="h, states = h0[:1].expand(x.shape[1], -1), []",
        steps="x",
        result="torch.stack(states), h",
    ),
    Loop(
        "M22",
        "begins_anew_in_every_step",
        "The state of the step before is not used: carry h through the loop.",
        "h = CELL(x_t, torch.zeros_like(h0))\nstates.append(h)",
        "most",
    ),
    Loop(
        "M22",
        "goes_on_from_h0_in_every_step",
        "The state of the step before is not used: carry h through the loop.",
        "h = CELL(x_t, h0)\nstates.append(h)",
        "most",
    ),
    Loop(
        "M23",
        "begins_from_zeros",
        "Your loop never uses the h0 that it was given.",
        f"{STEP}\nstates.append(h)",
        "most",
        before="h, states = torch.zeros_like(h0), []",
    ),
    Loop(
        "M24",
        "stores_the_state_before_the_step",
        "output[:, t] is the new state h_t, not the one before the step.",
        f"states.append(h)\n{STEP}",
    ),
    Loop(
        "M25",
        "stores_one_tensor",
        "You stored the same tensor T times; store a new one in each step.",
        "with torch.no_grad():\n    h.copy_(CELL(x_t, h))\nstates.append(h)",
        before="h, states = h0.clone(), []",
    ),
    Loop(
        "M26",
        "writes_into_the_state",
        "Make a new h in every step; writing into it breaks autograd.",
        "h[:] = CELL(x_t, h)\nstates.append(h.clone())",
        before="h, states = h0.clone(), []",
    ),
    Loop(
        "M27",
        "stacks_along_the_first_axis",
        "Stack with dim=1: output is (N, T, H).",
        f"{STEP}\nstates.append(h)",
        result="torch.stack(states), h",
    ),
    Loop(
        "M61",
        "detaches_in_every_step",
        "You cut the graph: detach() stops the gradient from reaching the steps before.",
        f"{STEP}\nstates.append(h)\nh = h.detach()",
        "most",
        result="torch.stack(states, 1), states[-1]",
    ),
)


@dataclass(frozen=True)
class Asked:
    """A call of `loop_mistakes` in a lesson's `mistakes.py`."""

    task: str
    cell: str
    line: int


def is_asked(node: ast.stmt) -> bool:
    """Tell a call of `loop_mistakes` from what belongs to the programs of the file."""
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == ASKED


def asked_in(path: Path) -> Iterator[Asked]:
    """Read the calls of `loop_mistakes`.

    Raises:
        CourseError: a call is not written with plain texts.
    """
    for node in ast.parse(path.read_text(encoding="utf-8"), str(path)).body if path.exists() else ():
        if is_asked(node):
            call = node.value  # type: ignore[attr-defined]
            words = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "cell")]
            texts = [word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)]
            if len(texts) != 2 or len(call.args) != 1:
                raise CourseError(f'{path}:{node.lineno}: write {ASKED}("the_loop", cell="the_cell").')
            yield Asked(texts[0], texts[1], node.lineno)


def source_of(loop: Loop, task: str, cell: str) -> str:
    """Write a wrong loop as a program.

    Args:
        cell: the function that does one step.
    """
    inside = _with_weights(loop.inside.replace("CELL(", f"{cell}("), cell)
    return (
        f"import torch\n\n\ndef {task}(x, h0, *weights):\n"
        f"    {loop.before}\n    for x_t in {loop.steps}:\n{indent(inside, ' ' * 8)}\n    return {loop.result}\n"
    )


def _with_weights(code: str, cell: str) -> str:
    """Give each call of the cell the weights too."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == cell:
            node.args.append(ast.Starred(ast.Name("weights", ast.Load()), ast.Load()))
    return ast.unparse(tree)
