"""Run the cells of a notebook, without a kernel, for what they show: prints, the last value, figures, the error."""

import ast
import contextlib
import io
import sys
import traceback
import types
import warnings
from collections.abc import Iterator
from typing import Any

import torch

from autograder.isolation.inside.source import Compiler, parse, remember

Output = dict[str, Any]
MOST_TEXT = 20_000
MOST_FIGURES, MOST_BYTES = 10, 2 << 20
NOT_SHOWN = "FigureCanvasAgg is non-interactive"


def run_cell(module: types.ModuleType, text: str, filename: str, compiler: Compiler) -> list[Output]:
    """Run one cell in a module's namespace.

    Args:
        compiler: knows what cells before this one have switched on.
        filename: stands in the traceback, such as `<cell cell 3>`.

    Returns: what it showed, in order: `{"kind": "text" | "value" | "png" | "error", ...}`.
    """
    printed = io.StringIO()
    outputs: list[Output] = []
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=NOT_SHOWN)
        try:
            value = _run(module, text, filename, compiler)
            outputs += [{"kind": "value", "text": _cut(repr(value))}] if value is not None else []
        except BaseException as error:
            outputs.append(_error(error))
        outputs += _figures()
    said = printed.getvalue()
    return [{"kind": "text", "text": _cut(said)}, *outputs] if said else outputs


def _run(module: types.ModuleType, text: str, filename: str, compiler: Compiler) -> Any:
    """Run all statements; return the value of the last one, if it is an expression without a semicolon after it."""
    module.__dict__.setdefault("display", _display)
    remember(text, filename)
    statements = parse(text).body
    last = statements[-1] if statements else None
    if not isinstance(last, ast.Expr):
        exec(compiler(ast.Module(statements, []), filename), module.__dict__)
        return None
    exec(compiler(ast.Module(statements[:-1], []), filename), module.__dict__)
    value = eval(compiler(ast.Expression(last.value), filename, "eval"), module.__dict__)
    return None if text.rstrip().endswith(";") else value


def _display(*values: object) -> None:
    for value in values:
        print(value)


def _error(error: BaseException) -> Output:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("<")]
    place = [f"line {frame.lineno}, in {frame.name}"[:400] for frame in frames if "cell" in frame.filename][-5:]
    return {"kind": "error", "name": type(error).__name__[:100], "text": _message(error), "lines": place}


def _message(error: BaseException) -> str:
    try:
        return str(error)[:1000]
    except Exception:
        return "(an exception that cannot be printed)"


def _figures() -> Iterator[Output]:
    """Take the figures that are open, as a notebook does after each cell, and close them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    try:
        for number in pyplot.get_fignums()[:MOST_FIGURES]:
            png = io.BytesIO()
            pyplot.figure(number).savefig(png, format="png", dpi=72)
            if png.tell() <= MOST_BYTES:
                yield {"kind": "png", "data": torch.frombuffer(png.getbuffer(), dtype=torch.uint8).clone()}
    except Exception as error:
        yield {"kind": "text", "text": f"A figure could not be drawn: {type(error).__name__}.\n"}
    finally:
        pyplot.close("all")


def _cut(text: str) -> str:
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}\n[more was printed, and is left out]\n"
