"""All that a lesson imports of the kit: its tests, its probes, its mistakes and its other right answers.

Nothing else of the kit is meant to be imported by a lesson, so that the machine may be rebuilt without touching a
lesson, or a folder that a student was given. (`drawing.py` has `autograder.authoring.diagram` beside it.)

A check compares what a student's code returned with what it should have returned, and raises AssertionError with a
sentence for the student. In doubt it fails: NaN is never close to anything.

| name | what it is for |
|---|---|
| `same` | tensors and arrays: type, dtype, shape, finite numbers, values |
| `number` | a Python float that is close to another |
| `equal` | plain values that are equal and of one type |
| `must_raise` | a call that should raise |
| `alike` | whether two values are the same within 1e-4, as the diagnosis compares them |
| `StudentError`, `WorkerGone` | what a question to `student` raises |
| `model_follows` | for probes: whether a model stays on the device of its arguments |
| `mistake`, `alternative` | the marks of `mistakes.py` and `alternatives.py` |
"""

from autograder.errors import StudentError, WorkerGone
from autograder.grading.compare import equal, must_raise, number, same
from autograder.grading.diagnosis import alike
from autograder.grading.variants import alternative, mistake
from autograder.isolation.calls import model_follows

__all__ = [
    "StudentError",
    "WorkerGone",
    "alike",
    "alternative",
    "equal",
    "mistake",
    "model_follows",
    "must_raise",
    "number",
    "same",
]
