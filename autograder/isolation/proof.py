"""Prove what a zygote's workers cannot do: try it before the first hand-in. A layer counts only if it holds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.errors import GradingError, StudentError, StudentMissing, WorkerCrashed, WorkerGone, WorkerKilled
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits
from autograder.isolation.worker import Worker

PROMISED = {
    "landlock": ("read_a_file_outside",),
    "mounts": ("read_a_file_outside", "see_a_file_outside"),
    "namespaces": ("reach_the_network",),
    "rlimits": ("take_three_gigabytes", "start_a_thread", "start_a_process"),
    "seccomp": ("open_a_socket", "start_a_thread", "start_a_process", "run_a_program"),
}
EXEC = "run_a_program"  # nobody comes back from it
SOURCE = Path(__file__).with_name("inside") / "attempts.py"


def prove_layers(zygote: Zygote, outside: Path) -> list[str]:
    """Try in a worker what the layers promise to stop; remove a layer that does not keep its promise.

    Args:
        outside: a file that the grader can read and no worker may.

    Returns: what a worker could do although a layer promises that it cannot.

    Raises:
        GradingError: it could not be tried.
    """
    promises = {layer: PROMISED[layer] for layer in zygote.layers}
    names = {name for promised in promises.values() for name in promised}
    allowed = names - _refused(zygote, outside, sorted(names - {EXEC}), EXEC in names)
    zygote.distrust({layer for layer, promised in promises.items() if allowed & set(promised)})
    return sorted(name.replace("_", " ") for name in allowed)


def load_attempts(worker: Worker) -> None:
    """Give a worker the code of the attempts."""
    load = {"lesson": "attempts", "sources": {"attempts": [SOURCE.read_text(encoding="utf-8")]}, "light": False}
    worker.ask("load", {"value": load})


def ask_to_try(worker: Worker, names: Sequence[str], outside: Path, parent: int) -> dict[str, Any]:
    """Have a worker try some attempts, one after the other."""
    answer = worker.ask("call", {"name": "tried", "args": [list(names), str(outside), parent], "kwargs": {}})
    return answer if type(answer) is dict else {}


def _refused(zygote: Zygote, outside: Path, names: Sequence[str], with_exec: bool) -> set[str]:
    """List what was refused; a result in doubt does not count as refused."""
    try:
        outside.read_bytes()
        try:
            answers = _answers(zygote, outside, names, with_exec)
        except WorkerKilled:  # by something outside, such as a lack of memory
            answers = _answers(zygote, outside, names, with_exec)
    except (OSError, WorkerGone, StudentError, StudentMissing) as error:
        raise GradingError(f"The sandbox could not be tried: {error} Run `unroll doctor`.") from None
    return {name for name, came in answers.items() if type(came) is list and came and came[0] is True}


def _answers(zygote: Zygote, outside: Path, names: Sequence[str], with_exec: bool) -> dict[str, Any]:
    with Worker(zygote, Limits()) as worker:
        load_attempts(worker)
        answers = ask_to_try(worker, names, outside, zygote.pid)
        return {**answers, **(_exec(worker, outside, zygote.pid) if with_exec else {})}


def _exec(worker: Worker, outside: Path, parent: int) -> dict[str, Any]:
    try:
        return ask_to_try(worker, [EXEC], outside, parent)
    except WorkerKilled:
        raise
    except WorkerCrashed:
        return {}
