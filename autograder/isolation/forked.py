"""Workers that are forked from a warm process and locked: Linux alone."""

import contextlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Set
from dataclasses import asdict, dataclass
from typing import Any, Self, TypeVar

from autograder.errors import LINUX_ONLY, GradingError, NotStarted
from autograder.isolation.child import Ended
from autograder.isolation.inside.sandbox import LAYERS, STRONG, Ceiling, tier
from autograder.isolation.launch import Launched, launch
from autograder.isolation.stopwatch import Counter, Used

if sys.platform != "linux":
    raise GradingError(LINUX_ONLY)

START_SECONDS = 120.0
T = TypeVar("T")


class Zygote:
    """A warm process to fork workers from; one that was killed is replaced.

    One SIGKILL through a pidfd ends a worker, which can have no children.

    Args:
        layers: the layers of the sandbox to try; tests force a weaker one.
        launched: one that was started before; else one is started now.
    """

    def __init__(self, layers: tuple[str, ...] = LAYERS, launched: Launched | None = None) -> None:
        self._wanted = layers
        self._layers: dict[str, str] | None = None
        self._take(launched or launch(layers))

    def _take(self, launched: Launched) -> None:
        self._process, self._control, self._log = launched.process, launched.control, launched.log
        self._control.settimeout(START_SECONDS)
        self._is_lost = False

    @property
    def layers(self) -> dict[str, str]:
        """Wait until the zygote is warm; return the layers that hold and what each one is."""
        if self._layers is None:
            try:
                self._layers = self._receive()["layers"]
            except NotStarted:
                self._layers = self._replace()
        return self._layers

    def _replace(self) -> dict[str, str]:
        """Start another process in place of one that has gone; return the layers that hold.

        Raises:
            GradingError: it is locked in less than the one before.
        """
        self.close()
        try:
            self._take(launch(self._wanted))
        except OSError as error:
            raise NotStarted(f"No process can be started: {error.strerror}. Free some memory.") from None
        layers: dict[str, str] = self._receive()["layers"]
        if self._layers is not None and layers != self._layers:
            raise GradingError("The sandbox is not what it was when the grading began. Run `unroll doctor`.")
        return layers

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def tier(self) -> str:
        return tier(frozenset(self.layers))

    @property
    def missing(self) -> str:
        """Name the layers of the sandbox that this system lacks."""
        return ", ".join(sorted(STRONG - set(self.layers)))

    def distrust(self, layers: Set[str]) -> None:
        """Strike out layers that do not do what they should."""
        self._layers = {name: what for name, what in self.layers.items() if name not in layers}

    def start(self, ceiling: Ceiling, reply_bytes: int) -> "_Fork":
        """Fork a worker.

        Raises:
            NotStarted: that cannot be done at the moment.
        """
        job = {"ceiling": asdict(ceiling), "reply_bytes": reply_bytes}
        return self._again_if_lost(lambda: self._start(job))

    def _start(self, job: dict[str, Any]) -> "_Fork":
        ours, theirs = socket.socketpair()
        output = os.memfd_create("output")
        try:
            pid, pidfd = self._ask(job, [theirs.fileno(), output])
        except GradingError:
            ours.close()
            os.close(output)
            raise
        finally:
            theirs.close()
        return _Fork(self, pid, pidfd, ours, output)

    def branch(self) -> Launched:
        """Fork another zygote off this one, for a process that is forked off this one; it costs milliseconds.

        Raises:
            NotStarted: that cannot be done at the moment.
        """
        return self._again_if_lost(self._branch)

    def _branch(self) -> Launched:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            pid, pidfd = self._ask({"branch": True}, [theirs.fileno()])
        except GradingError:
            ours.close()
            raise
        finally:
            theirs.close()
        return Launched(_Branch(pid, pidfd), ours, os.dup(self._log))

    def leave(self) -> None:
        """Forget the zygote, in a fork of the process that has it."""
        self._control.close()
        os.close(self._log)
        self._log = -1

    def _again_if_lost(self, attempt: Callable[[], T]) -> T:
        """Have something forked, by another zygote if this one has gone.

        The one that has gone may have forked before: so nothing that was given to it is given to the other.
        """
        assert self.layers is not None
        try:
            return attempt()
        except NotStarted:
            if not self._is_lost:
                raise
            self._replace()
            return attempt()

    def _ask(self, job: dict[str, Any], fds: list[int]) -> tuple[int, int]:
        """Have something forked; return its pid and its pidfd."""
        try:
            socket.send_fds(self._control, [json.dumps(job).encode()], fds)
            message, answered, *_ = socket.recv_fds(self._control, 4096, 1)
        except OSError as error:
            raise self._lost() from error
        if not message:
            raise self._lost()
        answer = json.loads(message)
        if not answered:
            raise NotStarted(f"No process can be started: {answer.get('error', 'too few file descriptors')}.")
        return answer["pid"], answered[0]

    def reap(self, pid: int) -> Ended:
        """Wait for a worker that has ended or been killed; with its zygote it has been killed too."""
        try:
            self._send({"reap": pid})
            return Ended(*self._receive())
        except NotStarted:
            return Ended(signal.SIGKILL, 0.0)

    def close(self) -> None:
        """End the zygote, and with it every worker."""
        if self._log < 0:
            return
        self._control.close()
        self._process.kill()
        self._process.wait()
        os.close(self._log)
        self._log = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, message: dict[str, Any]) -> None:
        try:
            self._control.send(json.dumps(message).encode())
        except OSError as error:
            raise self._lost() from error

    def _receive(self) -> Any:
        try:
            message = self._control.recv(1 << 16)
        except OSError as error:
            raise self._lost() from error
        if not message:
            raise self._lost()
        return json.loads(message)

    def _lost(self) -> NotStarted:
        self._is_lost = True
        written = os.pread(self._log, 1 << 16, 0) if self._log >= 0 else b""
        log = written.decode("utf-8", "replace").strip().splitlines()
        said = f": {log[-1]}" if log else "."
        return NotStarted(f"The process that runs student code could not be started or has ended{said}")


@dataclass(frozen=True)
class _Branch:
    """A zygote that another zygote has forked, and reaps."""

    pid: int
    pidfd: int

    def kill(self) -> None:
        """End it."""
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def wait(self) -> int:
        """Wait until it has ended."""
        select.select([self.pidfd], [], [])
        os.close(self.pidfd)
        return 0


class _Fork:
    """A forked worker: its pid, its pidfd, its socket and the file of what it prints."""

    def __init__(self, zygote: Zygote, pid: int, pidfd: int, channel: socket.socket, output: int) -> None:
        self._zygote = zygote
        self._pid = pid
        self._pidfd = pidfd
        self._counter = Counter(pid)
        self._output = output
        self.channel = channel

    def used(self) -> Used:
        """See `Child`."""
        return self._counter.used()

    def printed(self) -> int:
        """See `Child`."""
        return os.fstat(self._output).st_size

    def output(self, size: int, start: int) -> bytes:
        """See `Child`."""
        return os.pread(self._output, size, start)

    def kill(self) -> None:
        """See `Child`."""
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def let_end(self, seconds: float) -> bool:
        """See `Child`."""
        return bool(select.select([self._pidfd], [], [], seconds)[0])

    def reap(self) -> Ended:
        """See `Child`."""
        ended = self._zygote.reap(self._pid)
        pidfd, self._pidfd = self._pidfd, -1  # another thread may be about to kill
        os.close(pidfd)
        self._counter.close()
        self.channel.close()
        return ended

    def discard_output(self) -> None:
        """See `Child`."""
        os.close(self._output)
