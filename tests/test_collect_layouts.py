"""What each platform hands out is one folder for each student, with the names that the students gave."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from downloads import DONE, OTHER, Tree, collected, files_in, lay_out, packed

from autograder.collect.attempt import Asked
from autograder.collect.collect import understand, unknown
from autograder.collect.download import open_download
from autograder.errors import UsageError

JANE = "Name: Jane Doe (jane_doe)\nAssignment: HW_1\nDate Submitted: Sunday, March 2, 2025\n\nComments:\nName: X (x)\n"
METADATA = """\
submission_7:
  :submitters:
  - :name: 김철수
    :sid: '007'
    :email: kim@school.test
  - :name: Bo Team
    :sid: '008'
  :created_at: 2025-03-01 23:30:00.123456789 -05:00
  :results:
    output: 'it said

submission_8: no'
"""
FORMS = "cell (File responses)"
EXCHANGE = "inbound/a+b+sine+2025-03-01 10:00:00.5 UTC"
CASES: dict[str, tuple[str, Tree, dict[str, set[str]]]] = {
    "moodle in folders": (
        "Moodle",
        {
            "Jane Doe_12_assignsubmission_file_/sub/cell.py": DONE,
            "Jane Doe_12_assignsubmission_onlinetext_/onlinetext.html": "<p>Done.</p>",
            "김 철수_13_assignsubmission_file/cell.py": DONE,
            "Group A_4_assignsubmission_file/cell.py": DONE,
            "Default group_assignsubmission_file/cell.py": DONE,
            "Ann Text_14_assignsubmission_onlinetext/onlinetext.html": "<p>x = 1</p>",
            "Jane Doe_12_assignfeedback_file/remark.pdf": "no work",
        },
        {
            "Jane Doe": {"sub/cell.py"},
            "김 철수": {"cell.py"},
            "Group A": {"cell.py"},
            "Default group": {"cell.py"},
            "Ann Text": {"onlinetext.html"},
        },
    ),
    "moodle flat": (
        "Moodle",
        {
            "Jane Doe_12_assignsubmission_file_my_cell.py": DONE,
            "Jane Doe_12_assignsubmission_onlinetext_onlinetext.html": "<p>Done.</p>",
            "Participant_13_assignsubmission_file_cell.py": DONE,
            "Participant_14_assignsubmission_file_cell.py": DONE,
        },
        {"Jane Doe": {"my_cell.py"}, "Participant (13)": {"cell.py"}, "Participant (14)": {"cell.py"}},
    ),
    "canvas": (
        "Canvas",
        {
            "doejane_12_90_cell.py": DONE,
            "doejane_12_91_1_2_readout.py": OTHER,
            "leekim_LATE_13_95_cell-1.py": DONE,
            "old_late_19_95_cell.py": DONE,
            "김철수_14_97_cell.py": DONE,
            "anon_x7Yz_99_cell.py": DONE,
            "textann_15_text.html": "<p>hi</p>",
        },
        {
            "doejane": {"cell.py", "1_2_readout.py"},
            "leekim": {"cell.py"},
            "old": {"cell.py"},
            "김철수": {"cell.py"},
            "anon x7Yz": {"cell.py"},
            "textann": {"textann_15_text.html"},
        },
    ),
    "d2l in folders": (
        "D2L Brightspace",
        {
            "397063-2557369 - Mary-Ann Smith - Sep 24, 2024 926 PM/cell.py": DONE,
            "397063-2557369 - 김 철수 - Sep 25, 2024 1026 AM/sine/cell.py": DONE,
            "index.html": "<html/>",
        },
        {"Mary-Ann Smith": {"cell.py"}, "김 철수": {"sine/cell.py"}},
    ),
    "d2l flat": (
        "D2L Brightspace",
        {
            "397063-2557369 - Mary-Ann Smith - Sep 24, 2024 926 PM - my - cell.py": DONE,
            "397063-2557369 - Jo Day - Sep 24, 2024 926 PM - cell.py": DONE,
        },
        {"Mary-Ann Smith": {"my - cell.py"}, "Jo Day": {"cell.py"}},
    ),
    "blackboard": (
        "Blackboard",
        {
            "HW_1_jane_doe_attempt_2025-03-01-10-00-00.txt": JANE,
            "HW_1_jane_doe_attempt_2025-03-01-10-00-00_cell.py": DONE,
            "HW_1_jdoe_attempt_2025-03-02-11-00-00_x_attempt_2099-01-01-00-00-00_cell.py": DONE,
        },
        {"Jane Doe": {"cell.py"}, "jdoe": {"x_attempt_2099-01-01-00-00-00_cell.py"}},
    ),
    "nbgrader's manual": (
        "Blackboard",
        {
            "ps1_hacker_attempt_2016-01-30-20-30-10_cell.ipynb": "{}",
            "ps1_bitdiddle_attempt_2016-01-30-15-30-10_cell.ipynb": "{}",
        },
        {"hacker": {"cell.ipynb"}, "bitdiddle": {"cell.ipynb"}},
    ),
    "gradescope": (
        "Gradescope",
        {
            "export/submission_metadata.yml": METADATA,
            "export/submission_7/sine/cell.py": DONE,
            "export/submission_9/cell.py": DONE,
        },
        {"김철수": {"sine/cell.py"}, "Bo Team": {"sine/cell.py"}},
    ),
    "github classroom": (
        "GitHub Classroom",
        {
            "sine-submissions/sine-jo-doe/.git/HEAD": "ref",
            "sine-submissions/sine-jo-doe/sine/cell.py": DONE,
            "sine-submissions/sine-klee/.git/HEAD": "ref",
            "sine-submissions/sine-klee/node_modules/x.py": DONE,
            "sine-submissions/sine-klee/cell.py": DONE,
        },
        {"jo-doe": {"sine/cell.py"}, "klee": {"cell.py"}},
    ),
    "clones side by side": (
        "GitHub Classroom",
        {
            "hw-sine-jo/.git/HEAD": "ref",
            "hw-sine-jo/cell.py": DONE,
            "hw-sine-jim/.git/HEAD": "ref",
            "hw-sine-jim/cell.py": DONE,
        },
        {"jo": {"cell.py"}, "jim": {"cell.py"}},
    ),
    "the classroom assistant": (
        "GitHub Classroom",
        {"sine-03-01-2025-12-00-00/sine-jo/cell.py": DONE, "sine-03-01-2025-12-00-00/sine-jim/cell.py": DONE},
        {"jo": {"cell.py"}, "jim": {"cell.py"}},
    ),
    "homes": (
        "JupyterHub",
        {"home/jo/.jupyter/x": "", "home/jo/cell.ipynb": "{}", "home/kim/.local/x": "", "home/kim/cell.ipynb": "{}"},
        {"jo": {"cell.ipynb"}, "kim": {"cell.ipynb"}},
    ),
    "classroom 50": (
        "Classroom 50",
        {
            "ml-sine_submissions_2026_03_01_T_10_00_00/ml-sine-jo/.git/HEAD": "ref",
            "ml-sine_submissions_2026_03_01_T_10_00_00/ml-sine-jo/cell.py": DONE,
            "ml-sine_submissions_2026_03_01_T_10_00_00/scores.csv": (
                "username,first_name,last_name,email,datetime,late\nJo,Jo,Day,jo@school.test,2026-02-28T22:00:00Z,false\n"
            ),
        },
        {"Jo Day": {"cell.py"}},
    ),
    "google forms": (
        "Google Drive",
        {
            f"{FORMS}/cell - Jane Doe.py": DONE,
            f"{FORMS}/cell - Jane Doe (1).py": DONE,
            f"{FORMS}/my - cell - Bo Kim.py": DONE,
        },
        {"Jane Doe": {"cell.py"}, "Bo Kim": {"my - cell.py"}},
    ),
    "google classroom": (
        "Google Drive",
        {"Jane Doe - cell.ipynb": "{}", "Jane Doe - readout.py": OTHER, "김 철수 - cell.ipynb": "{}"},
        {"Jane Doe": {"cell.ipynb", "readout.py"}, "김 철수": {"cell.ipynb"}},
    ),
    "teams": (
        "Microsoft Teams",
        {
            "Student Work/Submitted files/Jane Doe/Sine/Version 1/cell.py": DONE,
            "Student Work/Submitted files/Jane Doe/Sine/Version 2/cell.py": DONE + "\n",
            "Student Work/Submitted files/Bo Kim/Sine/cell.py": DONE,
            "Student Work/Working files/Bo Kim/Sine/cell.py": OTHER,
        },
        {"Jane Doe": {"cell.py"}, "Bo Kim": {"cell.py"}},
    ),
    "nbgrader's exchange": (
        "nbgrader's exchange",
        {
            f"{EXCHANGE}+s3cret/cell.ipynb": "{}",
            f"{EXCHANGE}+s3cret/timestamp.txt": "2099-01-01 00:00:00 UTC",
            "inbound/klee+sine+2025-03-01 11:00:00 UTC/cell.ipynb": "{}",
        },
        {"a+b": {"cell.ipynb"}, "klee": {"cell.ipynb"}},
    ),
    "nbgrader's submitted": (
        "nbgrader's submitted folder",
        {
            "submitted/jdoe/sine/cell.ipynb": "{}",
            "submitted/jdoe/sine/timestamp.txt": "2025-03-01 12:00:00 UTC",
            "submitted/klee/sine/cell.ipynb": "{}",
        },
        {"jdoe": {"cell.ipynb"}, "klee": {"cell.ipynb"}},
    ),
    "jupyterhub": (
        "JupyterHub",
        {"jupyter-jdoe/sine/cell.ipynb": "{}", "jupyter-klee/sine/cell.ipynb": "{}"},
        {"jdoe": {"cell.ipynb"}, "klee": {"cell.ipynb"}},
    ),
    "plain": (
        "one folder or archive for each student",
        {"jdoe/cell.py": DONE, "klee.zip": packed({"cell.py": DONE}), "nobody/": ""},
        {"jdoe": {"cell.py"}, "klee": {"klee.zip"}, "nobody": set()},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_student_has_a_folder_with_the_own_files(tmp_path: Path, case: str) -> None:
    platform, tree, expected = CASES[case]
    download = lay_out(tmp_path / "class", tree)

    rows = collected(download, tmp_path / "out")

    assert {row.platform for row in rows.values() if row.attempts} == {platform}
    assert {row.student: set(files_in(tmp_path / "out" / row.folder)) for row in rows.values()} == expected


@pytest.mark.parametrize("case", [case for case in CASES if case not in ("plain", "github classroom")])
def test_a_download_that_is_still_packed_is_read_as_well(tmp_path: Path, case: str) -> None:
    _, tree, expected = CASES[case]
    (tmp_path / "class.zip").write_bytes(packed(tree))

    rows = collected(tmp_path / "class.zip", tmp_path / "out")

    assert {row.student: set(files_in(tmp_path / "out" / row.folder)) for row in rows.values()} == expected


TIMES = [
    ("d2l in folders", "Mary-Ann Smith", "2024-09-24 21:26:00+09:00"),
    ("blackboard", "Jane Doe", "2025-03-01 10:00:00+09:00"),
    ("gradescope", "Bo Team", "2025-03-01 23:30:00-05:00"),
    ("classroom 50", "Jo Day", "2026-02-28 22:00:00+00:00"),
    ("nbgrader's exchange", "a+b", "2025-03-01 10:00:00+00:00"),
    ("nbgrader's submitted", "jdoe", "2025-03-01 12:00:00+00:00"),
    ("nbgrader's submitted", "klee", ""),
    ("moodle flat", "Jane Doe", ""),
    ("github classroom", "klee", ""),
    ("teams", "Jane Doe", ""),
]


@pytest.mark.parametrize(("case", "student", "time"), TIMES)
def test_the_time_is_the_platforms_and_has_a_zone(tmp_path: Path, case: str, student: str, time: str) -> None:
    download = lay_out(tmp_path / "class", CASES[case][1])

    rows = collected(download, tmp_path / "out", zone=ZoneInfo("Asia/Seoul"))

    assert rows[student].time == time


def test_a_number_of_gradescope_keeps_its_zeros_and_a_team_is_named(tmp_path: Path) -> None:
    rows = collected(lay_out(tmp_path / "class", CASES["gradescope"][1]), tmp_path / "out")

    assert rows["김철수"].id == "007"
    assert "김철수, Bo Team" in rows["Bo Team"].note


def test_canvas_says_who_was_late(tmp_path: Path) -> None:
    rows = collected(lay_out(tmp_path / "class", CASES["canvas"][1]), tmp_path / "out")

    assert (rows["leekim"].late, rows["doejane"].late) == ("yes", "no")


def test_nobody_becomes_another_student_by_the_name_of_a_file_or_by_its_text(tmp_path: Path) -> None:
    tree = {
        "HW_jdoe_attempt_2025-03-01-10-00-00.txt": "Name: Ann Other (ann)\n",
        "HW_jdoe_attempt_2025-03-01-10-00-00_HW_ann_attempt_2025-03-01-10-00-00_cell.py": DONE,
        "HW_klee_attempt_2025-03-01-10-00-00_cell.py": DONE,
    }

    assert set(collected(lay_out(tmp_path / "class", tree), tmp_path / "out")) == {"jdoe", "klee"}


@pytest.mark.parametrize("case", ["nbgrader's exchange", "teams", "nbgrader's submitted"])
def test_of_several_assignments_one_has_to_be_named(tmp_path: Path, case: str) -> None:
    more = {
        "nbgrader's exchange": "inbound/klee+gates+2025-03-01 11:00:00 UTC/cell.ipynb",
        "nbgrader's submitted": "submitted/klee/gates/timestamp.txt",
        "teams": "Student Work/Submitted files/Bo Kim/gates/cell.py",
    }[case]
    download = lay_out(tmp_path / "class", {**CASES[case][1], more: "2025-03-01 12:00:00 UTC"})

    with pytest.raises(UsageError, match=r"several assignments. There is: .*gates.*--only"):
        collected(download, tmp_path / "out")
    assert "klee" in collected(download, tmp_path / "out", only="gates") or case == "teams"


def test_metadata_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    download = lay_out(tmp_path / "class", {"submission_metadata.yml": "a: [", "submission_1/cell.py": DONE})

    with pytest.raises(UsageError, match=r"submission_metadata\.yml cannot be read"):
        collected(download, tmp_path / "out")


@pytest.mark.parametrize(
    "tree",
    [
        {"cell.py": DONE, "readout.py": OTHER},
        {"a_1_2_cell.py": DONE, "b.py": DONE, "c.py": DONE},
        {"week 1/notes.txt": "x", "week 2/notes.txt": "x"},
        {},
    ],
    ids=["loose files", "one name by chance", "no work", "nothing"],
)
def test_an_unknown_layout_is_described(tmp_path: Path, tree: Tree) -> None:
    download = lay_out(tmp_path / "class", tree)

    with open_download(download) as opened:
        assert understand(opened, "class", Asked()) is None
        said = str(unknown(opened, download))
    assert "Moodle" in said and "\n" not in said
    assert all(name.split("/")[0] in said for name in tree)
