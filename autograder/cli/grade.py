"""`unroll grade`: grade a class, a part of it, or a run again from its record."""

import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from autograder.cli.shared import FOLDER, jobs, with_course

BESIDE_REPLAY = {"replay", "course", "jobs", "accept_weak_isolation"}  # a record says all else


@click.command()
@click.argument("assignment", required=False)
@click.argument("submissions", type=FOLDER, required=False)
@click.option("-o", "--out", type=FOLDER, help="The folder for the results; made if it is missing.")
@click.option("--dry-run", is_flag=True, help="Show which file counts as which lesson, and grade nothing.")
@jobs("Hand-ins graded")
@click.option("--seed", default="", help="Secret of the hidden inputs. Made at the first run and kept in OUT/run.json.")
@click.option("--roster", type=FOLDER, help="A CSV of the class; who handed in nothing is a row too.")
@click.option(
    "--due", default="", metavar="TIME", help="The deadline, such as '2025-03-01 23:59', in the course's time zone."
)
@click.option(
    "--extension",
    "extensions",
    multiple=True,
    metavar="STUDENT=TIME",
    help="An own deadline, or so much more: jdoe=48h.",
)
@click.option(
    "--overrides",
    type=FOLDER,
    metavar="FILE",
    help="A CSV of marks by hand: student,task,points,reason. Without it, overrides.csv of the course's folder.",
)
@click.option(
    "--student",
    "students",
    multiple=True,
    metavar="NAME",
    help="Grade only this student anew; all other rows stay as they are. May be given several times.",
)
@click.option(
    "--task",
    "tasks",
    multiple=True,
    metavar="LESSON:TASK",
    help="Grade anew, and replace only this task: its address, or its name. May be given several times.",
)
@click.option("--accept-weak-isolation", is_flag=True, help="Grade without the full sandbox (see `unroll doctor`).")
@click.option("--anonymous", is_flag=True, help="Grade and report by number; OUT/.key.csv says who is who.")
@click.option("--yes", is_flag=True, help="Lower marks that are published too, without asking (see `unroll publish`).")
@click.option(
    "--replay", type=FOLDER, metavar="OUT", help="Repeat the run that stands in OUT, and say what comes out otherwise."
)
@click.option(
    "--shard", default="", metavar="3/8", help="Grade one of so many parts of the class; `unroll merge` joins them."
)
@click.option(
    "--scheduler",
    default="",
    metavar="ADDRESS",
    help="Grade on a cluster of dask, such as tls://host:8786 (extra: cluster).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the marks as one JSON object, for programs.")
@with_course
def grade(
    course: Any,
    assignment: str | None,
    submissions: Path | None,
    out: Path | None,
    dry_run: bool,
    jobs: int,
    seed: str,
    roster: Path | None,
    due: str,
    extensions: tuple[str, ...],
    overrides: Path | None,
    students: tuple[str, ...],
    tasks: tuple[str, ...],
    accept_weak_isolation: bool,
    anonymous: bool,
    yes: bool,
    replay: Path | None,
    shard: str,
    scheduler: str,
    as_json: bool,
) -> None:
    """Grade a class: one folder, .zip or .tar.gz per student in SUBMISSIONS, with .py or .ipynb files.

    A lesson is what defines its tasks, whatever its file is named; `--dry-run` shows which file counts as which.

    SUBMISSIONS may also be what `unroll collect` has written, or a learning platform's download: it is sorted first.

    \b
    OUT/index.html                the class: marks, causes, whom to look at, what changed
    OUT/grades.csv                a row per student and task; before this run: grades.previous.csv
    OUT/changes.csv               whose mark moved from run to run, from what to what and why
    OUT/marks.csv                 a row per student, with totals
    OUT/<student>/report.html     what the student may read
    OUT/<student>/results.json    the same for Gradescope
    OUT/<student>/record.json     what the next run goes on from
    OUT/junit.xml, OUT/run.json   for other programs; versions, limits and the seed
    OUT/.key.csv                  with --anonymous: who has which number; only you can read it

    --student and --task grade a part anew, such as --task rnn_cell after its tests were mended. All else stays as it
    is, also whoever has no hand-in in SUBMISSIONS. Deadlines, roster and overrides hold for the named students alone,
    so give --due again. The next run of the whole class grades a student again of whom only a task was replaced.

    A second run says whose mark moved. After `unroll publish OUT` it lowers no mark without asking: then nothing in
    OUT is replaced, and the same command with --yes goes on from what is graded.

    A second run goes on where the first stopped. Ctrl-C, SIGTERM and SIGHUP write what is graded, and end with 3.

    --shard 3/8 grades the third of eight parts, such as in a job array: no job waits for another. Each job needs the
    same command and --seed, and a folder of its own. Then `unroll merge OUT1 OUT2 ... -o OUT` makes one class of them.

    --scheduler sends hand-ins in chunks to the workers of a dask cluster, which need --nthreads 1 and the same kit.
    Each proves its sandbox first. If it is on another machine, it must be tls://, with dask's own certificate settings.
    How to start one, with SLURM or Kubernetes too: docs/cluster.md.

    --replay OUT repeats a run in a temporary folder: the same hand-ins, seed, deadline, roster and overrides. It says
    first which of them, or which lesson or kit, is another one now. Then it says each mark, verdict and mistake that is
    another. Nothing in OUT changes. ASSIGNMENT, SUBMISSIONS and all other options come from the record.

    \b
    Exit status
    0  every hand-in has its row, whatever the marks (rejected ones included)
    1  with --replay: something comes out otherwise
    2  wrong use: nothing was graded
    3  stopped; or the grading itself failed for somebody; or SUBMISSIONS has work that belongs to no student; or a
       published mark would fall, and nobody said --yes.
       All other rows are written, and the last lines name who and why
    """
    if replay is not None:
        _replay(course, replay, jobs, accept_weak_isolation)
    context = click.get_current_context()
    if assignment is None or submissions is None:
        hint = "'ASSIGNMENT'" if assignment is None else "'SUBMISSIONS'"
        raise click.MissingParameter(ctx=context, param_hint=hint, param_type="argument")
    if dry_run and as_json:
        raise click.UsageError("--dry-run grades nothing, so there is no --json of it. Leave one of them out.")
    if dry_run and anonymous:
        raise click.UsageError("--dry-run shows names and files as they are. Leave --anonymous out.")
    if dry_run and (students or tasks or shard):
        others = "--shard" if shard else "--student and --task"
        raise click.UsageError(f"--dry-run shows the whole class, and grades nothing. Leave {others} out.")
    if dry_run:
        from autograder.grading.dry_run import show_dry_run

        sys.exit(0 if show_dry_run(course, assignment, submissions, roster) else 3)
    if out is None:
        raise click.MissingParameter(ctx=context, param_hint="'-o' / '--out'", param_type="option")
    from autograder.grading.as_json import print_grading
    from autograder.grading.opening import Options
    from autograder.grading.overrides import own_table
    from autograder.grading.show import show_grading

    marks = overrides or own_table(course)
    options = Options(
        jobs,
        seed,
        accept_weak_isolation,
        roster,
        due,
        extensions,
        marks,
        anonymous,
        yes,
        students,
        tasks,
        shard,
        scheduler,
    )
    how = print_grading if as_json else show_grading
    if not how(course, assignment, submissions, out, options):
        sys.exit(3)


def _replay(course: Any, out: Path, jobs: int, accept_weak_isolation: bool) -> None:
    """Repeat a run, and end with its status.

    Raises:
        UsageError: the command says more than where the record is.
    """
    context = click.get_current_context()
    given = [name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    for one in context.command.params:
        if one.name in given and one.name not in BESIDE_REPLAY:
            said = one.opts[-1] if isinstance(one, click.Option) else str(one.name).upper()
            raise click.UsageError(f"--replay takes all but --jobs from the record in OUT. Leave {said} out.")
    from autograder.grading.opening import Options
    from autograder.grading.replay_show import show_replay

    options = Options(jobs, accept_weak_isolation=accept_weak_isolation)
    sys.exit(0 if show_replay(course, out, options) else 1)
