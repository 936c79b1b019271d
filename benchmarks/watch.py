"""Compare save to verdict in `unroll watch`, and a cold `unroll check`, with `import torch` alone. See README.md."""

import argparse
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
# Everybody's kit has its bytecode, as their torch has: pip writes it.
KEPT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENVIRONMENT = {**KEPT, "OMP_NUM_THREADS": "1", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
UNROLL = [sys.executable, "-m", "autograder.cli"]
LESSON, TASK = "sine/cell", "sine/cell:rnn_cell"
RIGHT = (ROOT / "solutions" / LESSON / "lesson.py").read_text()
WRONG = RIGHT.replace("torch.tanh(", "torch.sigmoid(")


def seconds(command, folder, status=0):
    """Run a command; return how long it took."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr
    return time.perf_counter() - start


class Watch:
    """An `unroll watch` without a terminal, whose lines arrive with their times."""

    def __init__(self, folder):
        self._folder = folder
        self._lines = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [*UNROLL, "watch", LESSON], cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
        )
        threading.Thread(target=self._read, daemon=True).start()
        self._wait_for("Checked")

    def _read(self):
        for line in self._process.stdout:
            self._lines.put((time.perf_counter(), line))

    def _wait_for(self, start):
        while True:
            when, line = self._lines.get(timeout=60)
            if line.startswith(start):
                return when, line

    def save(self, text, expected):
        """Save the lesson; return the seconds until its first verdict, and until all tasks are checked."""
        start = save(self._folder, text)
        first, line = self._wait_for(TASK)
        assert line.startswith(f"{TASK} {expected}"), line
        last, _ = self._wait_for("Checked")
        return first - start, last - start

    def close(self):
        self._process.kill()
        self._process.wait()


def save(folder, text):
    """Save the lesson as editors do, by putting a new file in the place of the old one; return the time."""
    part = folder / "part"
    part.write_text(text)
    start = time.perf_counter()
    part.replace(folder / f"{LESSON}.py")
    return start


def measure(folder, saves, rounds):
    """Return the seconds of everything; what is compared takes turns."""
    name = LESSON.partition("/")[2]
    commands = {
        "import torch": [sys.executable, "-c", "import torch"],
        "pytest started afresh": [sys.executable, "-m", "pytest", "-q", f"sine/test_{name}.py"],
        "unroll check, cold": [*UNROLL, "check", LESSON],
    }
    found = {name: [] for name in commands} | {"save to verdict": [], "save to the last verdict": []}
    for _ in range(rounds):
        save(folder, RIGHT)
        for what, command in commands.items():
            found[what].append(seconds(command, folder))
        watch = Watch(folder)
        for number in range(-(-saves // rounds)):
            time.sleep(0.2 + 0.01 * (number % 7))  # people do not save in step with anything
            text = (WRONG, "failing") if number % 2 == 0 else (RIGHT, "passing")
            first, last = watch.save(*text)
            found["save to verdict"].append(first)
            found["save to the last verdict"].append(last)
        watch.close()
    return found


def main():
    """Print medians, and their ratios to `import torch`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5, help="how often each has its turn")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "home"
        subprocess.run([*UNROLL, "init", str(folder)], env=ENVIRONMENT, check=True, capture_output=True)
        found = measure(folder, options.saves, options.rounds)
    alone = median(found["import torch"])
    for what, times in found.items():
        print(f"{what:26s} {median(times):6.3f} s  {median(times) / alone:5.2f} x import torch  ({len(times)} times)")


if __name__ == "__main__":
    main()
