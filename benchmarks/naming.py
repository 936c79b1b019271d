"""Measure whether wrong programs that no test knows get true names and true sentences. See README.md.

    python benchmarks/naming.py                        all lessons, 10 programs of each group and lesson
    python benchmarks/naming.py sine/cell --all        every program of one lesson

A name is wrong where the program holds another mistake; the name of a mutant, of which nobody knows what it is, is
wrong where fresh inputs do not lead to the same one. A sentence says more than the place and size of a difference if it
names a mistake, a relation, a shape, a type, an exception, or anything else.
"""

import argparse
import os
import random
import re
from collections import Counter
from dataclasses import replace

os.environ |= {"OMP_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
from grading import ROOT
from programs import changed, moved, pairs

from autograder.course.model import load_course
from autograder.exam.clock import Clock
from autograder.exam.exam import course_exam, run_session
from autograder.exam.examine import examine_task
from autograder.exam.remote import Remote
from autograder.isolation.forked import Zygote

BARE = re.compile(r"^.* is wrong (in \d+ of \d+ values, first at .*?, )?by [\w.+-]+\.$")
SECRETS = ("one", "another")
GROUPS = {"mutant": changed, "moved": moved, "pair": pairs}


def chosen(lesson, count):
    for make in GROUPS.values():
        made = list(make(lesson))
        random.Random(lesson.key).shuffle(made)
        yield from made[:count]


def results(course, lesson, programs, secret):
    """Examine programs, and return the result of each one's task."""
    found = []
    limits = replace(course.limits, call_seconds=min(3.0, course.limits.call_seconds))

    def work(exam):
        with Zygote() as zygote:
            for program in programs:
                remote = Remote(zygote, limits, Clock(limits), lesson.name, {lesson.name: [program.source]})
                found.append(examine_task(exam, lesson, lesson.task(program.task), remote)[0])

    run_session(course_exam([lesson], secret, work))
    return found


def judged(program, first, second):
    """Say what became of a program: not noticed, named rightly or wrongly, said more of, or bare."""
    if first.outcome == "passed":
        return "not noticed"
    if first.mistake:
        right = first.mistake in program.ids if program.ids else first.mistake == second.mistake
        return "named" if right else "wrong name"
    return "bare" if BARE.match(first.fact) else "more said"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("lessons", nargs="*", help="such as sine/cell; all without")
    options.add_argument("--count", type=int, default=10, help="programs of each group and lesson")
    options.add_argument("--all", action="store_true", help="every program, which takes hours for all lessons")
    options.add_argument(
        "--show",
        action="store_true",
        help="print each program that is bare, has a wrong name, or lacks the one that it has in the catalogue",
    )
    asked = options.parse_args()
    course = load_course(ROOT)
    lessons = [lesson for lesson in course.lessons() if not asked.lessons or lesson.key in asked.lessons]
    counts = Counter()
    for lesson in lessons:
        programs = list(chosen(lesson, None if asked.all else asked.count))
        both = [results(course, lesson, programs, secret) for secret in SECRETS]
        here = Counter()
        for program, first, second in zip(programs, *both, strict=True):
            verdict = judged(program, first, second)
            here[program.group, verdict] += 1
            missed = program.ids and verdict == "more said"
            if asked.show and (missed or verdict in ("bare", "wrong name")):
                told = f"{first.mistake} {first.message}"
                print(f"  {lesson.key}:{program.task} {program.group} {program.what} {program.ids}: {verdict}: {told}")
        print(lesson.key, {" ".join(key): number for key, number in here.items()})
        counts += here
    print(table(counts))


def table(counts):
    lines = [f"{'group':8} {'noticed':>8} {'named':>8} {'wrong name':>11} {'more said':>10} {'bare':>6}"]
    for group in GROUPS:
        here = {verdict: number for (name, verdict), number in counts.items() if name == group}
        noticed = sum(here.values()) - here.get("not noticed", 0)
        shares = [here.get(verdict, 0) / max(noticed, 1) for verdict in ("named", "wrong name", "more said", "bare")]
        named, wrong, more, bare = (f"{share:.1%}" for share in shares)
        lines.append(f"{group:8} {noticed:8} {named:>8} {wrong:>11} {more:>10} {bare:>6}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
