"""The workflows for GitHub, and the scripts of the container: what they are allowed, and what their scripts do.

`gh`, `docker` and `unroll` are small programs here that write down how they were called.
"""

import json
import os
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from classroom import REPOSITORY

from autograder.course.model import Course, load_course
from autograder.intake.students import find_students
from autograder.platforms.bundle import Files, write_folder
from autograder.platforms.docker import docker_files
from autograder.platforms.github import github_files

SHA = {"sine-ada": "a" * 40, "sine-ben": "b" * 40, "sine-cy": "c" * 40}
GH = (
    """#!/usr/bin/env bash
echo "$*" >>calls.txt
case "$*" in
*orgs/*) printf '%s\\n' sine-ben sine-ada sine-cy other sineade ;;
*commits/HEAD*) case "$*" in *ada*) echo {a} ;; *ben*) echo {b} ;; *cy*) exit 1 ;; *) echo {other} ;; esac ;;
*/status?per_page*) case "$*" in *ben*) echo unroll/play ;; esac ;;
*tarball*) echo archive ;;
*/comments*) cat >"comment-$(basename "$(dirname "$(dirname "$(dirname "$6")")")").txt" ;;
esac
""".replace("{a}", SHA["sine-ada"])
    .replace("{b}", SHA["sine-ben"])
    .replace("{other}", "d" * 40)
)


@pytest.fixture(scope="module")
def files() -> Files:
    return github_files(load_course(REPOSITORY / "tests" / "mini"), "play", "sine-")


@pytest.fixture
def grader(files: Files, tmp_path: Path) -> Path:
    """The grader's folder, with a gh of ours first on the path."""
    write_folder(tmp_path / "out", files, False)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(GH)
    (tmp_path / "bin" / "gh").chmod(0o755)
    return tmp_path / "out" / "grader"


def run(grader: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{grader.parents[1] / 'bin'}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "OWNER": "school", "GH_TOKEN": "secret", **environment}
    return subprocess.run(
        [f"./{script}"], cwd=grader, env=own, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
    )


def workflow(files: Files, name: str) -> dict[str, Any]:
    data = yaml.safe_load(files[name].data)
    assert isinstance(data, dict)
    return data


def test_what_students_get_has_no_secret_and_no_solution(files: Files) -> None:
    own = {name: file.data for name, file in files.items() if name.startswith("students/")}

    assert sorted(Path(name).suffix for name in own) == [".whl", ".yml"]
    text = next(data for name, data in own.items() if name.endswith(".yml")).decode()
    assert "secrets." not in text and "token" not in text.lower().replace("no secret", "")
    assert workflow(files, "students/.github/workflows/unroll.yml")["permissions"] == {"contents": "read"}


def test_the_token_is_in_no_step_that_runs_students_code(files: Files) -> None:
    (job,) = workflow(files, "grader/.github/workflows/grade.yml")["jobs"].values()

    with_token = [step["name"] for step in job["steps"] if "GH_TOKEN" in step.get("env", {})]
    assert with_token == ["Fetch", "Report"]
    assert "secrets" not in json.dumps([step for step in job["steps"] if step.get("name") == "Grade"])
    assert job["timeout-minutes"] < 360
    checkouts = [step for step in job["steps"] if str(step.get("uses", "")).startswith("actions/checkout")]
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


def test_no_workflow_puts_what_others_wrote_into_a_script(files: Files) -> None:
    for name in files:
        if name.endswith(".yml"):
            for job in workflow(files, name)["jobs"].values():
                assert not [step["run"] for step in job["steps"] if "${{" in step.get("run", "")]


def test_new_commits_of_the_class_are_fetched_and_no_others(grader: Path) -> None:
    done = run(grader, "fetch.sh")

    assert done.returncode == 0, done.stderr
    assert (grader / "fetched.tsv").read_text() == f"sine-ada\t{SHA['sine-ada']}\n"
    assert "sine-cy has no commit" in done.stderr
    students, _ = find_students(grader / "submissions")
    assert [one.student for one in students] == ["sine-ada"]
    assert (grader / "submissions" / "sine-ada" / "repository.tar.gz").read_text() == "archive\n"


@pytest.mark.parametrize("asked", ["all", "sine-ada  sine-ben"])
def test_what_is_asked_for_is_fetched_again(grader: Path, asked: str) -> None:
    run(grader, "fetch.sh", REPOSITORIES=asked)

    assert sorted(line.split("\t")[0] for line in (grader / "fetched.tsv").read_text().splitlines()) == [
        "sine-ada",
        "sine-ben",
    ]


@pytest.mark.parametrize("name", ["../../etc", "a/b", "$(touch made)", "-rf;ls"])
def test_a_name_that_is_none_of_a_repository_is_passed_over(grader: Path, name: str) -> None:
    run(grader, "fetch.sh", REPOSITORIES=name)

    assert (grader / "fetched.tsv").read_text() == ""
    assert not (grader / "made").exists()


def entry(name: str, score: float, is_graded: bool = True, message: str = "") -> dict[str, Any]:
    task = {"lesson": "play/double", "task": "double", "score": score, "max_score": 2, "outcome": "failed"}
    secret = {**task, "message": "what only instructors may see"}
    marks = {"graded": is_graded, "score": score, "max_score": 2, "late": "", "look": [], "tasks": [secret]}
    return {"student": name, "folder": f"{name}-1f2e3d4c", "shown": [{**task, "message": message}], **marks}


def report(grader: Path, *students: dict[str, Any]) -> tuple[str, str]:
    """Run the report; return how gh was called, and the summary."""
    (grader / "fetched.tsv").write_text("".join(f"{name}\t{sha}\n" for name, sha in SHA.items()))
    (grader / "class.json").write_text(json.dumps({"students": students}) if students else "")
    for one in students:
        shown = {"tasks": one["shown"], "notes": []}
        (grader / "graded" / one["folder"]).mkdir(parents=True)
        (grader / "graded" / one["folder"] / "results.json").write_text(json.dumps({"extra_data": shown}))
    done = run(grader, "report.sh", GITHUB_STEP_SUMMARY=str(grader / "summary.md"))
    assert done.returncode == 0, done.stderr
    calls = (grader / "calls.txt").read_text() if (grader / "calls.txt").exists() else ""
    return calls, (grader / "summary.md").read_text()


def test_each_commit_gets_a_status_and_the_summary_has_the_class(grader: Path) -> None:
    calls, summary = report(grader, entry("sine-ada", 2), entry("sine-ben", 0.5), entry("sine-cy", 0, is_graded=False))

    lines = calls.splitlines()
    states = {name: next(one for one in lines if f"{name}/statuses/{sha}" in one) for name, sha in SHA.items()}
    assert "state=success" in states["sine-ada"] and "2/2 points" in states["sine-ada"]
    assert "state=failure" in states["sine-ben"] and "0.5/2 points" in states["sine-ben"]
    assert "state=error" in states["sine-cy"] and "points" not in states["sine-cy"]
    assert summary.splitlines()[-3:] == [
        "| sine-ada | 2/2 points |",
        "| sine-ben | 0.5/2 points |",
        "| sine-cy | not graded: your instructor sees why |",
    ]


def test_a_comment_is_text_whatever_a_message_says(grader: Path) -> None:
    evil = "```\n# Title\n@everyone <img src=x>\n\n</details>"

    report(grader, entry("sine-ada", 1, message=evil))

    (comment,) = grader.glob("comment-*.txt")
    lines = comment.read_text().splitlines()
    assert lines[:2] == ["Graded by the hidden tests of play:", ""]
    assert all(line.startswith("    ") for line in lines[2:]) and "@everyone" in lines[4]
    assert "only instructors" not in comment.read_text()


def test_a_grading_that_failed_as_a_whole_marks_no_commit_as_graded(grader: Path) -> None:
    calls, summary = report(grader)

    assert "statuses" not in calls
    assert "Nothing was graded" in summary


def test_the_step_of_the_check_ends_as_the_check_does_and_shows_it_as_text(files: Files, tmp_path: Path) -> None:
    (job,) = workflow(files, "students/.github/workflows/unroll.yml")["jobs"].values()
    script = job["steps"][-1]["run"]
    (tmp_path / "unroll").write_text("#!/bin/sh\necho '``` # no heading'\nexit 1\n")
    (tmp_path / "unroll").chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "RUNNER_TEMP": str(tmp_path)}
    environment["GITHUB_STEP_SUMMARY"] = str(tmp_path / "summary.md")

    # As GitHub runs a step with `shell: bash`.
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = subprocess.run(command, env=environment, timeout=60)

    assert done.returncode == 1
    assert (tmp_path / "summary.md").read_text().splitlines()[-1] == "    ``` # no heading"


def docker(course: Course, tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    write_folder(tmp_path / "docker", docker_files(course, "play"), True)
    (tmp_path / "program").write_text('#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n')
    (tmp_path / "program").chmod(0o755)
    environment = {**os.environ, "DOCKER": str(tmp_path / "program")}
    command = [str(tmp_path / "docker" / "run.sh"), *words]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)


def test_a_container_has_no_network_and_writes_only_its_results(mini: Course, tmp_path: Path) -> None:
    (tmp_path / "class of 60").mkdir()

    said = docker(mini, tmp_path, "grade", "class of 60", "out", "--jobs", "2").stdout.splitlines()

    assert said[said.index("--network") + 1] == "none" and "--read-only" in said
    mounts = [word for before, word in pairwise(said) if before == "--volume"]
    assert mounts == [
        f"{tmp_path}/docker/course:/course:ro",
        f"{tmp_path}/class of 60:/submissions:ro",
        f"{tmp_path}/out:/out",
    ]
    assert said[said.index("unroll-play") + 1 :][:3] == ["grade", "play", "/submissions"]
    assert said[-2:] == ["--jobs", "2"]


@pytest.mark.parametrize("words", [(), ("grade",), ("grade", "nowhere", "out"), ("sing",)])
def test_wrong_use_of_the_script_is_one_line(mini: Course, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = docker(mini, tmp_path, *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_an_image_holds_no_solution(mini: Course) -> None:
    files = docker_files(mini, "play")

    assert files[".dockerignore"].data.decode().split() == ["*", "!kit"]
    assert not [name for name in files if name.startswith("kit/") and "solutions" in name]
    copied = [line for line in files["Dockerfile"].data.decode().splitlines() if line.startswith("COPY")]
    assert copied == ["COPY kit/ /tmp/kit/"]
    assert yaml.safe_load(files["compose.yaml"].data)["services"]["grade"]["network_mode"] == "none"
