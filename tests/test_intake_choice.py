"""Which file of several counts as a lesson: by name, by content, the finished one, the newer one."""

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course.model import Assignment, Lesson, Task
from autograder.intake.choice import Draft, choose
from autograder.intake.contents import MOST_KEPT, contents
from autograder.intake.lesson_names import named_lessons, newer
from autograder.intake.reading import read_sources
from autograder.intake.room import Room
from autograder.intake.search import search
from autograder.intake.tree import FileEntry, FolderPath
from autograder.isolation.limits import Limits


def lesson(name: str, *tasks: str) -> Lesson:
    return Lesson("sine", name, name, 45, tuple(Task(task, 1.0) for task in tasks), Path())


SINE = Assignment("sine", "Sine", (lesson("cell", "step", "unroll"), lesson("windows", "cut")))
CELL, WINDOWS = SINE.lessons
TASKS = ("step", "unroll", "cut")
STUB = 'def {}(x):\n    """Do it."""\n    # YOUR CODE HERE\n    raise NotImplementedError\n'


def written(*tasks: str, by: int = 1) -> str:
    return "".join(f"def {task}(x):\n    return x * {by}\n" for task in tasks)


def stubs(*tasks: str) -> str:
    return "".join(STUB.format(task) for task in tasks)


BOTH = written("step", "unroll")
OTHER = written("step", "unroll", by=2)
UNWRITTEN = stubs("step", "unroll")


def draft(path: str, text: str = "x = 1\n", time: float | None = None) -> Draft:
    *place, name = path.split("/")
    is_notebook = name.endswith(".ipynb")
    return Draft(tuple(place), name, (text,), is_notebook, time=time, found=contents([text], TASKS))


def counts(*drafts: Draft, of: Lesson = CELL) -> list[str]:
    """List the versions that are graded, each as the paths of its files."""
    found = choose(of, SINE, drafts)
    return [" + ".join("/".join(one.path) for one in version.drafts) for version in found.versions] if found else []


def notes(*drafts: Draft) -> str:
    found = choose(CELL, SINE, drafts)
    assert found is not None
    return " ".join(found.notes)


@pytest.mark.parametrize(
    ("names", "chosen", "said"),
    [
        ([], None, ""),
        (["other.py"], None, ""),
        (["cell.py"], "cell.py", ""),
        (["cell.ipynb"], "cell.ipynb", ""),
        (["cell.ipynb", "cell.py"], "cell.py", "cell.py counts, not the notebook beside it."),
        (["Cell.py"], "Cell.py", "Cell.py counts as cell.py; name it cell.py next time."),
        (["CELL.py", "cell.py"], "cell.py", "cell.py counts, not the files named nearly so."),
    ],
    ids=str,
)
def test_of_files_without_an_answer_the_exact_name_counts_and_python_before_a_notebook(
    names: list[str], chosen: str | None, said: str
) -> None:
    drafts = [draft(name) for name in names]

    assert counts(*drafts) == ([chosen] if chosen else [])
    assert not chosen or notes(*drafts) == said


@pytest.mark.parametrize(
    "name",
    [
        "cell.py",
        "CELL.PY",
        "Copy of cell.ipynb",
        "cell (1).ipynb",
        "cell(2).py",
        "cell-Copy1.ipynb",
        "jdoe_cell.py",
        "12345-cell_final.py",
        "cell2.py",
        "cell .py",
        "cell.py.txt",
        "cell.ipynb.json",
        "cell.py (1)",
        "cell.py~",
        "김철수_cell.py",
        "cell최종.ipynb",
    ],
)
def test_a_name_that_is_nearly_the_lessons_is_the_lessons(name: str) -> None:
    assert named_lessons(name, ["windows", "cell"]) == ["cell"]


@pytest.mark.parametrize("name", ["test_cell.py", "excellent.py", "cells.py", "notes.txt", "windowscell.py"])
def test_a_name_that_only_holds_the_letters_of_a_lesson_is_none(name: str) -> None:
    assert named_lessons(name, ["windows", "cell"]) == []


def test_a_file_of_any_name_counts_as_the_lesson_whose_tasks_it_defines() -> None:
    mine = draft("Untitled7.ipynb", BOTH)

    assert counts(mine) == ["Untitled7.ipynb"]
    assert "because it defines step and unroll" in notes(mine)
    assert counts(mine, of=WINDOWS) == []


def test_a_file_that_is_named_as_one_lesson_and_defines_another_is_the_other() -> None:
    swapped = draft("jdoe_windows.py", BOTH)

    assert counts(swapped) == ["jdoe_windows.py"]
    assert counts(swapped, of=WINDOWS) == []


def test_one_file_may_be_several_lessons() -> None:
    sources = read_sources(SINE, [draft("all.py", BOTH + written("cut"))])

    assert {name: source.file for name, source in sources.items()} == {"cell": "all.py", "windows": "all.py"}


def test_several_files_may_be_one_lesson() -> None:
    found = choose(CELL, SINE, [draft("cell_part1.py", written("step")), draft("cell_part2.py", written("unroll"))])

    assert found is not None and len(found.versions) == 1
    assert contents(found.versions[0].cells, TASKS).written == {"step", "unroll"}
    assert "together count as cell.py" in found.notes[0] and not found.look


def test_a_part_without_an_answer_belongs_to_the_lesson_if_an_answer_uses_it() -> None:
    uses = "def step(x):\n    return math.sin(x)\n" + written("unroll")
    head, rest = draft("cell_part1.py", "import math\nimport os\n"), draft("cell_part2.py", uses)

    assert counts(head, rest) == ["cell_part1.py + cell_part2.py"]
    assert counts(head, draft("cell_part2.py", "import math\n" + uses)) == ["cell_part2.py"]
    assert counts(draft("windows.py", "import math\n" + written("cut")), rest) == ["cell_part2.py"]


def test_what_is_drawn_at_random_is_no_name_that_a_file_lacks() -> None:
    seeds, draws = "import torch\ntorch.manual_seed(0)\n", "import torch\nx = torch.randn(3)\n"

    assert contents([draws], []).lacking == contents([seeds], []).bound - {"torch"} == frozenset()


def test_what_one_file_leaves_unwritten_does_not_hide_what_another_has_written() -> None:
    half = draft("cell.py", written("step") + stubs("unroll"))

    found = choose(CELL, SINE, [half, draft("rest.py", written("unroll", by=3))])

    assert found is not None
    text = "\n".join(found.versions[0].cells)
    assert "NotImplementedError" not in text and "x * 3" in text
    assert found.versions[0].cells[-1].count("\n") == half.cells[0].count("\n")


@pytest.mark.parametrize(("stub", "done"), [("cell.py", "cell.ipynb"), ("cell.ipynb", "cell.py"), ("cell.py", "x.py")])
def test_the_finished_one_beats_the_stub(stub: str, done: str) -> None:
    drafts = draft(stub, UNWRITTEN), draft(done, BOTH)

    assert counts(*drafts) == [done]
    assert f"Unwritten: {stub}" in notes(*drafts)


def test_a_stub_alone_is_what_was_handed_in() -> None:
    assert counts(draft("cell.py", UNWRITTEN), draft("cell.ipynb", UNWRITTEN)) == ["cell.py"]


@pytest.mark.parametrize(
    ("older", "later"),
    [
        ("cell.py", "cell (1).py"),
        ("cell (2).py", "cell (10).py"),
        ("v1/cell.py", "v2/cell.py"),
        ("old/cell.py", "final/cell.py"),
        ("old/cell.py", "cell.py"),
        ("cell.py", "cell_final.py"),
        ("cell_final.py", "cell_final_final.py"),
        ("cell_old.py", "cell.ipynb"),
        ("cell.py", "cell_최종.py"),
        ("cell-Copy1.ipynb", "cell-Copy2.ipynb"),
        ("2025-03-01/cell.py", "2025-03-02/cell.py"),
    ],
)
def test_of_two_finished_ones_the_newer_by_name_counts(older: str, later: str) -> None:
    for drafts in ([draft(older, BOTH), draft(later, OTHER)], [draft(later, OTHER), draft(older, BOTH)]):
        assert counts(*drafts) == [later]
        assert f"Older, by its name or time: {older}" in notes(*drafts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("desktop/cell.py", "laptop/cell.py"),
        ("cell.py", "cell.ipynb"),
        ("cell.ipynb", "Copy of cell.ipynb"),
        ("cell.py", "20231234_cell.py"),
    ],
)
def test_where_nothing_says_which_is_newer_both_are_graded_and_a_person_looks(one: str, other: str) -> None:
    found = choose(CELL, SINE, [draft(one, BOTH), draft(other, OTHER)])

    assert newer(one.split("/"), other.split("/")) == 0
    assert found is not None and {version.label for version in found.versions} == {one, other}
    assert found.look.startswith("Look at this by hand: ") and one in found.look and other in found.look


def test_of_two_finished_ones_in_archives_the_newer_by_the_archives_time_counts() -> None:
    assert counts(draft("a/cell.py", BOTH, 100.0), draft("b/cell.py", OTHER, 200.0)) == ["b/cell.py"]
    assert len(counts(draft("a/cell.py", BOTH, 100.0), draft("b/cell.py", OTHER, 102.0))) == 2
    assert len(counts(draft("a/cell.py", BOTH, 100.0), draft("b/cell.py", OTHER))) == 2


def test_the_newer_one_that_has_less_does_not_simply_count() -> None:
    versions = counts(draft("v1/cell.py", BOTH), draft("v2/cell.py", written("step", by=2)))

    assert sorted(versions) == ["v1/cell.py", "v1/cell.py + v2/cell.py"]


def test_copies_are_one_version_whatever_their_layout() -> None:
    other_layout = "# mine\n" + BOTH.replace("    return", "        return")
    drafts = draft("a/cell.py", BOTH), draft("b/cell.ipynb", BOTH), draft("c/cell.py", other_layout)

    assert counts(*drafts) == ["a/cell.py"]


def test_no_more_than_three_versions_are_graded_and_the_rest_is_counted() -> None:
    drafts = [draft(f"{letter}/cell.py", written("step", "unroll", by=by)) for by, letter in enumerate("stuwx", 2)]

    found = choose(CELL, SINE, drafts)

    assert found is not None and len(found.versions) == 3
    assert "2 more were not graded." in found.look


def test_the_assignments_folder_comes_before_that_of_another() -> None:
    assert counts(draft("text/cell.py", OTHER), draft("sine/cell.py", BOTH)) == ["sine/cell.py"]


def test_a_file_with_the_lessons_name_comes_before_one_of_the_same_content() -> None:
    scratch, named = draft("scratch.py", OTHER), draft("cell.py", BOTH)

    assert counts(scratch, named) == ["cell.py"]
    assert "Passed over: scratch.py" in notes(scratch, named)


@pytest.mark.parametrize(
    ("text", "is_written"),
    [
        pytest.param(STUB.format("step"), False, id="stub"),
        pytest.param("def step(x):\n    pass\n", False, id="pass"),
        pytest.param("def step(x):\n    'Doc.'\n    ...\n", False, id="dots"),
        pytest.param("def step(x):\n    y = x\n    raise NotImplementedError('soon')\n", False, id="begun"),
        pytest.param("def step(x):\n    return x\n    raise NotImplementedError\n", True, id="left below the answer"),
        pytest.param("if True:\n    def step(x):\n        return x\n", True, id="in an if"),
        pytest.param("step = lambda x: x\n", True, id="lambda"),
        pytest.param("class step:\n    def a(self):\n        raise NotImplementedError\n", False, id="class"),
        pytest.param("class step:\n    def a(self):\n        return 1\n", True, id="written class"),
        pytest.param("!pip install torch\n%time\ndef step(x):\n    return x\n", True, id="magics"),
        pytest.param("oops (\ndef step(x):\n    return x\n", True, id="syntax error elsewhere"),
        pytest.param("def step(x):\n    retrun x\n", True, id="syntax error within"),
        pytest.param("oops (\n" + STUB.format("step"), False, id="syntax error beside a stub"),
    ],
)
def test_what_is_written_is_told_from_a_stub_without_running_it(text: str, is_written: bool) -> None:
    found = contents([text], TASKS)

    assert found.defined == {"step"}
    assert ("step" in found.written) is is_written


def test_a_text_that_is_too_long_to_parse_is_looked_through_by_its_lines() -> None:
    assert contents(["1;" * 100 + "1\n" + BOTH], TASKS, most=100).written == {"step", "unroll"}


@pytest.mark.parametrize("text", ["(" * 1000, "-" * 100_000 + "1", "\0", "\ud800", "def step(\n" * 99], ids=ascii)
def test_no_text_breaks_the_search(text: str) -> None:
    assert contents([text], TASKS).written <= {"step"}


class Folder:
    """A tree in memory: paths of files."""

    def __init__(self, *paths: str) -> None:
        self.paths = [tuple(path.split("/")) for path in paths]

    def entries(self, place: FolderPath, wanted: object = ()) -> list[FileEntry]:
        below = [path for path in self.paths if path[: len(place)] == place and len(path) > len(place)]
        names = dict.fromkeys((path[len(place)], len(path) == len(place) + 1) for path in below)
        return [FileEntry(place, name, "file" if is_file else "folder") for name, is_file in names]


def found_in(*paths: str) -> list[str]:
    files = search(Folder(*paths), SINE, Room(Limits())).files  # type: ignore[arg-type]
    return ["/".join((*file.place, file.entry.name)) for file in files]


def test_wrapping_folders_are_looked_through_up_to_five_deep() -> None:
    assert found_in("cell.py", "a/cell.py", "notes.txt") == ["cell.py", "a/cell.py"]
    assert found_in("a/b/c/d/e/cell.py") == ["a/b/c/d/e/cell.py"]
    assert found_in("a/b/c/d/e/f/cell.py") == []


def test_files_that_are_named_as_a_lesson_are_read_first() -> None:
    assert found_in("a.py", "deep/cell (1).py") == ["deep/cell (1).py", "a.py"]


@pytest.mark.parametrize("folder", ["venv", "node_modules", "__pycache__", "a/env/lib/site-packages", "VENV"])
def test_what_programs_put_beside_the_work_is_passed_over(folder: str) -> None:
    assert found_in(f"{folder}/cell.py", "x.py") == ["x.py"]


def broken(path: str) -> Draft:
    return replace(draft(path), problem=f"{path} is damaged.", outcome="failed")


def test_a_file_that_cannot_be_read_counts_before_a_stub_and_after_an_answer() -> None:
    assert counts(broken("cell.py"), draft("cell.ipynb", UNWRITTEN)) == ["cell.py"]
    assert counts(broken("cell.py"), draft("cell.ipynb", BOTH)) == ["cell.ipynb"]
    assert "cell.py is damaged." in notes(broken("cell.py"), draft("cell.ipynb", BOTH))


def test_a_link_with_the_lessons_name_is_never_passed_over() -> None:
    link = replace(broken("cell.py"), is_barred=True)

    assert counts(link, draft("cell.ipynb", BOTH)) == ["cell.py"]


def test_the_same_text_is_looked_through_once_unless_it_is_long() -> None:
    text, padding = "def double(x): return x\n", "# nothing\n" * (MOST_KEPT // 10)

    assert contents([text], ["double"]) is contents((text,), {"double"})
    assert contents([text], ["double"]) != contents([text], [])
    assert contents([text, padding], ["double"]) is not contents([text, padding], ["double"])
    assert contents([text], ["double"]).is_whole and not contents([text], ["double"], most=5).is_whole
