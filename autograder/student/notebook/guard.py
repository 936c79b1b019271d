"""Keep a notebook's state during a check, and end code that does not end by itself."""

import _thread
import contextlib
import random
import threading
import types
from collections.abc import Iterator

import matplotlib
import numpy as np
import torch
from matplotlib._pylab_helpers import Gcf

from autograder.errors import WorkerTimeout


@contextlib.contextmanager
def restore_notebook(module: types.ModuleType) -> Iterator[None]:
    """Begin as a worker does; leave names, random numbers, torch's settings and open figures as they were."""
    with _own_names(module), _own_random(), _own_settings(), _own_figures():
        yield


@contextlib.contextmanager
def _own_names(module: types.ModuleType) -> Iterator[None]:
    """Undo what the checked code assigns with `global`."""
    before = dict(module.__dict__)
    try:
        yield
    finally:
        for name in set(module.__dict__) - set(before):
            del module.__dict__[name]
        module.__dict__.update(before)


@contextlib.contextmanager
def _own_random() -> Iterator[None]:
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])


@contextlib.contextmanager
def _own_settings() -> Iterator[None]:
    dtype, grad = torch.get_default_dtype(), torch.is_grad_enabled()
    try:
        torch.set_default_dtype(torch.float32)
        with _on_cpu():
            yield
    finally:
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(grad)


def _on_cpu() -> contextlib.AbstractContextManager[object]:
    """The tests' own tensors are the CPU's, whatever device the notebook made its default."""
    cpu = torch.device("cpu")
    return contextlib.nullcontext() if torch.get_default_device() == cpu else cpu


@contextlib.contextmanager
def _own_figures() -> Iterator[None]:
    """Let the checks draw on a canvas of their own; the figures of the notebook are put aside meanwhile."""
    backend, figures = matplotlib.get_backend(), dict(Gcf.figs)
    Gcf.figs.clear()
    try:
        matplotlib.use("Agg")
        yield
    finally:
        Gcf.figs.clear()
        with contextlib.suppress(ImportError):
            matplotlib.use(backend)
        Gcf.figs.update(figures)


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer, as Ctrl-C does; only the main thread can be interrupted.

    Raises:
        WorkerTimeout: it took longer.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    alarm = _Alarm(seconds)
    try:
        yield
        alarm.stop()
    except KeyboardInterrupt:
        if not alarm.rang:
            raise
        raise WorkerTimeout(f"There was no answer within {seconds:g} s. Is there a loop that never ends?") from None
    finally:
        alarm.stop()


class _Alarm:
    """Rings once after some seconds, unless it is stopped before."""

    def __init__(self, seconds: float) -> None:
        self.rang = False
        self._lock = threading.Lock()
        self._stopped = False
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        """After this it does not ring."""
        with self._lock:
            self._stopped = True
        self._timer.cancel()

    def _ring(self) -> None:
        with self._lock:
            if not self._stopped:
                self.rang = True
                _thread.interrupt_main()
