"""`unroll grade --shard` cuts a class into parts that any job finds alone; `unroll merge` makes one class of them."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from schemas import complaints
from scripted import ScriptedCrew, SmallClass, small  # noqa: F401 (a fixture)

from autograder.cli.commands import cli
from autograder.errors import GradingError, UsageError
from autograder.grading import merge as merging
from autograder.grading.anonymous import KEY
from autograder.grading.as_json import print_grading
from autograder.grading.merge_show import show_merging
from autograder.grading.opening import Options
from autograder.grading.places import read_places
from autograder.grading.publish import publish
from autograder.grading.request import ExaminerRequest
from autograder.grading.shards import FILE, Shard, read_shard
from autograder.intake import Student
from autograder.reports.class_page.identical import read_identical
from autograder.text.words import LOOK

SEED = "a secret of all shards"
TABLES = ("grades.csv", "marks.csv", "identical.json")
BESIDE = ("Grading", "Class:", "Grades:", "Reports:", "Not on the roster")
MARKS = {"ada": "1 3", "bob": "2 0", "cy": "lost", "dee": "2 3", "eve": "0 0", "Zoë M": "2 1.5", "fay": "1 3"}


def students(count: int) -> list[Student]:
    return [Student(f"student {n}", f"s{n}", Path(f"s{n}")) for n in range(count)]


def parts(found: Sequence[Student], count: int) -> list[list[str]]:
    return [[one.folder for one in Shard(number, count).part(found)] for number in range(1, count + 1)]


@pytest.mark.parametrize(("size", "count"), [(40, 8), (41, 8), (7, 3), (3, 5), (1, 1), (0, 2)])
def test_each_student_is_in_one_part_and_no_part_is_larger_by_two(size: int, count: int) -> None:
    found = parts(students(size), count)

    assert Counter(one for part in found for one in part) == Counter(one.folder for one in students(size))
    assert max(map(len, found)) - min(map(len, found)) <= 1


def test_the_parts_are_the_same_in_whatever_order_the_students_are_found() -> None:
    there = students(50)

    assert [set(part) for part in parts(there[::-1], 7)] == [set(part) for part in parts(there, 7)]


def test_parts_are_in_the_order_of_the_class_and_no_run_of_neighbours() -> None:
    part = [int(one[1:]) for one in parts(students(200), 4)[0]]

    assert part == sorted(part)
    assert max(part) - min(part) > 100


def test_a_late_hand_in_moves_at_most_one_student_from_each_part() -> None:
    before, after = parts(students(100), 8), parts(students(101), 8)

    assert all(len({*one} - {*other}) <= 1 for one, other in zip(before, after, strict=True))


@pytest.mark.parametrize("text", ["0/8", "9/8", "3", "3/", "/8", "-1/8", "3/8/2", "a/b", "3 / 8", "٣/٨", "1/0"])
def test_what_is_no_part_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError, match=r"is no part of a class.*such as 3/8") as said:
        read_shard(text)

    assert "\n" not in str(said.value)


class Cut:
    """A class that is graded in parts and put together, beside the same class graded in one run."""

    def __init__(self, one: SmallClass) -> None:
        self.small, self.whole = one, one.out
        self.root = one.course.root
        self.out = self.root / "merged"

    def folder(self, number: int) -> Path:
        return self.root / f"shard {number}"

    def grade(self, number: int, count: int = 3, **options: Any) -> list[str]:
        self.small.out = self.folder(number)
        try:
            return self.small.grade(**{"shard": f"{number}/{count}", "seed": SEED, **options})
        finally:
            self.small.out = self.whole

    def grade_all(self, count: int = 3, **options: Any) -> list[Path]:
        for number in range(1, count + 1):
            self.grade(number, count, **options)
        return [self.folder(number) for number in range(1, count + 1)]

    def merge(self, folders: Sequence[Path], **options: Any) -> list[str]:
        """Merge; return what is said on standard output."""
        self.small.capsys.readouterr()
        self.all_graded = show_merging(folders, self.out, **options)
        return self.small.capsys.readouterr().out.splitlines()

    def refused(self, folders: Sequence[Path]) -> str:
        with pytest.raises(UsageError) as said:
            self.merge(folders)
        assert "\n" not in str(said.value)
        return str(said.value)


@pytest.fixture
def cut(small: SmallClass, monkeypatch: pytest.MonkeyPatch) -> Cut:  # noqa: F811
    answer = ScriptedCrew._answer

    def with_codes(crew: ScriptedCrew, request: ExaminerRequest) -> dict[str, Any]:
        file = Path(request.path) / "double.py"
        found = {"codes": {"play/double": [file.read_text()] if file.exists() else []}, **answer(crew, request)}
        if request.student == "eve" and "result" in found:
            found["result"]["arrival"] = [f"Two versions: {LOOK}"]
        return found

    monkeypatch.setattr(ScriptedCrew, "_answer", with_codes)
    small.hand_in(**MARKS)
    return Cut(small)


def texts(out: Path, names: Sequence[str] = TABLES) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in names}


def after(lines: Sequence[str], first: str) -> list[str]:
    """Return the lines that say what stands out, but for those with a path."""
    return [line for line in lines if not line.startswith((*BESIDE, first))]


def table(root: Path, name: str, *rows: str) -> Path:
    path = root / name
    path.write_text("\n".join(rows))
    return path


@pytest.mark.parametrize("count", [1, 3, 9])
def test_shards_put_together_are_one_run(cut: Cut, count: int) -> None:
    root = cut.root
    options = {
        "roster": table(root, "roster.csv", "name,email,extension", "ada,ada@x.org,", "Away Willis,w@x.org,"),
        "overrides": table(root, "by hand.csv", "student,task,points,reason", "bob,double_all,1.5,seen"),
        "due": "2020-01-01",
    }
    said = cut.small.grade(seed=SEED, **options)

    merged = cut.merge(cut.grade_all(count, **options)[::-1])

    assert texts(cut.out) == texts(cut.whole)
    assert [one.students for one in read_identical(cut.out)] == [("ada", "fay")]
    assert "Marked by hand" in (cut.out / "grades.csv").read_text(encoding="utf-8")
    told = [line.replace(str(cut.out), str(cut.whole)) for line in after(merged, "  cy")]
    assert told == after(said, "  cy")
    assert "To be looked at by hand, 1:" in merged
    assert any(line.startswith("  cy: Its shard could not grade it.") for line in merged)
    assert not cut.all_graded


def test_programs_read_of_shards_what_they_read_of_one_run(cut: Cut) -> None:
    (cut.small.hand_ins / "double.py").write_text("x = 1\n")  # nobody's
    roster = table(cut.root, "roster.csv", "name,email", "ada,ada@x.org", "Away Willis,w@x.org")
    shards = cut.grade_all(roster=roster)
    cut.small.capsys.readouterr()
    print_grading(cut.small.course, "play", cut.small.hand_ins, cut.whole, Options(seed=SEED, roster=roster))
    one = json.loads(cut.small.capsys.readouterr().out)

    done = CliRunner().invoke(cli, ["merge", *map(str, shards), "-o", str(cut.out), "--json"])

    many = json.loads(done.stdout)
    assert done.exit_code == 3
    assert complaints("graded", many) == []
    assert many["failed"].pop("cy").startswith("Its shard could not grade it.") and one["failed"].pop("cy")
    assert many == {**one, "out": str(cut.out), "said": [], "skipped": []}
    assert many["loose"] == ["double.py"]


def test_pages_and_records_are_those_of_the_shards(cut: Cut) -> None:
    folders = cut.grade_all(2)

    cut.merge(folders)

    for name in ("report.html", "record.json", "results.json"):
        there = [one / "ada" / name for one in folders if (one / "ada").exists()]
        assert [one.read_bytes() for one in there] == [(cut.out / "ada" / name).read_bytes()]
    assert "ada" in (cut.out / "index.html").read_text(encoding="utf-8")
    assert complaints("run", json.loads((cut.out / "run.json").read_text())) == []
    assert complaints("run", json.loads((folders[0] / "run.json").read_text())) == []


def test_a_run_of_the_whole_class_goes_on_from_what_was_merged(cut: Cut) -> None:
    cut.merge(cut.grade_all())
    cut.small.out = cut.out

    lines = cut.small.grade()

    assert ScriptedCrew.graded == []  # a hand-in that is lost is tried again, and lost again
    assert any(line.startswith("Nothing changed since") for line in lines)
    assert read_places(cut.out)["ada"] == (cut.small.hand_ins / "ada").absolute()


def test_a_hand_in_of_nobody_lies_nowhere_in_a_shard(cut: Cut) -> None:
    cut.merge(cut.grade_all(roster=table(cut.root, "roster.csv", "name", "Away")))

    assert read_places(cut.out)["Away"] == (cut.out / ".nothing").absolute()
    assert not list((cut.out / ".nothing").iterdir())


def test_a_class_by_number_has_the_same_numbers_in_every_part(cut: Cut) -> None:
    cut.small.grade(seed=SEED, anonymous=True)

    cut.merge(cut.grade_all(anonymous=True))

    assert texts(cut.out, (*TABLES, KEY)) == texts(cut.whole, (*TABLES, KEY))
    assert "ada" not in (cut.folder(1) / FILE).read_text()
    assert "ada" not in (cut.out / "grades.csv").read_text()


def test_a_merge_counts_the_students_and_not_the_shards(cut: Cut) -> None:
    folders = cut.grade_all(2)
    cut.small.capsys.readouterr()

    show_merging(folders, cut.out)

    lines = cut.small.capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in lines] == [f"[{number}/7]" for number in range(1, 8)]


def test_a_second_merge_says_what_moved(cut: Cut) -> None:
    folders = cut.grade_all()
    cut.merge(folders)
    cut.small.hand_in(ada="2 3")
    cut.grade_all()

    lines = cut.merge(folders)

    assert any(line.startswith("  ada: from 4 to 5") for line in lines)


def test_a_merge_that_was_cut_can_be_done_again(cut: Cut, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = cut.grade_all()
    copy: Callable[[Path, Path], None] = merging._copy
    left = iter(range(3))

    def stopped(there: Path, here: Path) -> None:
        next(left)
        copy(there, here)

    with monkeypatch.context() as patch, pytest.raises(StopIteration):
        patch.setattr(merging, "_copy", stopped)
        cut.merge(folders)
    assert not (cut.out / "grades.csv").exists()

    cut.merge(folders)

    cut.small.grade(seed=SEED)
    assert texts(cut.out) == texts(cut.whole)


def test_published_marks_fall_only_when_somebody_says_so(cut: Cut) -> None:
    folders = cut.grade_all()
    cut.merge(folders)
    list(publish(cut.out))
    before = texts(cut.out)
    cut.small.hand_in(ada="0 0")
    cut.grade_all()

    with pytest.raises(GradingError, match="Published marks of 1 would fall"):
        cut.merge(folders)
    assert texts(cut.out) == before

    cut.merge(folders, yes=True)
    assert texts(cut.out) != before


def test_missing_shards_are_named(cut: Cut) -> None:
    one, two, three = cut.grade_all()

    assert cut.refused([one, three]).startswith("Shard 2 of 3 is missing.")
    assert cut.refused([two]).startswith("Shards 1, 3 of 3 are missing.")
    assert not cut.out.exists()


def test_a_shard_that_is_given_twice_is_an_error(cut: Cut) -> None:
    one, two, _ = cut.grade_all()
    copy = shutil.copytree(one, cut.root / "copy")

    assert "are both shard 1/3" in cut.refused([one, two, one])
    assert "are both shard 1/3" in cut.refused([one, two, copy])


OTHER_RUNS = {
    "another seed": {"seed": "another one"},
    "another number of shards": {"count": 2},
    "other deadlines": {"due": "2020-01-01"},
}


@pytest.mark.parametrize("what", OTHER_RUNS)
def test_shards_of_other_runs_are_refused(cut: Cut, what: str) -> None:
    cut.grade(1)
    cut.grade(2, **{"count": 3, **OTHER_RUNS[what]})
    cut.grade(3)

    said = cut.refused([cut.folder(number) for number in (1, 2, 3)])

    assert f"are of different runs: {what}." in said and str(cut.folder(2)) in said


def changed_course(cut: Cut) -> None:
    path = cut.root / "solutions" / "course.toml"
    path.write_text(path.read_text() + "\n# another line\n")


def changed_lesson(cut: Cut) -> None:
    path = cut.root / "solutions" / "play" / "double" / "test_hidden.py"
    path.write_text(path.read_text() + "\n# another line\n")


def more_hand_ins(cut: Cut) -> None:
    cut.small.hand_in(late="2 3")


CHANGES = [
    (changed_course, "another course.toml"),
    (changed_lesson, "the lesson double"),
    (more_hand_ins, "other hand-ins in the class (late)"),
]


@pytest.mark.parametrize(("change", "what"), CHANGES, ids=[change.__name__ for change, _ in CHANGES])
def test_shards_between_which_something_was_changed_are_refused(
    cut: Cut, change: Callable[[Cut], None], what: str
) -> None:
    cut.grade(1)
    change(cut)
    cut.grade(2)
    cut.grade(3)

    said = cut.refused([cut.folder(number) for number in (1, 2, 3)])

    assert "are of different runs" in said and what in said


def test_another_version_of_the_kit_is_refused(cut: Cut) -> None:
    folders = cut.grade_all()
    facts = json.loads((folders[1] / "run.json").read_text())
    (folders[1] / "run.json").write_text(json.dumps({**facts, "kit": "0.0.1"}))

    assert "another version of the kit" in cut.refused(folders)


def test_a_shard_that_was_stopped_is_refused_and_goes_on(cut: Cut) -> None:
    first, *rest = cut.grade_all()
    cut.small.out = first
    cut.small.hand_in(**dict.fromkeys(MARKS, "1 1"))
    cut.small.stopped("ada" if (first / "ada").exists() else first_student(first), shard="1/3", seed=SEED)
    cut.small.out = cut.whole

    assert "its shard 1/3 was stopped or never ended" in cut.refused([first, *rest])

    folders = cut.grade_all()
    cut.merge(folders)
    assert (cut.out / "grades.csv").exists()


def first_student(out: Path) -> str:
    return next(iter(json.loads((out / "class.json").read_text())["runs"][0]["students"]))["student"]


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_text("{}")])
def test_a_record_that_cannot_be_used_names_its_shard(cut: Cut, damage: Callable[[Path], None]) -> None:
    folders = cut.grade_all()
    record = next(one / "ada" / "record.json" for one in folders if (one / "ada").exists())
    damage(record)

    assert "the record of ada cannot be used. Run shard" in cut.refused(folders)
    assert not cut.out.exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"version": 1}', '{"version": 2}', "null"])
def test_a_damaged_note_of_a_shard_is_refused(cut: Cut, text: str) -> None:
    folders = cut.grade_all()
    (folders[0] / FILE).write_text(text)

    assert "Run the same `unroll grade` again" in cut.refused(folders)


def test_what_is_no_shard_is_refused(cut: Cut) -> None:
    folders = cut.grade_all(2)
    cut.small.grade()
    (cut.root / "empty").mkdir()

    assert "holds no shard of a class" in cut.refused([*folders, cut.whole])
    assert "holds no shard of a class" in cut.refused([cut.root / "empty", *folders])
    assert "holds no shard of a class" in cut.refused([cut.root / "nowhere", *folders])


def test_a_shard_is_no_place_for_the_class(cut: Cut) -> None:
    folders = cut.grade_all(2)

    for place in (folders[0], folders[0] / "inside"):
        cut.out = place
        assert "Choose another folder with -o." in cut.refused(folders)


def test_a_folder_keeps_to_its_part(cut: Cut) -> None:
    cut.grade(1)
    cut.small.out = cut.folder(1)

    with pytest.raises(UsageError, match=r"holds shard 1/3, and this run would write shard 2/3"):
        cut.small.grade(shard="2/3")
    with pytest.raises(UsageError, match=r"holds shard 1/3, and this run would write a whole class"):
        cut.small.grade()
    cut.small.out = cut.whole
    cut.small.grade()
    with pytest.raises(UsageError, match=r"holds a whole class, and this run would write shard 2/3"):
        cut.small.grade(shard="2/3")


def test_a_shard_needs_the_seed_of_the_others(cut: Cut) -> None:
    with pytest.raises(UsageError, match="--shard needs --seed SECRET"):
        cut.grade(1, seed="")
    assert not cut.folder(1).exists()

    cut.grade(1)
    cut.grade(1, seed="")  # the folder knows it


def test_a_shard_goes_with_no_student_and_no_task(cut: Cut) -> None:
    for options in ({"students": ("ada",)}, {"tasks": ("double",)}):
        with pytest.raises(UsageError, match="Leave --student and --task out"):
            cut.grade(1, **options)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    found: list[Any] = []
    monkeypatch.setattr("autograder.grading.show.show_grading", lambda *said: bool(found.append(said[-1])) or True)
    monkeypatch.setattr("autograder.grading.merge_show.show_merging", lambda *said: bool(found.append(said)) or True)
    yield found


def test_the_commands_pass_on_what_they_are_told(small: SmallClass, ran: list[Any]) -> None:  # noqa: F811
    small.hand_in(ada="1 3")
    given = ["grade", "play", str(small.hand_ins), "-o", str(small.out), "--course", str(small.course.root)]

    assert CliRunner().invoke(cli, [*given, "--shard", "3/8", "--seed", "x"]).exit_code == 0
    assert CliRunner().invoke(cli, ["merge", "a", "b", "-o", "c", "--yes"]).exit_code == 0
    dry = CliRunner().invoke(cli, [*given, "--shard", "3/8", "--dry-run"])

    assert (ran[0].shard, ran[0].seed) == ("3/8", "x")
    assert ran[1] == ((Path("a"), Path("b")), Path("c"), True)
    assert dry.exit_code == 2 and "Leave --shard out" in dry.output
