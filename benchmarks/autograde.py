"""Compare `nbgrader autograde` with and without the kit's configuration, alternately. See README.md."""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {
    **os.environ,
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": str(ROOT),
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
}
STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "stock"\n'


def make_course(folder, count, kit):
    """Copy the course and hand in solved notebooks."""
    folder.mkdir()
    for part in ("solutions", "source", "exercises"):
        shutil.copytree(ROOT / part, folder / part)
    config = (ROOT / "nbgrader_config.py").read_text() if kit else STOCK
    (folder / "nbgrader_config.py").write_text(config)
    run(folder, "generate_assignment", "sine")
    for number in range(count):
        shutil.copytree(folder / "source" / "sine", folder / "submitted" / f"student{number:02d}" / "sine")
    return folder


def run(folder, *command):
    """Run an nbgrader command; return its CPU, that of all its children, and its seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    arguments = [sys.executable, "-m", "nbgrader", *command]
    subprocess.run(arguments, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.perf_counter() - start


def main():
    """Autograde the same class with both, in turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hand-ins", type=int, default=20, help="of one nbgrader autograde")
    parser.add_argument("--rounds", type=int, default=2, help="how often each of the two has its turn")
    options = parser.parse_args()
    spent = {"the kit": [0.0, 0.0], "stock": [0.0, 0.0]}
    with tempfile.TemporaryDirectory() as work:
        for number in range(options.rounds):
            for name, total in spent.items():
                place = Path(work) / f"{name}-{number}".replace(" ", "-")
                folder = make_course(place, options.hand_ins, name == "the kit")
                cpu, wall = run(folder, "autograde", "sine")
                total[0] += cpu
                total[1] += wall
    count = options.hand_ins * options.rounds
    for name, (cpu, wall) in spent.items():
        print(f"{name:8s} {cpu / count:6.2f} s of CPU and {wall / count:6.2f} s a hand-in")
    kit, stock = spent["the kit"], spent["stock"]
    print(f"stock takes {stock[0] / kit[0]:.1f} times the CPU and {stock[1] / kit[1]:.1f} times the time")


if __name__ == "__main__":
    main()
