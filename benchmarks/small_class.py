"""A class for the small course of the tests: right, wrong, messy and hostile hand-ins, each graded in milliseconds."""

import io
import json
import shutil
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MINI = ROOT / "tests" / "mini"
ASSIGNMENT = "play"

RIGHT = "def double(x):\n    return 2 * x\n\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"


def body(text):
    """Return a right hand-in in which `double` does something else."""
    return RIGHT.replace("return 2 * x", text, 1)


def python(text):
    return {"double.py": text.encode()}


def notebook(*cells):
    made = [
        {"cell_type": "code", "execution_count": None, "id": f"c{n}", "metadata": {}, "outputs": [], "source": cell}
        for n, cell in enumerate(cells)
    ]
    text = json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    return {"double.ipynb": text.encode()}


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return {"my work.zip": packed.getvalue()}


TWICE = """

class Twice:
    def __init__(self, x):
        self.value = x + x
"""

KINDS = {
    "right": python(RIGHT),
    "right-otherwise": python(body("return x + x")),
    "right-with-a-class": python(body("return Twice(x).value") + TWICE),
    "right-notebook": notebook(*RIGHT.split("\n\n\n"), "print(double(3))"),
    "right-that-prints": python(body("print('x' * 2000)\n    return 2 * x")),
    "wrong": python(body("return x * x")),
    "wrong-type": python(body("return str(x)")),
    "wrong-for-lists": python(RIGHT.replace("double(x) for", "x for")),
    "raises": python(body("raise ValueError(x)")),
    "blank": python("def double(x):\n    ...\n\n\ndef double_all(xs):\n    ...\n"),
    "syntax-error": python(RIGHT.replace("for x in xs]", "for x in xs")),
    "renamed": {"Double (1).py": RIGHT.encode()},
    "zipped": zipped(python(RIGHT)),
    "zipped-twice": zipped(zipped(python(body("return x")))),
    "nested": {f"work/{name}": content for name, content in python(RIGHT).items()},
    "nothing": {},
    "not-text": {"double.py": b"\xff\xfe\x00\x80" * 20},
    "cut-off": {"double.ipynb": notebook(RIGHT)["double.ipynb"][:150]},
    "ends-itself": python(f"import os\n{body('os._exit(3)')}"),
    "segfault": python(f"import ctypes\n{body('return ctypes.string_at(0)')}"),
    "forks": python(f"import os\n{body('[os.fork() for _ in range(20)]')}"),
    "kills": python(f"import os\n{body('os.kill(-1, 9)')}"),
    "memory": python(body("return bytearray(1 << 40)")),
    "prints": python(body("while True: print('x' * 100000)")),
    "writes": python(body("open('/tmp/evil', 'w').write('x')")),
}  # fmt: skip
SLOW = {"endless": python(body("while True: pass"))}  # waits for the limit of a call


def make_course(root, kinds, count):
    """Write the small course and a class: the kinds by turns, no two alike; return the folder of the hand-ins."""
    shutil.copytree(MINI, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for number in range(count):
        name = list(kinds)[number % len(kinds)]
        folder = root / "hand-ins" / f"{number:04d}-{name}"
        folder.mkdir(parents=True)
        for path, content in kinds[name].items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(f"# {number}\n".encode() + content if path.endswith("double.py") else content)
    return root / "hand-ins"
