"""Before workers are forked the holes in memory are filled, so that what they allocate lies side by side."""

import subprocess
import sys

import pytest

HOLES = """
import ctypes
from autograder.isolation.inside.holes import fill_holes

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_size_t


def chunk():
    return libc.malloc(ctypes.c_size_t({size}))


def holes(make, free):
    kept = [make() for _ in range(40_000)]
    for number in range(0, len(kept), 40):
        free(kept, number)
    return kept


def drop(kept, number):
    kept[number] = None


kinds = {{
    "blocks": (lambda: bytes({size}), drop, id),
    "chunks": (chunk, lambda kept, number: libc.free(ctypes.c_void_p(kept[number])), int),
}}
make, free, address = kinds["{kind}"]
kept = holes(make, free)
if {fill}:
    fill_holes()
new = [make() for _ in range(500)]
places = [address(one) for one in new]
print(len({{place >> 12 for place in places}}))
"""


def pages(kind: str, size: int, fill: bool) -> int:
    """Count the pages in which 500 new blocks lie, after every fortieth of 40,000 was given back."""
    program = HOLES.format(kind=kind, size=size, fill=fill)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.parametrize("kind, size", [("blocks", 60), ("blocks", 200), ("chunks", 200), ("chunks", 900)])
def test_new_blocks_share_pages(kind: str, size: int) -> None:
    least = 500 * size // 4096

    assert pages(kind, size, fill=False) > 3 * least
    assert pages(kind, size, fill=True) < 2 * least + 8
