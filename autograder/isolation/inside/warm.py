"""Import and run once what lessons use, in the process that workers come from."""

import ctypes
import gc
import importlib
import sys
from pathlib import Path

PRELOADED = (
    "ast", "collections", "copy", "dataclasses", "enum", "functools", "inspect", "io", "itertools", "math", "operator",
    "random", "resource", "statistics", "string", "textwrap", "time", "traceback", "types", "typing", "warnings",
    "numpy.lib.stride_tricks", "numpy.random", "matplotlib.pyplot", "torch.func", "torch.nn.utils", "torch.utils.data",
)  # fmt: skip
OURS = ("mounts", "seccomp", "service") if sys.platform == "linux" else ("service",)
HUGE_PAGE, MADV_COLLAPSE = 2 << 20, 25


def warm_up(quick: bool = False) -> None:
    """Import and run once what lessons use, so that no worker pays for it.

    Args:
        quick: torch alone, neither matplotlib nor sympy, and no huge pages.
    """
    import torch

    from autograder.isolation.inside.eager import compile_nothing
    from autograder.isolation.inside.holes import fill_holes
    from autograder.isolation.inside.lean import without_compiler, without_stacks
    from autograder.isolation.inside.shapes import without_symbols

    torch.set_num_threads(1)
    compile_nothing()
    without_compiler()
    without_stacks()
    for name in OURS:
        importlib.import_module(f"autograder.isolation.inside.{name}")
    _run_layers()
    if quick:
        without_symbols()
    _use_meta()
    if not quick:
        _import_the_rest()
        gc.collect()
    fill_holes()
    torch.manual_seed(0)
    gc.freeze()
    if not quick:
        _use_huge_pages()


def _run_layers() -> None:
    import torch

    for layer in (torch.nn.RNN, torch.nn.GRU, torch.nn.LSTM):
        net = layer(2, 3, batch_first=True)
        loss = torch.nn.functional.mse_loss(net(torch.zeros(2, 3, 2))[0], torch.ones(2, 3, 3))
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        for kind in (torch.optim.SGD, torch.optim.Adam):
            kind(net.parameters(), lr=0.1).step()


def _use_meta() -> None:
    """Add on the device `meta` once: torch imports a third of its own weight for that, and public tests ask for it."""
    import torch

    torch.add(torch.zeros(1, 2, device="meta"), torch.zeros(2, 1, device="meta"))


def _import_the_rest() -> None:
    import matplotlib

    matplotlib.use("Agg")
    for name in PRELOADED:
        importlib.import_module(name)
    _draw_once()


def _use_huge_pages() -> None:
    """Merge memory into huge pages where the kernel can: forking then copies 500 times fewer page table entries."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        span, rights, _, _, inode, *_ = line.split()
        start, end = (int(address, 16) for address in span.split("-"))
        if "w" in rights and inode == "0":
            for page in range(-(-start // HUGE_PAGE) * HUGE_PAGE, end - HUGE_PAGE + 1, HUGE_PAGE):
                libc.madvise(ctypes.c_void_p(page), ctypes.c_size_t(HUGE_PAGE), MADV_COLLAPSE)


def _draw_once() -> None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    axes.plot([0, 1], label="line")
    axes.legend()
    axes.set_xlabel("x")
    figure.canvas.draw()
    pyplot.close(figure)
