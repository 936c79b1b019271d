"""Compare graders on the same lessons, hand-ins and checks, in turns: python benchmarks/compare.py [--quick].

The first run makes an environment for each grader, with venv and pip. See README.md.
"""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from peers import environments
from peers.agreement import Verdicts, compare
from peers.checks import ROOT, read_checks, write_checks
from peers.environments import Environment
from peers.grader import Grader, Job
from peers.hand_ins import make_class
from peers.kit import NbgraderWithKit, UnrollGrade, cold_check, make_home, own_code
from peers.measured import cost, ratios
from peers.nbgrader_alone import NbgraderAlone
from peers.otter import Otter
from peers.picture import drawn
from peers.plain_pytest import PlainPytest
from peers.shown import costs_of, lines_of, with_tables
from peers.spent import Failed
from peers.turns import Taken, Turn, say

from autograder.course.model import load_course
from autograder.text.files import write_atomically

HERE = Path(__file__).resolve().parent
COMMITTED, PICTURE, README = HERE / "compare.json", HERE / "compare.png", HERE / "README.md"
KIT, BARE = UnrollGrade(), UnrollGrade(pictures=False)
GRADERS: tuple[Grader, ...] = (
    KIT,
    BARE,
    NbgraderWithKit(),
    NbgraderWithKit(batch=True),
    Otter(),
    PlainPytest(),
    NbgraderAlone(merged=True),
    NbgraderAlone(),
)
# How many times the large class of the others; a cheap hand-in is lost in the noise of few.
MORE = {KIT.name: 3, BARE.name: 3, "nbgrader with the kit": 2, "unroll nbgrade": 2}
# The sizes of the small and of the large class.
QUICK = {
    KIT.name: (2, 5),
    "nbgrader with the kit": (1, 2),
    "otter run": (0, 1),
    PlainPytest.name: (0, 1),
    "nbgrader as it ships": (0, 1),
}
SHOWN = ("unroll", "torch", "numpy", "pytest", "nbgrader", "otter-grader", "ipykernel", "nbconvert")


def main() -> None:
    """Measure, and print what was measured beside what is committed."""
    options, stop = read_options(), signal.default_int_handler
    try:
        with handled(signal.SIGINT, stop), handled(signal.SIGTERM, stop):  # both end what was started, and tidy up
            run(options)
    except KeyboardInterrupt:
        say("Stopped. Nothing was written, and nothing runs on.")
        sys.exit(130)
    except Failed as failed:
        sys.exit(f"compare.py: {failed}")


def run(options: argparse.Namespace) -> None:
    """Measure, print, and keep the result if asked to."""
    chosen = [one for one in GRADERS if not options.quick or one.name in QUICK]
    found_environments, missing = find_environments(options, chosen)
    if options.write and missing:
        raise Failed(f"--write needs all graders. {'; '.join(f'{name}: {why}' for name, why in missing.items())}")
    with tempfile.TemporaryDirectory(prefix="unroll-compare-") as work:
        job = make_job(Path(work) / "helpers", options.assignment, found_environments)
        found = measure(Path(work), options, job, [one for one in chosen if one.name not in missing])
    found["left out"] = {**missing, **found["left out"]}
    committed = json.loads(COMMITTED.read_text(encoding="utf-8")) if COMMITTED.exists() else {}
    print(*lines_of(found, committed), sep="\n")
    if options.write:
        write(found, [one.name for one in chosen])


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one round of the smallest classes, in under two minutes")
    parser.add_argument("--here", action="store_true", help="make no environment; whoever needs one is left out")
    parser.add_argument("--hand-ins", type=int, default=8, help="in the large class of each grader")
    parser.add_argument("--rounds", type=int, default=3, help="how often each grader has its turn")
    parser.add_argument("--assignment", default="sine")
    parser.add_argument("--environments", type=Path, default=environments.default_folder(), help="where they are kept")
    parser.add_argument("--write", action="store_true", help="keep the result: compare.json, compare.png, README.md")
    options = parser.parse_args()
    options.environments = options.environments.resolve()
    options.rounds = 1 if options.quick else options.rounds
    if options.hand_ins < 2:
        parser.error("--hand-ins: two are the least, because start-up and hand-in are told apart by two classes.")
    if options.rounds < 1:
        parser.error("--rounds: one is the least.")
    if options.write and options.quick:
        parser.error("--write: a quick comparison is too noisy to keep. Leave out --quick.")
    return options


def find_environments(
    options: argparse.Namespace, chosen: Sequence[Grader]
) -> tuple[dict[str, Environment], dict[str, str]]:
    """Find each grader's environment, or make it; return them, and why a grader has none."""
    found, missing = {"": environments.HERE}, {}
    for name in sorted({one.environment for one in chosen} - {""}):
        try:
            found[name] = environments.find(options.environments, name, options.quick) or _made(options, name)
        except Failed as failed:
            missing |= {one.name: str(failed) for one in chosen if one.environment == name}
            say(f"{name}: {failed}")
    return found, missing


def _made(options: argparse.Namespace, name: str) -> Environment:
    packages = ", ".join(environments.PACKAGES[name])
    if options.here:
        raise Failed(f"this Python does not have {packages}. Without --here, an environment is made.")
    say(f"Making the environment of {name} in {options.environments}: {packages}. This is done once ...")
    return environments.make(options.environments, name)


def make_job(helpers: Path, assignment: str, found: dict[str, Environment]) -> Job:
    """Write the checks of an assignment, for all graders."""
    lessons = load_course(ROOT).assignment(assignment).lessons
    write_checks(helpers, lessons)
    return Job(lessons, tuple(check for lesson in lessons for check in read_checks(lesson)), helpers, found)


def measure(work: Path, options: argparse.Namespace, job: Job, chosen: Sequence[Grader]) -> dict[str, Any]:
    """Give every grader its turn in each round; return all that was found."""
    sizes = {one.name: sizes_of(one, options) for one in chosen}
    distinct = 1 if options.quick else int(options.hand_ins) // 2
    hand_ins = make_class(job.lessons, max(many for _, many in sizes.values()), distinct)
    taken, own, checks, home = Taken(), [], [], make_home(work / "home", job)
    for number in range(options.rounds):
        say(f"Round {number + 1} of {options.rounds}; seconds are CPU.")
        for one in chosen:
            few, many = (hand_ins[:size] for size in sizes[one.name])
            taken.take(job, Turn(one, work / f"{number}-{one.name}", few, many))
        own.append(own_code(job))
        checks.append(cold_check(home, job))
    if KIT.name not in taken.pairs:
        raise Failed(f"without {KIT.name}, there is nothing to compare with. {taken.failed[KIT.name]}")
    costs = {one.name: cost(*sizes[one.name], taken.pairs[one.name]) for one in chosen if taken.has(one.name)}
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": machine(),
        "command": f"compare.py --hand-ins {options.hand_ins} --rounds {options.rounds}",
        "title": f"One hand-in of `{options.assignment}`: {sum(len(one.tasks) for one in job.lessons)} tasks",
        "versions": versions(job),
        "wrong": {one.student: one.mistake for one in hand_ins if one.mistake},
        "costs": {name: asdict(one) for name, one in costs.items()},
        "agreement": agreement(taken.verdicts),
        "own code": median(own),
        "ratios": ratios(costs, median(own), median(checks)),
        "left out": {name: str(why) for name, why in taken.failed.items()},
    }


def sizes_of(grader: Grader, options: argparse.Namespace) -> tuple[int, int]:
    """Return how many hand-ins are in a grader's small and in its large class.

    The kit looks for a mistake once in a class. So its small class has every mistake that the large one has.
    """
    if options.quick:
        return QUICK[grader.name]
    few = int(options.hand_ins) if grader.name in MORE else grader.few
    return few, int(options.hand_ins) * MORE.get(grader.name, 1)


def agreement(verdicts: dict[str, Verdicts]) -> dict[str, Any]:
    """Compare the verdicts of all graders with the kit's."""
    others = {name: one for name, one in verdicts.items() if name != KIT.name}
    return {name: compare(verdicts[KIT.name], one).as_json() for name, one in others.items()}


def machine() -> str:
    """Say in a few words what kind of machine this is."""
    system = f"{platform.system()} {platform.release().split('.')[0]}"
    return f"{os.cpu_count()} cores ({platform.machine()}), {system}, Python {platform.python_version()}"


def versions(job: Job) -> dict[str, dict[str, str]]:
    """Return the versions of what matters, by environment; the kit's is this one."""
    found = {name or "unroll": one.versions() for name, one in job.environments.items()}
    return {name: {one: listed[one] for one in SHOWN if one in listed} for name, listed in found.items()}


def write(found: dict[str, Any], names: Sequence[str]) -> None:
    """Keep a result: its numbers, its picture, and its tables in the README; all of them or none."""
    if lost := [name for name in names if name not in found["costs"]]:
        raise Failed(f"nothing was written, because it would lose the rows of {', '.join(lost)}.")
    files = {
        COMMITTED: json.dumps(found, indent=1) + "\n",
        PICTURE: drawn(costs_of(found), found["own code"], found["title"].replace("`", "")),
        README: with_tables(README.read_text(encoding="utf-8"), found, PICTURE.name),
    }
    with handled(signal.SIGINT, signal.SIG_IGN):  # a moment: not one new file beside two old ones
        for path, content in files.items():
            write_atomically(path, content, "Free space, then run the same command again.")
    say(f"Written: {', '.join(path.name for path in files)}.")


@contextmanager
def handled(number: int, handler: Any) -> Iterator[None]:
    """Handle a signal in another way for a while."""
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


if __name__ == "__main__":
    main()
