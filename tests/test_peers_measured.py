"""The comparison with other graders: what its numbers and verdicts are made of."""

import sys
from importlib.metadata import version

import pytest
from classroom import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "benchmarks"))

from compare import GRADERS, QUICK, README
from peers import environments, measured, spent
from peers.agreement import compare
from peers.shown import BEGIN, END, with_tables


def test_start_and_hand_in_are_told_apart_by_two_classes():
    found = measured.cost(1, 5, [(8.0, 10.0), (8.5, 12.5), (7.0, 9.4)])

    assert found.each == pytest.approx(0.6)
    assert found.start == pytest.approx(7.4)
    assert (found.few, found.many, found.rounds) == (1, 5, 3)


def test_a_process_for_each_hand_in_has_no_start_to_share():
    assert measured.cost(0, 4, [(0.0, 24.0)]) == measured.Cost(6.0, 0.0, 0, 4, 1)


def test_ratios_are_those_of_one_hand_in_more_and_of_what_was_measured():
    bare = "unroll grade without pictures"
    costs = {"unroll grade": _cost(0.5), bare: _cost(0.48), "otter run": _cost(6.0)}

    found = measured.ratios(costs, own=0.4, check=1.3)

    assert found == {
        "otter run / unroll grade": 12.0,
        f"otter run / {bare}": 12.5,
        measured.SHARE: pytest.approx(0.2),
        measured.SHARES[bare]: pytest.approx(1 / 6),
        measured.CHECK: 1.3,
    }


def test_every_ratio_names_graders_that_are_compared():
    names = {one.name for one in GRADERS}
    others = {measured.CHECK, *measured.SHARES.values()}
    sides = {side for name in measured.AIMS if name not in others for side in name.split(" / ")}
    assert sides | measured.SHARES.keys() <= names
    assert others <= measured.AIMS.keys()
    assert set(QUICK) <= names
    assert all(few < many for few, many in QUICK.values())


def test_a_ratio_stands_beside_the_committed_one_and_its_aim():
    name = "otter run / unroll grade"

    assert list(measured.ratio_lines({name: 9.0}, {name: 12.5}))[1:] == [f"    9.00      12.50  >= 11   {name}"]
    assert list(measured.ratio_lines({}, {name: 12.5}))[1:] == [f"              12.50  >= 11   {name}"]


def test_the_cheapest_grader_comes_first_in_the_table():
    rows = list(measured.cost_table({"dear": _cost(6.0), "cheap": _cost(0.5, start=6.0)}))

    assert rows[2] == "| cheap | 0.50 s | 1.0 | 6.0 s | 0.70 s |"
    assert rows[3].startswith("| dear | 6.00 s | 12.0 |")


def test_tables_are_written_between_the_marks_and_nowhere_else():
    found = {
        "title": "One hand-in",
        "date": "2025-03-01",
        "machine": "two cores",
        "command": "compare.py --hand-ins 4",
        "own code": 0.4,
        "costs": {"unroll grade": vars(_cost(0.5)), "otter run": vars(_cost(6.0))},
        "ratios": {"otter run / unroll grade": 12.0},
        "agreement": {"otter run": {"equal": 12, "of": 13, "differences": ["ada cell:a: no verdict"]}},
    }

    text = with_tables(f"above\n{BEGIN}\nold\n{END}\nbelow\n", found, "bars.png")

    assert text.startswith(f"above\n{BEGIN}\n") and text.endswith(f"{END}\nbelow\n") and "old" not in text
    assert "| 12.00 | >= 11 | otter run / unroll grade |" in text
    assert "- otter run: 12 of 13 equal (92.3%).\n  - ada cell:a: no verdict" in text
    assert with_tables(text, found, "bars.png") == text
    assert README.read_text(encoding="utf-8").count(BEGIN) == 1


def test_graders_agree_where_they_say_the_same_of_a_task():
    first = {("ada", "cell:a"): True, ("ada", "cell:b"): False, ("ben", "cell:a"): True}
    other = {("ada", "cell:a"): True, ("ada", "cell:b"): True}

    found = compare(first, other).as_json()

    assert found == {
        "equal": 1,
        "of": 2,
        "differences": ["ada cell:b: passed, where the first says not passed"],
    }


def test_a_verdict_that_is_missing_agrees_with_none():
    found = compare({("ada", "cell:a"): False, ("ada", "cell:b"): True}, {("ada", "cell:b"): True})

    assert (found.equal, found.of) == (1, 2)
    assert str(found.differences[0]) == "ada cell:a: no verdict, where the first says not passed"


def test_another_package_is_another_environment(monkeypatch, tmp_path):
    before = environments.place_of(tmp_path, "pytest")
    monkeypatch.setitem(environments.PACKAGES, "pytest", ("pytest==8.0.0",))

    assert environments.place_of(tmp_path, "pytest") != before
    assert environments.find(tmp_path, "pytest") is None


def test_the_running_python_is_lent_where_it_has_the_same_versions_and_no_others(monkeypatch, tmp_path):
    here = version("pytest")
    lent = {}
    for wanted in (here, "8.0.0"):
        monkeypatch.setitem(environments.PACKAGES, "pytest", (f"pytest=={wanted}",))
        lent[wanted] = environments.find(tmp_path, "pytest", borrow=True)

    assert lent == {here: environments.HERE, "8.0.0": None}
    assert environments.HERE.versions()["pytest"] == here


def test_an_environment_is_lent_what_a_lesson_needs_and_no_grader(tmp_path):
    environments.link_shared(tmp_path / "shared")

    there = {path.name for path in (tmp_path / "shared").iterdir()}
    assert {"torch", "numpy", "matplotlib"} <= there
    assert not there & {"autograder", "nbgrader", "pytest", "IPython", "ipykernel"}
    assert all((tmp_path / "shared" / name).exists() for name in there)


def test_what_a_command_leaves_behind_is_counted_too(tmp_path):
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    leaves = f"import subprocess, sys; subprocess.Popen([sys.executable, '-I', '-S', '-c', {busy!r}])"

    assert spent.cpu([sys.executable, "-I", "-S", "-c", leaves], tmp_path, {}) >= 0.3


def test_a_command_that_fails_says_so_in_one_line_and_keeps_the_rest(tmp_path):
    script = "import sys; print('first'); sys.exit('ERROR: no such lesson\\n[notice] there is a newer one')"

    with pytest.raises(spent.Failed, match=r"^python\S* -I -S -c .* ended with 1: ERROR: no such lesson$") as raised:
        spent.cpu([sys.executable, "-I", "-S", "-c", script], tmp_path, {})

    assert "first" in raised.value.output and "newer" in raised.value.output


def test_a_command_that_is_not_there_says_so_in_one_line(tmp_path):
    with pytest.raises(spent.Failed, match=r"^no-such-grader run ended with 127: .*No such file"):
        spent.run(["no-such-grader", "run"], tmp_path, {})


def test_a_package_that_is_not_to_be_had_is_one_line_and_no_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setitem(environments.PACKAGES, "pytest", ("no-such-package==1.0",))

    with pytest.raises(
        spent.Failed, match=r"install .* ERROR: No matching distribution found for no-such-package==1.0$"
    ):
        environments.make(tmp_path, "pytest")

    assert environments.find(tmp_path, "pytest") is None


def _cost(each: float, start: float = 0.0) -> measured.Cost:
    return measured.Cost(each, start, 0, 4, 1)
