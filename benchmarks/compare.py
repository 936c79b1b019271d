"""Compare graders on the same lessons, hand-ins and checks, in turns: python benchmarks/compare.py [--quick].

The first run makes an environment for each grader, with venv and pip. See README.md.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from statistics import median

from peers import environments
from peers.agreement import Verdicts, compare
from peers.checks import ROOT, read_checks, write_checks
from peers.grader import Grader, Job
from peers.hand_ins import HandIn, make_class
from peers.kit import NbgraderWithKit, UnrollGrade, cold_check, own_code
from peers.measured import Cost, aim_table, cost, cost_table, ratio_table, ratios
from peers.nbgrader_alone import NbgraderAlone
from peers.otter import Otter
from peers.picture import draw
from peers.plain_pytest import PlainPytest

from autograder.course.model import load_course

HERE = Path(__file__).resolve().parent
COMMITTED, PICTURE, README = HERE / "compare.json", HERE / "compare.png", HERE / "README.md"
BEGIN, END = "<!-- compare.py --write -->", "<!-- end -->"
KIT = UnrollGrade()
GRADERS: tuple[Grader, ...] = (
    KIT,
    NbgraderWithKit(),
    NbgraderWithKit(batch=True),
    Otter(),
    PlainPytest(),
    NbgraderAlone(merged=True),
    NbgraderAlone(),
)
QUICK = {KIT.name: 5, "nbgrader with the kit": 2, "otter run": 1, PlainPytest.name: 1, "nbgrader as it ships": 1}
SHOWN = ("unroll", "torch", "numpy", "pytest", "nbgrader", "otter-grader", "ipykernel", "nbconvert")


@dataclass(frozen=True)
class Turn:
    """One grader in one round, with its small and its large class."""

    grader: Grader
    place: Path
    few: Sequence[HandIn]
    many: Sequence[HandIn]

    def prepare(self, job: Job) -> None:
        """Write both classes; this is not measured."""
        for name, hand_ins in (("few", self.few), ("many", self.many)):
            (self.place / name).mkdir(parents=True)
            self.grader.prepare(self.place / name, job, hand_ins)

    def grade(self, job: Job) -> tuple[float, float]:
        """Grade both classes; return the CPU of each."""
        small = self.grader.grade(self.place / "few", job, self.few)
        return small, self.grader.grade(self.place / "many", job, self.many)

    def verdicts(self, job: Job) -> Verdicts:
        """Read the verdicts of the large class."""
        found = ((one.student, self.grader.passed(self.place / "many", job, one)) for one in self.many)
        return {(student, task): passed for student, tasks in found for task, passed in tasks.items()}


def main() -> None:
    """Measure, and print what was measured beside what is committed."""
    options = read_options()
    chosen = [one for one in GRADERS if not options.quick or one.name in QUICK]
    make_environments(options.environments, chosen)
    sizes = {one.name: QUICK[one.name] if options.quick else options.hand_ins for one in chosen}
    with tempfile.TemporaryDirectory() as work:
        found = measure(Path(work), options, chosen, sizes)
    show(found)
    if options.write:
        write(found)


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one round of the smallest classes, in under two minutes")
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
    return options


def make_environments(folder: Path, chosen: Sequence[Grader]) -> None:
    """Make the environments that are not there yet."""
    for name in sorted({one.environment for one in chosen} - {""}):
        if not environments.is_made(folder, name):
            print(
                f"Making the environment of {name} in {folder}: {', '.join(environments.PACKAGES[name])} ...",
                flush=True,
            )
            environments.make(folder, name)


def measure(work: Path, options: argparse.Namespace, chosen: Sequence[Grader], sizes: dict[str, int]) -> dict:
    """Give every grader its turn in each round; return all that was found."""
    job = make_job(work / "helpers", options)
    hand_ins = make_class(job.lessons, max(sizes.values()))
    rounds = []
    for number in range(options.rounds):
        turns = [
            Turn(one, work / f"{number}-{one.name}", hand_ins[: one.few], hand_ins[: sizes[one.name]]) for one in chosen
        ]
        rounds.append(take_turns(job, turns))
        print(f"{number + 1} of {options.rounds} rounds", file=sys.stderr, flush=True)
    costs = {one.name: cost(one.few, sizes[one.name], [pairs[one.name] for pairs, _ in rounds]) for one in chosen}
    check = median(cold_check(work / f"home-{number}", job) for number in range(max(2, options.rounds)))
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": machine(),
        "title": f"One hand-in of {options.assignment}: {sum(len(one.tasks) for one in job.lessons)} tasks",
        "versions": versions(options.environments, chosen),
        "wrong": {one.student: one.mistake for one in hand_ins if one.mistake},
        "costs": {name: asdict(one) for name, one in costs.items()},
        **agreement(rounds[0][1]),
        **shares(costs, own_code(job), check),
    }


def make_job(helpers: Path, options: argparse.Namespace) -> Job:
    """Write the checks of an assignment, for all graders."""
    lessons = load_course(ROOT).assignment(options.assignment).lessons
    write_checks(helpers, lessons)
    checks = tuple(check for lesson in lessons for check in read_checks(lesson))
    return Job(lessons, checks, helpers, options.environments)


def take_turns(job: Job, turns: Sequence[Turn]) -> tuple[dict[str, tuple[float, float]], dict[str, Verdicts]]:
    """Let each grader grade once; return the CPU and the verdicts of each. Only one runs at a time."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda turn: turn.prepare(job), turns))
    spent = {turn.grader.name: turn.grade(job) for turn in turns}
    return spent, {turn.grader.name: turn.verdicts(job) for turn in turns}


def agreement(verdicts: dict[str, Verdicts]) -> dict:
    """Compare the verdicts of all graders with the kit's."""
    others = {name: one for name, one in verdicts.items() if name != KIT.name}
    return {"agreement": {name: compare(verdicts[KIT.name], one).as_json() for name, one in others.items()}}


def shares(costs: dict[str, Cost], own: float, check: float) -> dict:
    """Return the ratios, and the CPU of the student's own code, which one of them needs."""
    return {"own code": own, "ratios": ratios(costs, own, check)}


def machine() -> str:
    """Say in a few words what kind of machine this is."""
    system = f"{platform.system()} {platform.release().split('.')[0]}"
    return f"{os.cpu_count()} cores ({platform.machine()}), {system}, Python {platform.python_version()}"


def versions(folder: Path, chosen: Sequence[Grader]) -> dict[str, dict[str, str]]:
    """Return the versions of what matters, by environment; the kit's is this one."""
    names = sorted({one.environment for one in chosen} - {""})
    found = {"unroll": {one.name: one.version for one in distributions()}}
    found |= {name: environments.versions(folder, name) for name in names}
    return {name: {one: listed[one] for one in SHOWN if one in listed} for name, listed in found.items()}


def show(found: dict) -> None:
    """Print the tables, and where verdicts differ."""
    committed = json.loads(COMMITTED.read_text(encoding="utf-8")) if COMMITTED.exists() else {}
    print(*cost_table(costs_of(found)), sep="\n")
    print(f"\nThe student's own code: {found['own code']:.2f} s.\n")
    print(*ratio_table(found["ratios"], committed.get("ratios", {})), sep="\n")
    if committed:
        print(f"\nCommitted: {committed['date']}, {committed['machine']}.")
    print("\nVerdicts on tasks, beside those of unroll grade:", *agreement_lines(found), sep="\n")


def agreement_lines(found: dict) -> list[str]:
    """Say how many verdicts are equal, and list those that are not."""
    lines = []
    for name, one in found["agreement"].items():
        lines.append(f"- {name}: {one['equal']} of {one['of']} equal.")
        lines += [f"  - {each}" for each in one["differences"]]
    return lines


def write(found: dict) -> None:
    """Keep a result: its numbers, its picture, and its tables in the README."""
    COMMITTED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    draw(costs_of(found), found["own code"], PICTURE, found["title"])
    README.write_text(with_tables(README.read_text(encoding="utf-8"), found), encoding="utf-8")


def with_tables(text: str, found: dict) -> str:
    """Put what was found between the marks in the README."""
    before, _, rest = text.partition(BEGIN)
    lines = [
        f"{found['title']}; {found['date']}, {found['machine']}. The student's own code: {found['own code']:.2f} s.",
        "",
        f"![CPU of one hand-in with each grader]({PICTURE.name})",
        "",
        *cost_table(costs_of(found)),
        "",
        *aim_table(found["ratios"]),
        "",
        "Verdicts on tasks, beside those of `unroll grade`:",
        "",
        *agreement_lines(found),
    ]
    return "\n".join([f"{before}{BEGIN}", "", *lines, "", f"{END}{rest.partition(END)[2]}"])


def costs_of(found: dict) -> dict[str, Cost]:
    """Return the costs in a result."""
    return {name: Cost(**one) for name, one in found["costs"].items()}


if __name__ == "__main__":
    main()
