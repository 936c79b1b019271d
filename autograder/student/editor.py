"""`unroll check --json`: the verdicts for editors and other programs, as one object (schemas/check.schema.json).

{"version": 1,               raised when a key changes its meaning or goes; new keys may come without
 "all_pass": false,
 "tasks": [{
   "address": "sine/cell:rnn_cell",
   "outcome": "failed",      passed, failed, missing, crashed, timeout, overflow or rejected
   "points": 3.0,            what the task is worth
   "message": "h_t[0, 0] should be 0.462117, but is 0.622459.",
   "cause": "...",           the sentence of the known mistake, or ""
   "mistake": "M19",         its id, or ""
   "check": "one number by hand",
   "case": "rnn_cell(x_t=[[2]], ...)",
   "file": "/home/me/sine/cell.py",  or null where there is none
   "line": 52, "cell": null, where to look; cell is that of a notebook; null where unknown
   "traceback": [{"lesson", "line", "cell", "function", "source"}],  the student's own lines, the innermost last
   "printed": ""             by the student's code in that check
 }],
 "output": {"sine/cell": ""},  what the code of each lesson printed in all checks, shortened
 "outside": {"sine/cell": ""}, what each lesson printed outside of functions, once
 "notes": []}                about the files
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.errors import Frame
from autograder.student.verdict import Verdict

VERSION = 1


def as_object(
    verdicts: Sequence[Verdict],
    notes: Sequence[str],
    output: Mapping[str, str],
    outside: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Turn verdicts into plain data for `json.dumps`."""
    return {
        "version": VERSION,
        "all_pass": all(verdict.passes for verdict in verdicts),
        "tasks": [_task(verdict) for verdict in verdicts],
        "output": dict(output),
        "outside": dict(outside or {}),
        "notes": list(notes),
    }


def _task(verdict: Verdict) -> dict[str, Any]:
    return {
        "address": verdict.address,
        "outcome": verdict.outcome,
        "points": verdict.task.points,
        "message": verdict.fact,
        "cause": verdict.cause,
        "mistake": verdict.result.mistake,
        "check": verdict.check,
        "case": verdict.case,
        "file": str(Path(verdict.lesson.folder, verdict.file).absolute()) if verdict.file else None,
        "line": verdict.line,
        "cell": verdict.cell,
        "traceback": [_frame(frame) for frame in verdict.frames],
        "printed": verdict.printed,
    }


def _frame(frame: Frame) -> dict[str, Any]:
    return {
        "lesson": frame.lesson,
        "line": frame.line,
        "cell": frame.cell,
        "function": frame.where,
        "source": frame.source,
    }
