"""Call a hidden check on a student's code in the same process, as test cells and test files do.

Every grader but Unroll gets this file beside its checks. Nothing keeps the student's code from the answers here.
"""

import copy
import importlib
import inspect
import json
import types
import zlib
from functools import cache, partial
from pathlib import Path

import torch

from autograder.errors import StudentError
from autograder.isolation.inside import calls


class Module:
    """A student's module, or the answer, as the checks see it.

    Args:
        names: what the module defines.
        lesson: the name of the lesson, whose probes run beside it.
    """

    def __init__(self, names, lesson):
        self._names = types.SimpleNamespace(**names)
        self._lesson = lesson

    def __getattr__(self, name):
        return partial(self._call, name)

    def _call(self, name, *args, **kwargs):
        return self._ask(name, calls.call, name, args, kwargs)

    def gradients(self, name, *args, cotangents):
        return self._ask(name, calls.gradients, name, args, cotangents)

    def effects(self, name, *args, **kwargs):
        return self._ask(name, calls.effects, name, args, kwargs)

    def follows_device(self, name, *args):
        return self._ask(name, calls.follows_device, name, args)

    def run(self, probe, **data):
        probes = importlib.import_module(f"probes_{self._lesson}")
        probes.model_follows = calls.model_follows
        return self._ask("", lambda names, given: getattr(probes, probe)(names, **given), data)

    def _ask(self, stage, function, *given):
        torch.manual_seed(0)
        try:
            return function(self._names, *copy.deepcopy(given))
        except Exception as error:
            kinds = tuple(kind.__name__ for kind in type(error).__mro__)
            raise StudentError(type(error).__name__, str(error), kinds, stage=stage) from error


@cache
def reference(lesson):
    """Return the lesson's own answer."""
    return Module(vars(importlib.import_module(f"answer_{lesson}")), lesson)


def rng(test):
    """Return the generator that a check draws its inputs from."""
    return torch.Generator().manual_seed(zlib.crc32(test.encode()))


def calibrated(lesson, name, loss, what="mean squared error on new data"):
    """Compare a loss with the calibrated threshold of the given name."""
    limit = json.loads(Path(__file__).with_name("thresholds.json").read_text())[lesson][name]
    assert loss <= limit, f"The {what} is {loss:.2g}; it should be at most {limit:.2g}."


def check(lesson, test, names):
    """Run one check on the names that a notebook or a module has defined; it raises where they are wrong."""
    function = getattr(importlib.import_module(f"checks_{lesson}"), test)
    given = {
        "student": lambda: Module(names, lesson),
        "reference": lambda: reference(lesson),
        "rng": lambda: rng(test),
        "calibrated": lambda: partial(calibrated, lesson),
    }
    function(**{name: given[name]() for name in inspect.signature(function).parameters})
