"""Workers that are forked from a warm process and locked: Linux alone."""

import contextlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Set
from dataclasses import asdict
from typing import Any, Self

from autograder.errors import GradingError
from autograder.isolation.child import Ended
from autograder.isolation.launch import Launched, launch
from autograder.isolation.sandbox import LAYERS, LINUX_ONLY, STRONG, Ceiling, tier

if sys.platform != "linux":
    raise GradingError(LINUX_ONLY)

START_SECONDS = 120.0


class Zygote:
    """A warm process to fork workers from.

    One SIGKILL through a pidfd ends a worker, which can have no children.

    Args:
        layers: the layers of the sandbox to try; tests force a weaker one.
        launched: one that was started before; else one is started now.
    """

    def __init__(self, layers: tuple[str, ...] = LAYERS, launched: Launched | None = None) -> None:
        launched = launched or launch(layers)
        self._process, self._control, self._log = launched.process, launched.control, launched.log
        self._control.settimeout(START_SECONDS)
        self._layers: dict[str, str] | None = None
        self.cpu_seconds = 0.0

    @property
    def layers(self) -> dict[str, str]:
        """Wait until the zygote is warm; return the layers that hold and what each one is."""
        if self._layers is None:
            self._layers = self._receive()["layers"]
        return self._layers

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
        """Fork a worker."""
        assert self.layers is not None
        ours, theirs = socket.socketpair()
        output = os.memfd_create("output")
        job = json.dumps({"ceiling": asdict(ceiling), "reply_bytes": reply_bytes}).encode()
        try:
            socket.send_fds(self._control, [job], [theirs.fileno(), output])
            message, fds, *_ = socket.recv_fds(self._control, 4096, 1)
        except OSError as error:
            raise self._lost() from error
        theirs.close()
        if not message:
            raise self._lost()
        return _Fork(self, json.loads(message)["pid"], fds[0], ours, output)

    def reap(self, pid: int) -> Ended:
        """Wait for a worker that has ended or been killed."""
        self._control.send(json.dumps({"reap": pid}).encode())
        ended = Ended(*self._receive())
        self.cpu_seconds += ended.cpu_seconds
        return ended

    def close(self) -> None:
        """End the zygote, and with it every worker."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        os.close(self._log)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _receive(self) -> Any:
        try:
            message = self._control.recv(1 << 16)
        except OSError as error:
            raise self._lost() from error
        if not message:
            raise self._lost()
        return json.loads(message)

    def _lost(self) -> GradingError:
        log = os.pread(self._log, 1 << 16, 0).decode("utf-8", "replace").strip().splitlines()
        said = f": {log[-1]}" if log else "."
        return GradingError(f"The process that runs student code could not be started or has ended{said}")


class _Fork:
    """A forked worker: its pid, its pidfd, its socket and the file of what it prints."""

    def __init__(self, zygote: Zygote, pid: int, pidfd: int, channel: socket.socket, output: int) -> None:
        self._zygote = zygote
        self._pid = pid
        self._pidfd = pidfd
        self._output = output
        self.channel = channel

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

    def let_end(self, seconds: float) -> None:
        """See `Child`."""
        select.select([self._pidfd], [], [], seconds)

    def reap(self) -> Ended:
        """See `Child`."""
        ended = self._zygote.reap(self._pid)
        pidfd, self._pidfd = self._pidfd, -1  # another thread may be about to kill
        os.close(pidfd)
        self.channel.close()
        return ended

    def forget(self) -> None:
        """See `Child`."""
        os.close(self._output)
