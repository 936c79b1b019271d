"""Run the cells of a notebook, without a kernel, for what they show: prints, the last value, figures, the error."""

import ast
import contextlib
import io
import re
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
DPI = 72
OWN = re.compile(r"^<(\w+)( cell \d+)?>$")  # a student's file, or a cell


def run_cell(module: types.ModuleType, text: str, filename: str, compiler: Compiler, dpi: int = DPI) -> list[Output]:
    """Run one cell in a module's namespace.

    Args:
        dpi: pixels of a figure's inch.
        compiler: knows what cells before this one have switched on.
        filename: stands in the traceback, such as `<cell cell 3>`.

    Returns: what it showed, in order: `{"kind": "text" | "value" | "png" | "error", ...}`; a figure also in words.
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
        outputs += _figures(dpi)
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
    pairs = [(OWN.match(frame.filename), frame) for frame in traceback.extract_tb(error.__traceback__)]
    place = [f"{_file(match)}line {frame.lineno}, in {frame.name}"[:400] for match, frame in pairs if match][-5:]
    return {"kind": "error", "name": type(error).__name__[:100], "text": _message(error), "lines": place}


def _file(match: re.Match[str]) -> str:
    return "" if match[2] else f"{match[1]}.py, "


def _message(error: BaseException) -> str:
    try:
        return str(error)[:1000]
    except Exception:
        return "(an exception that cannot be printed)"


def _figures(dpi: int) -> Iterator[Output]:
    """Take the figures that are open, as a notebook does after each cell, and close them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    try:
        for number in pyplot.get_fignums()[:MOST_FIGURES]:
            png = io.BytesIO()
            figure = pyplot.figure(number)
            figure.savefig(png, format="png", dpi=dpi)
            if png.tell() <= MOST_BYTES:
                data = torch.frombuffer(png.getbuffer(), dtype=torch.uint8).clone()
                yield {"kind": "png", "data": data, "text": _cut(_in_words(figure))}
    except Exception as error:
        yield {"kind": "text", "text": f"A figure could not be drawn: {type(error).__name__}.\n"}
    finally:
        pyplot.close("all")


def _in_words(figure: Any) -> str:
    """Say what a figure shows, for those who do not see it: titles, labels, and the names of what is drawn."""
    return "; ".join(text for axes in figure.axes if (text := _axes_in_words(axes)))


def _axes_in_words(axes: Any) -> str:
    labels = [axes.get_xlabel(), axes.get_ylabel()]
    against = " against ".join(label for label in reversed(labels) if label)
    named = ", ".join(axes.get_legend_handles_labels()[1])
    return ", ".join(part for part in (axes.get_title(), against, named) if part)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}\n[more was printed, and is left out]\n"
