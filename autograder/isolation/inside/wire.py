"""The frame between grader and worker: a JSON header and raw bytes, strict when read, never a pickle.

frame  = magic, length of header, length of body, header (JSON), body (raw bytes of tensors and long texts)
value  = null | bool | int | str | {"f": hex float} | {"l": [...]} | {"u": [...]} | {"d": [[key, value], ...]}
       | {"t": [dtype, shape, bytes]} tensor | {"n": [...]} array | {"s": bytes} long text | {"o": type name}
"""

import json
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

MAGIC = b"UNR1"
PREFIX = struct.Struct("<4sIQ")
MAX_HEADER = 1 << 20
MAX_DEPTH = 8
MAX_ITEMS = 50_000
MAX_NUMEL = 16 << 20
LONG_TEXT = 1000
AHEAD = 1 << 15
MISFIT = "the value does not fit its tag"

RecvInto = Callable[[memoryview], int]

DTYPES = {
    "f2": (torch.float16, 2),
    "f4": (torch.float32, 4),
    "f8": (torch.float64, 8),
    "u1": (torch.uint8, 1),
    "i1": (torch.int8, 1),
    "i2": (torch.int16, 2),
    "i4": (torch.int32, 4),
    "i8": (torch.int64, 8),
    "b1": (torch.bool, 1),
}
CODES = {dtype: code for code, (dtype, _) in DTYPES.items()}


class FrameError(Exception):
    """The bytes are no frame, or the value is not plain data."""


class FrameTooLarge(FrameError):
    """The frame is larger than its limit."""


class TextTooLong(FrameTooLarge):
    """A text in it is longer than it may be."""


@dataclass(frozen=True)
class Opaque:
    """What a student returned that is not plain data: only its type's name crosses the wire."""

    type_name: str


def send(sock: socket.socket, head: dict[str, Any], value: Any = None, limit: int = 64 << 20) -> None:
    """Send one frame; raise `FrameTooLarge` before anything is sent if it is larger than `limit` bytes."""
    blobs: list[bytes] = []
    header = json.dumps({**head, "v": encode(value, blobs)}).encode()
    size = sum(map(len, blobs))
    if len(header) > MAX_HEADER or size > limit:
        raise FrameTooLarge(f"{size + len(header)} bytes")
    sock.sendall(b"".join([PREFIX.pack(MAGIC, len(header), size), header, *blobs]))


def receive(recv_into: RecvInto, limit: int = 64 << 20, longest_text: int = 1 << 40) -> tuple[dict[str, Any], Any]:
    """Read one frame: the header without its value, and the value.

    Args:
        limit: bytes of the body.
        longest_text: bytes of all long texts of the value together.
    """
    magic, header_size, size = PREFIX.unpack(_exactly(recv_into, PREFIX.size))
    if magic != MAGIC:
        raise FrameError("no frame begins here")
    if header_size > MAX_HEADER or size > limit:
        raise FrameTooLarge(f"{size + header_size} bytes")
    head = _json(bytes(_exactly(recv_into, header_size)))
    body = _exactly(recv_into, size)
    return head, Decoder(body, longest_text).whole(head.pop("v", None))


class Ahead:
    """Reads more than is wanted and keeps the rest for the next time: a small frame then takes one system call."""

    def __init__(self) -> None:
        self._space = memoryview(bytearray(AHEAD))
        self._kept = self._space[:0]

    def read(self, recv_into: RecvInto, view: memoryview) -> int:
        """Fill a part of a view, at least one byte; 0 where the other side has closed."""
        if not self._kept:
            if len(view) >= AHEAD:
                return recv_into(view)
            self._kept = self._space[: recv_into(self._space)]
        count = min(len(view), len(self._kept))
        view[:count], self._kept = self._kept[:count], self._kept[count:]
        return count


def _exactly(recv_into: RecvInto, size: int) -> bytearray:
    buffer = bytearray(size)
    view, start = memoryview(buffer), 0
    while start < size:
        count = recv_into(view[start:])
        if not count:
            raise EOFError
        start += count
    return buffer


def _json(data: bytes) -> dict[str, Any]:
    try:
        head = json.loads(data)
    except (ValueError, RecursionError, MemoryError):
        raise FrameError("the header is not JSON") from None
    if type(head) is not dict:
        raise FrameError("the header is not an object")
    return head


def encode(value: Any, blobs: list[bytes], depth: int = 0) -> Any:
    """Turn a value into its header; the raw bytes of tensors and long texts go to `blobs`."""
    if depth > MAX_DEPTH:
        return {"o": "nested too deep"}
    if value is None or type(value) is bool:
        return value
    if isinstance(value, torch.Tensor):
        return _tensor(value, blobs)
    if isinstance(value, np.ndarray):
        return _array(value, blobs)
    if isinstance(value, str):
        return _text(str.__str__(value), blobs)
    if isinstance(value, float):
        return {"f": float.hex(value)}
    if type(value) is int and abs(value) < 1 << 63:
        return value
    if isinstance(value, (list, tuple)):
        return {"l" if isinstance(value, list) else "u": [encode(item, blobs, depth + 1) for item in value]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"d": [[str(key), encode(item, blobs, depth + 1)] for key, item in value.items()]}
    return {"o": _type_name(value)}


def _type_name(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")[:100]


def _text(value: str, blobs: list[bytes]) -> Any:
    if len(value) <= LONG_TEXT:
        return value
    blobs.append(value.encode("utf-8", "replace"))
    return {"s": len(blobs[-1])}


def _tensor(value: torch.Tensor, blobs: list[bytes], tag: str = "t") -> Any:
    plain = value.layout == torch.strided and value.device.type == "cpu" and value.dtype in CODES
    if not plain or value.numel() > MAX_NUMEL:
        return {"o": f"{_type_name(value)} ({value.dtype}, {value.layout}, {value.device}, {value.numel()} numbers)"}
    blobs.append(value.numpy(force=True).tobytes())
    return {tag: [CODES[value.dtype], list(value.shape), len(blobs[-1])]}


def _array(value: np.ndarray[Any, Any], blobs: list[bytes]) -> Any:
    try:
        return _tensor(torch.from_numpy(np.array(value, order="C", copy=True, subok=False)), blobs, "n")
    except (TypeError, ValueError):  # no such dtype in torch, or another byte order
        return {"o": f"numpy.ndarray ({value.dtype})"[:100]}


class Decoder:
    """Read one value from a header and its body, and trust neither."""

    def __init__(self, body: bytearray, longest_text: int = 1 << 40) -> None:
        self._body = memoryview(body)
        self._text_left = longest_text
        self._position = 0
        self._items = 0

    def whole(self, value: Any) -> Any:
        """Read the value; raise `FrameError` where bytes are left over."""
        result = self._value(value, 0)
        if self._position != len(self._body):
            raise FrameError("bytes are left over")
        return result

    def _value(self, value: Any, depth: int) -> Any:
        self._items += 1
        if depth > MAX_DEPTH or self._items > MAX_ITEMS:
            raise FrameError("the value is too complex")
        kind = type(value)
        if kind is dict and len(value) == 1:
            ((tag, content),) = value.items()
            return self._tagged(tag, content, depth + 1)
        if kind is str:
            return self._short_text(value)
        if value is None or kind is bool or (kind is int and abs(value) < 1 << 63):
            return value
        raise FrameError(MISFIT)

    def _tagged(self, tag: str, content: Any, depth: int) -> Any:
        if tag == "t":
            return self._tensor(content)
        if tag == "f":
            return _float(content)
        if tag == "l":
            return self._list(content, depth)
        if tag == "u":
            return tuple(self._list(content, depth))
        if tag == "d":
            return self._dict(content, depth)
        if tag == "n":
            return self._tensor(content).numpy()
        if tag == "s":
            return self._long_text(content)
        if tag == "o":
            _hold(type(content) is str and len(content) <= 300)
            return Opaque(_clean(content))
        raise FrameError("unknown tag")

    def _list(self, items: Any, depth: int) -> list[Any]:
        _hold(type(items) is list)
        return [self._value(item, depth) for item in items]

    def _dict(self, pairs: Any, depth: int) -> dict[str, Any]:
        _hold(type(pairs) is list)
        found = {}
        for pair in pairs:
            _hold(type(pair) is list and len(pair) == 2)
            name, value = pair
            found[self._short_text(name)] = self._value(value, depth)
        return found

    def _short_text(self, text: Any) -> str:
        _hold(type(text) is str and len(text) <= LONG_TEXT)
        return _clean(text)

    def _long_text(self, size: Any) -> str:
        if type(size) is int and size > self._text_left:
            raise TextTooLong(f"{size} bytes of text")
        data = self._bytes(size)
        self._text_left -= len(data)
        return data.decode("utf-8", "replace")

    def _bytes(self, size: Any) -> bytearray:
        _hold(type(size) is int and 0 <= size <= len(self._body) - self._position)
        start, self._position = self._position, self._position + size
        return bytearray(self._body[start : start + size])

    def _tensor(self, content: Any) -> torch.Tensor:
        _hold(type(content) is list and len(content) == 3)
        code, shape, size = content
        _hold(type(code) is str and code in DTYPES and type(shape) is list and len(shape) <= MAX_DEPTH)
        numel = 1
        for length in shape:
            _hold(type(length) is int and 0 <= length <= MAX_NUMEL)
            numel *= length
        dtype, width = DTYPES[code]
        _hold(numel <= MAX_NUMEL and numel * width == size)
        raw = self._bytes(size)
        if not numel:
            return torch.empty(shape, dtype=dtype)
        if dtype is torch.bool:
            return torch.frombuffer(raw, dtype=torch.uint8).ne(0).reshape(shape)
        numbers = torch.frombuffer(raw, dtype=dtype)
        return numbers if len(shape) == 1 else numbers.reshape(shape)


def _hold(holds: bool) -> None:
    if not holds:
        raise FrameError(MISFIT)


def _float(text: Any) -> float:
    _hold(type(text) is str and len(text) <= 40)
    try:
        return float.fromhex(text)
    except (ValueError, OverflowError):
        raise FrameError("no float") from None


def _clean(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
