"""`unroll watch` in a real terminal: keys are sent, the screen is read back, and the terminal is as before."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from homework import ENVIRONMENT
from terminal import ALTERNATE, Terminal, terminal

SGR = re.compile(rb"\x1b\[[\d;:]*m")
RIGHT, SQUARED = "return 2 * x", "return x * x"
FACT = "double(x)[1] should be 6, but is 9."
CAUSE = "Likely cause: You squared x; add x to itself."
KEYS = "n next  h hint  l list  c check all  r reset  s explanation  q quit  ? help"
ALL_PASS = "All public checks pass; hidden checks run when you hand in."


def lesson(double: str = "raise NotImplementedError", double_all: str = "raise NotImplementedError") -> str:
    return f"import torch\n\n\ndef double(x):\n    {double}\n\n\ndef double_all(xs):\n    {double_all}\n"


def save(home: Path, text: str) -> None:
    """Save as editors do: a new file takes the place of the old one."""
    part = home / "play" / ".double.py.swp"
    part.write_text(text, encoding="utf-8")
    part.replace(home / "play" / "double.py")


def checked(seen: Terminal) -> None:
    """Wait until the first check is done."""
    seen.wait_for("Checked play/double")


def processes(seen: Terminal) -> list[psutil.Process]:
    return psutil.Process(seen.process.pid).children(recursive=True)


def test_a_save_is_seen_and_the_verdict_appears(home: Path) -> None:
    with terminal(home, "watch") as seen:
        checked(seen)
        assert seen.lines[0] == "[------------------------------]  0 of 2 tasks pass"
        assert seen.lines[1:3] == ["play/double:double  open", "play/double.py:15"]
        assert seen.lines[-1] == KEYS

        save(home, lesson(SQUARED))
        seen.wait_for(CAUSE)
        assert FACT in seen.lines
        assert "double(x=[2, 3])" in seen.lines

        save(home, lesson(RIGHT))
        seen.wait_for("All public checks of double pass.", gone="Checking")
        assert seen.lines[0] == "[###############---------------]  1 of 2 tasks pass"


def test_it_stays_with_a_task_that_passes_until_n_is_pressed(home: Path) -> None:
    save(home, lesson(SQUARED))
    with terminal(home, "watch") as seen:
        checked(seen)
        save(home, lesson(RIGHT))
        seen.wait_for("All public checks of double pass.")
        save(home, lesson(RIGHT, "return None"))
        seen.wait_for("double passing, double_all failing")
        assert seen.lines[1] == "play/double:double  passing"

        seen.type("n")
        seen.wait_for("play/double:double_all  failing")
        save(home, lesson(RIGHT, "return [double(x) for x in xs]"))
        seen.wait_for("All public checks of double_all pass.")
        seen.wait_for(ALL_PASS)


def test_hints_list_help_and_explanation(home: Path) -> None:
    save(home, lesson(RIGHT))
    with terminal(home, "watch") as seen:
        checked(seen)
        seen.type("h")
        seen.wait_for("Hint 1 of ")
        seen.type("?")
        seen.wait_for("Any key closes this.")
        seen.type("x")
        seen.wait_for("Hint 1 of ", gone="Any key")
        seen.type("s")
        seen.wait_for("The explanation opens when this task passes its public checks.")

        seen.type("l")
        seen.wait_for("> play/double:double_all  open")
        seen.type("\x1b[A")
        seen.wait_for("> play/double:double      passing")
        seen.type("j")
        seen.wait_for("> play/double:double_all  open")
        seen.type("k\r")
        seen.wait_for("All public checks of double pass.", gone="Hint")
        seen.type("s")
        seen.wait_for("Why it works:")
        seen.wait_for("Is there another way to write it? unroll explain play/double:double", gone="def double(x):")
        seen.type("\x1b")
        seen.wait_for("All public checks of double pass.")


def test_c_checks_all(home: Path) -> None:
    with terminal(home, "watch", "play/double:double_all") as seen:
        checked(seen)
        before = seen.lines[-2]
        seen.wait_for(before)
        time.sleep(1.1)  # the status says the second
        seen.type("c")
        seen.wait_for("Checked play/double", gone=before)


def test_r_asks_first_and_keeps_a_copy(folder: Path) -> None:
    stub = (folder / "sine" / "cell.py").read_text()
    (folder / "sine" / "cell.py").write_text("readout = 1\n")
    with terminal(folder, "watch", "sine/cell") as seen:
        seen.wait_for("Checked sine/cell")
        seen.type("r")
        seen.wait_for("Reset cell.py to the stub? A copy of yours is kept. y/N")
        seen.type("\r")
        seen.wait_for("Nothing was changed.")
        assert (folder / "sine" / "cell.py").read_text() == "readout = 1\n"

        seen.type("ry")
        seen.wait_for("rnn_cell is still the stub.")

    assert (folder / "sine" / "cell.py").read_text() == stub
    assert (folder / "sine" / "cell.py.before-reset").read_text() == "readout = 1\n"


def test_a_loop_that_never_ends_is_left_as_soon_as_the_lesson_is_saved_again(home: Path) -> None:
    save(home, lesson("while True: pass"))
    with terminal(home, "watch") as seen:
        seen.wait_for("Checking play/double")
        started = time.monotonic()
        seen.read(1.0)
        save(home, lesson(RIGHT))
        seen.wait_for("All public checks of double pass.")

        assert "took too long" not in seen.written.decode()
        assert time.monotonic() - started < 60  # not a measure: without it this would pass late


ENDS = {"q": "q", "Ctrl-C": "\x03"}


@pytest.mark.kills
@pytest.mark.parametrize("name", ENDS)
def test_the_terminal_is_as_before(home: Path, name: str) -> None:
    with terminal(home, "watch") as seen:
        checked(seen)
        assert seen.attributes() != seen.before
        children = processes(seen)
        seen.type(ENDS[name])

        assert seen.wait_for_end() == 0
        assert_given_back(seen)
        assert seen.written.decode().endswith("0 of 2 tasks pass.\r\n")
        assert not psutil.wait_procs(children, timeout=30)[1]


def assert_given_back(seen: Terminal) -> None:
    """The terminal takes lines again, shows its cursor, and shows what stood there before."""
    assert seen.attributes() == seen.before
    written = seen.written.decode()
    assert written.rindex(ALTERNATE[1]) > written.rindex(ALTERNATE[0])
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")


def test_q_ends_it_while_it_warms_up(home: Path) -> None:
    with terminal(home, "watch") as seen:
        seen.wait_for("[---")
        seen.type("q")

        assert seen.wait_for_end() == 0
        assert_given_back(seen)
        assert "Traceback" not in seen.written.decode()


@pytest.mark.kills
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_as_before_after_a_signal(home: Path, number: int) -> None:
    with terminal(home, "watch") as seen:
        checked(seen)
        os.kill(seen.process.pid, number)

        assert seen.wait_for_end() == 128 + number
        assert_given_back(seen)


def test_the_terminal_is_as_before_after_an_error_of_ours(home: Path) -> None:
    broken = (
        "import autograder.student.watching.screen as s\ndef lines(*_): raise RuntimeError\ns.screen_lines = lines\n"
    )
    program = f"{broken}from autograder.cli import main\nmain()"
    with terminal(home, "watch", program=("-c", program)) as seen:
        assert seen.wait_for_end() != 0
        assert_given_back(seen)


def test_ctrl_z_gives_the_terminal_back_until_it_goes_on(home: Path) -> None:
    with terminal(home, "watch", shell=True) as seen:
        checked(seen)
        program = psutil.Process(seen.process.pid).children()[0]
        seen.type("\x1a")
        seen.wait_until(lambda: program.status() == psutil.STATUS_STOPPED, "it is stopped")
        seen.read()
        assert_given_back(seen)

        seen.screen.reset()
        os.killpg(program.pid, signal.SIGCONT)  # as fg does
        seen.wait_for(KEYS)
        assert seen.attributes() != seen.before
        save(home, lesson(SQUARED))
        seen.wait_for(CAUSE)


def test_kill_leaves_no_process(home: Path) -> None:
    save(home, lesson("while True: pass"))
    with terminal(home, "watch") as seen:
        seen.wait_for("Checking play/double")
        seen.wait_until(lambda: len(processes(seen)) >= 2, "the worker runs")
        children = processes(seen)
        os.kill(seen.process.pid, signal.SIGKILL)

        assert not psutil.wait_procs(children, timeout=60)[1]


def test_without_colours_no_code_for_them_is_written(home: Path) -> None:
    save(home, lesson(SQUARED))
    with terminal(home, "watch", environment={"NO_COLOR": "1"}) as seen:
        checked(seen)
        seen.type("hl")
        seen.wait_for("> play")

    assert not SGR.search(seen.written)
    assert b"\x1b]8" not in seen.written


def test_with_colours_the_file_is_a_link(home: Path) -> None:
    with terminal(home, "watch") as seen:
        checked(seen)

    assert SGR.search(seen.written)
    uri = (home / "play" / "double.py").as_uri().encode()
    assert re.search(rb"\x1b\]8;[^;]*;" + re.escape(uri), seen.written)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 10), (20, 5), (200, 60)])
def test_it_fits_into_the_terminal(home: Path, columns: int, rows: int) -> None:
    save(home, lesson("print('x' * 300)\n    " + SQUARED))
    with terminal(home, "watch", columns=columns, rows=rows) as seen:
        seen.wait_for("double(x)[1]")
        seen.wait_for("0 of 2 tasks pass", gone="Checking")
        for keys in ("h", "l", "l", "?", "x"):
            seen.type(keys)
            seen.read(0.2)
            assert_fits(seen.written, columns, rows)
        assert seen.lines[-1].startswith("n ")


def assert_fits(written: bytes, columns: int, rows: int) -> None:
    """No line drawn is wider than the terminal, and no screen higher."""
    plain = re.sub(r"\x1b\][^\x1b]*\x1b\\|\x1b\[[\d;:?]*[a-zA-GI-Z]", "", written.decode())
    screens = [screen.split("\r\n") for screen in plain.split("\x1b[H") if screen]
    assert max(len(line) for screen in screens for line in screen) <= columns
    assert max(len(screen) for screen in screens) <= rows


def test_another_size_is_drawn_anew(home: Path) -> None:
    save(home, lesson(SQUARED))
    with terminal(home, "watch") as seen:
        checked(seen)
        seen.resize(50, 12)
        seen.screen.reset()
        seen.wait_for("n h l c r s q ?")

        assert seen.lines[-1] == "n h l c r s q ?"


def lines_of(process: subprocess.Popen[str]) -> list[str]:
    """Read the lines up to the end of a check."""
    assert process.stdout is not None
    found = []
    while not found or not found[-1].startswith("Checked"):
        found.append(process.stdout.readline().rstrip("\n"))
        assert found[-1], "it has ended"
    return found


def test_without_a_terminal_it_prints_plain_lines(home: Path) -> None:
    command = [sys.executable, "-m", "autograder.cli", "watch"]
    with subprocess.Popen(
        command, cwd=home, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        first = lines_of(process)
        save(home, lesson(SQUARED))
        second = lines_of(process)
        process.send_signal(signal.SIGINT)
        left = process.communicate(timeout=60)[0]

    assert first[0] == "play/double:double open: double is still the stub."
    assert second[0] == f"play/double:double failing: {FACT} {CAUSE}"
    assert second[-1].endswith("0 of 2 tasks pass.")
    assert (process.returncode, left) == (0, "")
    assert "\x1b" not in "".join(first + second)


def test_wrong_use_is_said_before_the_terminal_is_taken(home: Path) -> None:
    with terminal(home, "watch", "play/triple") as seen:
        assert seen.wait_for_end() == 2

    assert ALTERNATE[0] not in seen.written.decode()
    assert "play has no lesson 'triple'. It has: double." in seen.text
