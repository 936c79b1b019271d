"""Right hand-ins, renamed, re-encoded, repacked, split and joined at random: the same answers are found."""

import ast
import io
import json
import re
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from classroom import REPOSITORY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.course.model import load_course
from autograder.intake import Student, read_hand_in
from autograder.intake.contents import contents
from autograder.isolation.limits import Limits

SINE = load_course(REPOSITORY).assignment("sine")
LESSONS = [lesson.name for lesson in SINE.lessons]
ANSWERS = {
    lesson.name: re.sub(r"\n *# (BEGIN|END) SOLUTION", "", (lesson.folder / "lesson.py").read_text(encoding="utf-8"))
    for lesson in SINE.lessons
}
STUBS = {name: (REPOSITORY / "exercises" / "sine" / f"{name}.py").read_text(encoding="utf-8") for name in LESSONS}
SAME = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = ["{}", "Copy of {}", "{} (1)", "{}-Copy1", "{}(2)", "jdoe_{}", "12345_{}_final", "김철수_{}", "{} ", "{}_v3"]
ENDINGS = ["{}.py", "{}.PY", "{}.py.txt", "{}.ipynb", "{}.ipynb.json", "{}.py~"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp949", "cp1252", "shift_jis", "cp1251"]
COMMENTS = {
    "cp949": "# 제출자: 김철수\n",
    "cp1252": "# Zoë Müller\n",
    "shift_jis": "# テストです\n",
    "cp1251": "# Иванов\n",
}
FOLDERS = ["", "sine/", "과제/", "a/b/c/d/e/", "Jane Doe - hand-in/"]


class Files(dict[str, bytes]):
    """Bytes by path, named in a report by their paths alone."""

    def __repr__(self) -> str:
        return repr(list(self))


def tasks_of(cells: tuple[str, ...], wanted: list[str]) -> dict[str, str]:
    """Find what counts as each task: the last definition, comments and layout aside."""
    nodes = [node for text in cells for node in ast.parse(text).body]
    return {node.name: ast.dump(node) for node in nodes if getattr(node, "name", "") in wanted}  # type: ignore[attr-defined]


RIGHT = {
    lesson.name: tasks_of((ANSWERS[lesson.name],), [task.name for task in lesson.tasks]) for lesson in SINE.lessons
}


def parts(text: str) -> list[str]:
    return [part for part in re.split(r"^(?=# %%)", text, flags=re.MULTILINE) if part.strip()]


def notebook(text: str, old: bool) -> bytes:
    sources = [part for part in parts(text) if "[markdown]" not in part.split("\n")[0]]
    frame = {"cell_type": "code", "metadata": {}, "outputs": []}
    if old:
        cells = [frame | {"input": source, "language": "python"} for source in sources]
        return json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]}).encode()
    cells = [frame | {"source": source.splitlines(keepends=True)} for source in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}).encode()


@st.composite
def one_file(draw: st.DrawFn, stem: str, text: str) -> tuple[str, bytes]:
    """Write a text under a name and in a form that somebody's tools like."""
    name = draw(st.sampled_from(ENDINGS)).format(draw(st.sampled_from(NAMES)).format(stem))
    if ".ipynb" in name:
        return name, notebook(text, draw(st.booleans()))
    encoding = draw(st.sampled_from(ENCODINGS))
    text = COMMENTS.get(encoding, "") + text.encode("ascii", "ignore").decode()
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return name, text.replace("\n", newline).encode(encoding)


@st.composite
def files(draw: st.DrawFn) -> Files:
    """Write all lessons: each in one file, all in one, or each cut in two."""
    form = draw(st.sampled_from(["each", "each", "joined", "split"]))
    if form == "joined":
        stem = draw(st.sampled_from(["sine", "RNN_Assignment_1", "Untitled7", LESSONS[0]]))
        texts = [(stem, "\n# %%\n".join(ANSWERS.values()))]
    elif form == "split":
        texts = []
        for name, text in ANSWERS.items():
            pieces = parts(text)
            cut = draw(st.integers(1, len(pieces) - 1))
            texts += [(f"{name}_part{n}", "".join(some)) for n, some in enumerate((pieces[:cut], pieces[cut:]), 1)]
    else:
        texts = list(ANSWERS.items())
    made = dict(draw(one_file(stem, text)) for stem, text in texts)
    folder = draw(st.sampled_from(FOLDERS))
    return Files({folder + name: data for name, data in made.items()} | draw(beside(folder)))


@st.composite
def beside(draw: st.DrawFn, folder: str) -> Files:
    """Write what lies beside the work and is none."""
    litter = Files()
    if draw(st.booleans()):
        litter |= {f"handed out/{name}.py": text.encode() for name, text in STUBS.items()}
    if draw(st.booleans()):
        litter |= {"__MACOSX/._cell.py": b"\0", ".git/HEAD": b"ref", "venv/lib/cell.py": b"x = 1"}
    if draw(st.booleans()):
        litter |= {f"{folder}notes.txt": b"Done.", f"{folder}test_cell.py": b"def test_it(): ...\n"}
    return litter


def zipped(files: Files) -> bytes:
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def tarred(files: Files) -> bytes:
    with tarfile.open(fileobj=(buffer := io.BytesIO()), mode="w:gz") as archive:
        for name, data in files.items():
            (info := tarfile.TarInfo(name)).size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


PACKS: dict[str, Callable[[Files], bytes]] = {".zip": zipped, ".tar.gz": tarred}


def laid_down(root: Path, made: Files, packed: list[str], is_archive: bool) -> Student:
    """Put a hand-in on the disk: a folder or an archive, packed as often as is asked."""
    shutil.rmtree(root, ignore_errors=True)
    for number, ending in enumerate(packed):
        is_last = number == len(packed) - 1
        name = "ada" if is_last and is_archive else f"in {number}"
        made = Files({name + ending: PACKS[ending](made)})
    for name, data in made.items():
        path = root / name if is_archive and packed else root / "ada" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return Student("ada", "ada", root / f"ada{packed[-1]}" if is_archive and packed else root / "ada")


@SAME
@given(files(), st.lists(st.sampled_from(sorted(PACKS)), max_size=3), st.booleans())
def test_the_same_answers_are_found_however_they_arrive(
    tmp_path: Path, made: Files, packed: list[str], is_archive: bool
) -> None:
    student = laid_down(tmp_path / "in", made, packed, is_archive)

    hand_in = read_hand_in(student, SINE, Limits())

    assert hand_in.problem == "" and list(hand_in.sources) == LESSONS
    for lesson in SINE.lessons:
        source = hand_in.sources[lesson.name]
        assert source.problem == "" and not source.rivals, source.notes
        assert tasks_of(source.cells, [task.name for task in lesson.tasks]) == RIGHT[lesson.name], source.notes
        assert not contents(source.cells, []).lacking, source.notes
