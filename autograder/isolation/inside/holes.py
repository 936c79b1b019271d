"""Fill the holes that imports leave in memory, in the process that workers are forked from.

What a worker allocates would go into these holes first. They lie all over the memory that it shares with its parent, so
each would have the system copy another page. Without holes new values lie side by side in pages of the worker's own,
and malloc has no long lists to search. A hand-in of `sine` takes 5 to 14 % less CPU (`benchmarks/places.py`).
"""

import ctypes
import sys

POOL = 16 << 10  # what Python's allocator takes at once for blocks of one size (Objects/obmalloc.c)
BLOCKS = range(16, 513, 16)  # bytes
EMPTY, OBJECT = sys.getsizeof(b""), sys.getsizeof(object())
MOST = 4_000  # blocks of one size; of the smallest none lie side by side, since numbers go between them
MOST_BYTES = 64 << 20
CHUNKS = (*range(64 << 10, 1 << 10, -(1 << 10)), *range((1 << 10) - 8, 8, -16))
MALLINFO = (
    *("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks"),
    *("fsmblks", "uordblks", "fordblks", "keepcost"),
)

_kept: list[object] = []


class _Mallinfo(ctypes.Structure):
    """Of glibc, see mallinfo(3)."""

    _fields_ = tuple((name, ctypes.c_size_t) for name in MALLINFO)


def fill_holes() -> None:
    """Fill those of Python's allocator, and of malloc where it is glibc's; only Linux forks workers."""
    if sys.platform == "linux":
        for size in BLOCKS:
            _fill_blocks(size)
        _fill_heap()


def _fill_blocks(size: int) -> None:
    """Take blocks of one size until a whole pool of them lies side by side: it was empty, so no other is left."""
    before, in_a_row = 0, 0
    for _ in range(MOST):
        block = _block(size)
        in_a_row = in_a_row + 1 if id(block) - before == size else 0
        before = id(block)
        _kept.append(block)
        if in_a_row >= POOL // size - 2:
            return


def _block(size: int) -> object:
    if size < EMPTY:
        return object() if size == OBJECT else complex(size)
    return bytes(size - EMPTY)


def _fill_heap() -> None:
    """Take chunks from large to small, of each size until one comes from the end of the heap."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):
        return
    libc.mallinfo2.restype, libc.malloc.restype, libc.sbrk.restype = _Mallinfo, ctypes.c_size_t, ctypes.c_size_t
    end, left = libc.sbrk(0) - libc.mallinfo2().keepcost, MOST_BYTES
    for size in CHUNKS:
        while left > 0 and libc.malloc(ctypes.c_size_t(size)) < end:
            left -= size
