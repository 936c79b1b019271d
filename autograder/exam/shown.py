"""What a cell showed, as a worker says it, made safe for a page."""

import base64
from typing import Any

import torch

from autograder.text.clean import printable

Shown = list[dict[str, Any]]
PNG = b"\x89PNG\r\n\x1a\n"
KINDS = {"text": ("text",), "value": ("text",), "error": ("name", "text")}
LONGEST = 4096


def clean_shown(value: Any, longest: int = LONGEST) -> Shown:
    """Keep what is well-formed: texts without control characters, and bytes that begin as a PNG does.

    Args:
        longest: how many characters of each text are kept.
    """
    return [clean for one in _items(value) if (clean := _clean(one, longest))]


def _items(value: Any) -> list[Any]:
    return value if type(value) is list else []


def _clean(one: Any, longest: int) -> dict[str, Any] | None:
    if type(one) is not dict:
        return None
    kind = one.get("kind")
    if kind == "png":
        return _png(one)
    if type(kind) is not str or kind not in KINDS:
        return None
    lines = [printable(str(line))[:200] for line in _items(one.get("lines"))[:5]]
    return {"kind": kind, "lines": lines, **{key: printable(str(one.get(key, "")), longest) for key in KINDS[kind]}}


def _png(one: dict[str, Any]) -> dict[str, Any] | None:
    """Keep a picture as base64, and what it shows in words."""
    data = one.get("data")
    raw = data.numpy().tobytes() if isinstance(data, torch.Tensor) and data.dtype == torch.uint8 else b""
    if not raw.startswith(PNG):
        return None
    return {"kind": "png", "data": base64.b64encode(raw).decode(), "text": printable(str(one.get("text", "")), 1000)}
