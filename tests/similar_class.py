"""A small class of hand-ins that are long enough to be compared, and OUT as a run leaves it."""

import json
from pathlib import Path

from downloads import lay_out

from autograder.course.model import Course
from autograder.exam.results import HandInResult, TaskResult
from autograder.grading.fingerprint import with_kit_digest
from autograder.intake import find_students, read_hand_in
from autograder.reports.files import write_student

LOOP = """import torch


def double(x):
    found = torch.zeros_like(x)
    for place in range(len(x)):
        found[place] = x[place] + x[place]
    return found


def double_all(xs):
    results = []
    for number, x in enumerate(xs):
        value = double(x)
        results.append(value.clone())
        if number > 1000:
            raise ValueError(number)
    return results
"""
RENAMED = '''import torch as th

# My own work.
def double(vector):
    """Twice."""
    out = th.zeros_like(vector)
    for i in range(len(vector)):
        out[i] = (vector[i] + vector[i])
    return out

def double_all(things):
    collected = []
    for n, thing in enumerate(things):
        once = double(thing)
        collected.append(once.clone())
        if n > 1_000:
            raise ValueError(n)
    return collected
'''
OTHER = """import torch


def double(x):
    return torch.stack([x, x]).sum(dim=0) if torch.is_tensor(x) else type(x)(2 * one for one in x)


def double_all(xs):
    whole = torch.cat([one.reshape(-1) for one in xs]) * 2
    sizes = [one.numel() for one in xs]
    return [part.view_as(one) for part, one in zip(whole.split(sizes), xs)]
"""
THIRD = """from torch import Tensor


def double(x: Tensor) -> Tensor:
    return x.mul(2.0)


def double_all(xs):
    match len(xs):
        case 0:
            return []
        case _:
            first, *rest = xs
            return [first.add(first), *double_all(rest)]
"""
CLASS = {"ada": LOOP, "bob": RENAMED, "cy": OTHER, "di": THIRD}


def graded(
    course: Course, root: Path, class_of: dict[str, str], wrong: dict[str, tuple[str, str]] | None = None
) -> Path:
    """Lay out hand-ins and the records of a run, without running anything; return OUT.

    Args:
        wrong: of some students, the mistake in the first task and what was found.
    """
    place, out = lay_out(root / "class", {f"{who}/double.py": text for who, text in class_of.items()}), root / "out"
    play = course.assignment("play")
    for student in find_students(place)[0]:
        digest = with_kit_digest(read_hand_in(student, play, course.limits), "kit").digest
        id, fact = (wrong or {}).get(student.student, ("", ""))
        first = TaskResult("play/double", "double", 0.0 if id else 2.0, 2.0, "failed" if id else "passed", id, fact)
        second = TaskResult("play/double", "double_all", 3.0, 3.0, "passed")
        out.mkdir(exist_ok=True)
        write_student(out, HandInResult(student.student, student.folder, digest, (first, second)))
    run = {"assignment": "play", "submissions": str(place), "fingerprint": "kit"}
    (out / "run.json").write_text(json.dumps(run))
    return out
