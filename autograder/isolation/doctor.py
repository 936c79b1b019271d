"""Try every layer of the sandbox by doing what is forbidden, in a throw-away worker."""

import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import WorkerCrashed, WorkerGone
from autograder.isolation.forked import Zygote
from autograder.isolation.inside.attempts import to_be_written
from autograder.isolation.limits import Limits
from autograder.isolation.proof import SOURCE, ask_to_try, load_attempts
from autograder.isolation.worker import Worker

HIDDEN_BY = {"see_a_file_outside": "mounts"}  # what no tier promises, but a layer gives where it can be had


@dataclass(frozen=True)
class Attempt:
    """One forbidden thing that was tried, and the result."""

    what: str
    held: bool
    said: str
    is_promised: bool = True


def attempts(zygote: Zygote, limits: Limits) -> list[Attempt]:
    """Try everything that is forbidden, each in a worker of its own."""
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    names = [line.split("(")[0].removeprefix("def ") for line in lines if line.endswith("parent: int) -> object:")]
    return [_attempt(zygote, limits, name) for name in names]


def _attempt(zygote: Zygote, limits: Limits, name: str) -> Attempt:
    held, said = _tried(zygote, limits, name)
    layer = HIDDEN_BY.get(name)
    return Attempt(name.replace("_", " "), held, said, layer is None or layer in zygote.layers)


def _tried(zygote: Zygote, limits: Limits, name: str) -> tuple[bool, str]:
    """Say whether an attempt was refused or ended by a limit, and how; a process that ended itself was not stopped."""
    seconds = Limits(**{**vars(limits), "call_seconds": 1.0}) if name == "loop_for_ever" else limits
    outside = Path(sys.executable)
    with Worker(zygote, seconds) as worker:
        load_attempts(worker)
        try:
            held, said = ask_to_try(worker, [name], outside, zygote.pid)[name]
        except WorkerCrashed as error:
            return False, f"it worked: {error}"
        except WorkerGone as error:
            return True, str(error)
        finally:
            for path in to_be_written(str(outside), zygote.pid):
                path.unlink(missing_ok=True)
    return held is True, str(said)
