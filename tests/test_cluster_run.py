"""`unroll grade --scheduler` with a real scheduler and real workers on this machine, some of which are killed."""

import datetime
import ipaddress
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from schemas import complaints

from autograder.course.model import Course

pytestmark = pytest.mark.kills

RIGHT = "def double(x):\n    return 2 * x\n\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"
SQUARED = RIGHT.replace("2 * x", "x * x")
ENDS = f"import os\n{RIGHT.replace('return 2 * x', 'os._exit(3)')}"
WORK = {
    "ada": RIGHT,
    "bob": SQUARED,
    "cy": ENDS,
    "dee": "def double(x):\n    ...\n",
    "eve": RIGHT,
    "fay": SQUARED + "#",
}
ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "OMP_NUM_THREADS": "1"}
PATIENCE = 300


def command_line(process: psutil.Process) -> str:
    """Return how a process was started; "" of one that has ended meanwhile."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@dataclass
class Dask:
    """A scheduler and its workers; each is a process of its own."""

    address: str
    workers: list[psutil.Popen]
    environment: dict[str, str]
    scratch: Path

    def courses(self) -> list[Path]:
        """List the courses that the workers have unpacked."""
        return list(self.scratch.rglob("unroll-*"))

    def beside(self) -> list[psutil.Process]:
        """List what the workers have started."""
        children = [one for worker in self.workers if worker.is_running() for one in worker.children(recursive=True)]
        return [one for one in children if "autograder" in command_line(one)]


@dataclass
class Small:
    """A small class, and what commands make of it."""

    course: Course
    dask: Dask

    def command(self, out: str, *more: str) -> list[str]:
        given = ["grade", "play", "hand-ins", "-o", out, "--seed", "a secret", *more]
        return [sys.executable, "-m", "autograder.cli", *given]

    def start(self, out: str) -> "subprocess.Popen[str]":
        command = self.command(out, "--scheduler", self.dask.address)
        where = {"cwd": self.course.root, "env": self.dask.environment}
        return subprocess.Popen(command, **where, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # type: ignore[call-overload, no-any-return]

    def grade(self, out: str, *more: str) -> "subprocess.CompletedProcess[str]":
        where = {"cwd": self.course.root, "env": self.dask.environment}
        return subprocess.run(self.command(out, *more), **where, capture_output=True, text=True, timeout=1200)  # type: ignore[call-overload, no-any-return]

    def tables(self, out: str) -> list[bytes]:
        return [(self.course.root / out / name).read_bytes() for name in ("grades.csv", "marks.csv", "identical.json")]


def files(place: Path) -> dict[str, str]:
    """Make an authority of our own, and one certificate for everybody; return dask's settings."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "unroll")])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
    made = made.not_valid_after(now + datetime.timedelta(days=1))
    alternatives = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = made.add_extension(alternatives, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    text = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    (place / "cert.pem").write_bytes(text)
    (place / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    sets = {"CA_FILE": place / "cert.pem"}
    for role in ("CLIENT", "SCHEDULER", "WORKER"):
        sets |= {f"{role}__CERT": place / "cert.pem", f"{role}__KEY": place / "key.pem"}
    return {f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(path) for name, path in sets.items()}


def until(true: Callable[[], object], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.2)


@pytest.fixture
def dask(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Dask]:
    """Start a scheduler and two workers; the parameter is the protocol."""
    protocol = request.param
    environment = {**ENVIRONMENT, **(files(tmp_path) if protocol == "tls" else {})}
    note = tmp_path / "scheduler.json"
    started = []

    def start(*command: str) -> psutil.Popen:
        program = [sys.executable, "-m", "dask", *command, "--no-dashboard"]
        with (tmp_path / f"{len(started)}.log").open("w") as log:
            started.append(psutil.Popen(program, cwd=tmp_path, env=environment, stdout=log, stderr=log))
        return started[-1]

    start("scheduler", "--host", f"{protocol}://127.0.0.1", "--port", "0", "--scheduler-file", str(note))
    until(lambda: note.exists() and note.read_text().endswith("}"), "no scheduler")
    address = json.loads(note.read_text())["address"]
    local = ("--local-directory", str(tmp_path), "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
    workers = [start("worker", address, *local) for _ in range(2)]
    yield Dask(address, workers, environment, tmp_path)
    for one in started[::-1]:
        one.kill()
        one.wait()


@pytest.fixture
def small(mini: Course, dask: Dask) -> Small:
    for name, text in WORK.items():
        hand_in(mini, name, text)
    return Small(mini, dask)


def hand_in(course: Course, name: str, text: str) -> None:
    """Put a student's work where the commands look for it."""
    (course.root / "hand-ins" / name).mkdir(parents=True)
    (course.root / "hand-ins" / name / "double.py").write_text(text)


@pytest.mark.parametrize("dask", ["tcp"], indirect=True)
def test_a_worker_that_is_killed_costs_no_mark_and_nothing_is_left(small: Small) -> None:
    alone = small.grade("one")
    run = small.start("many")
    assert run.stderr is not None
    run.stderr.readline()  # the first hand-in is graded
    small.dask.workers[0].kill()
    said, warned = run.communicate(timeout=1200)

    assert (alone.returncode, run.returncode) == (0, 0), alone.stderr + said + warned
    assert small.tables("many") == small.tables("one")
    until(lambda: not small.dask.beside(), "something is left")
    facts = json.loads((small.course.root / "many" / "run.json").read_text())
    assert complaints("run", facts) == []
    assert set(facts["workers"].values()) == {"strong"} and facts["tier"] == "strong"

    again = small.grade("many", "--scheduler", small.dask.address)

    assert "Nothing changed since" in again.stdout, again.stderr
    assert small.tables("many") == small.tables("one")


@pytest.mark.parametrize("dask", ["tls"], indirect=True)
def test_ctrl_c_ends_what_runs_elsewhere_and_a_second_run_goes_on(small: Small) -> None:
    run = small.start("many")
    assert run.stderr is not None
    run.stderr.readline()
    run.send_signal(signal.SIGINT)
    said, warned = run.communicate(timeout=1200)

    assert run.returncode == 3 and "Traceback" not in warned, said + warned
    assert re.search("Stopped", warned)
    until(lambda: not small.dask.beside(), "something is left")

    again = small.grade("many", "--scheduler", small.dask.address)
    alone = small.grade("one")

    assert (again.returncode, alone.returncode) == (0, 0), again.stderr + alone.stderr
    assert small.tables("many") == small.tables("one")


@pytest.mark.parametrize("dask", ["tcp"], indirect=True)
def test_machines_leave_a_class_whose_client_was_killed_and_the_next_run_goes_on_at_once(small: Small) -> None:
    run = small.start("many")
    assert run.stderr is not None
    run.stderr.readline()  # the first hand-in is graded
    run.kill()
    run.communicate()

    again = small.grade("many", "--scheduler", small.dask.address)
    alone = small.grade("one")

    assert (again.returncode, alone.returncode) == (0, 0), again.stderr + alone.stderr
    assert small.tables("many") == small.tables("one")
    until(lambda: not small.dask.beside() and not small.dask.courses(), "something is left")


@pytest.mark.parametrize("dask", ["tcp"], indirect=True)
def test_a_client_that_was_paused_goes_on_although_the_machines_have_left(small: Small) -> None:
    for number in range(10):  # so that some have not been sent yet
        hand_in(small.course, f"one more {number}", f"{RIGHT}# {number}\n")
    run = small.start("many")
    assert run.stderr is not None
    run.stderr.readline()
    run.send_signal(signal.SIGSTOP)
    until(lambda: not small.dask.beside(), "a machine has not left")
    run.send_signal(signal.SIGCONT)
    said, warned = run.communicate(timeout=1200)
    alone = small.grade("one")

    assert (run.returncode, alone.returncode) == (0, 0), said + warned + alone.stderr
    assert small.tables("many") == small.tables("one")
