"""Text that ships with an exercise and is to be read only afterwards.

A cover against peeping, not a lock: whoever reads this file can open it. What must stay secret is not shipped, or has
the lock of `locked.py`.
"""

import base64
import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Explanation:
    """What a student may read of a task that passes.

    Args:
        why: why the answer works, as Markdown.
        another: another way to write it, as Python; "" if that is not shown. Only earlier kits covered it.
    """

    why: str
    another: str


def seal(address: str, explanation: Explanation) -> str:
    """Cover an explanation.

    Args:
        address: of its task, such as `sine/cell:rnn_cell`; it is opened with the same.

    Returns: ASCII text, the same on every machine (which zlib does not promise).
    """
    text = json.dumps(asdict(explanation)).encode()
    return base64.b64encode(_covered(address, text)).decode("ascii")


def unseal(address: str, sealed: str) -> Explanation:
    """Uncover an explanation.

    Raises:
        ValueError: it was sealed for another address, or is damaged.
    """
    text = _covered(address, base64.b64decode(sealed, validate=True))
    try:
        return Explanation(**json.loads(text))
    except TypeError:
        raise ValueError("no explanation is sealed here") from None


def _covered(address: str, text: bytes) -> bytes:
    cover = hashlib.shake_256(address.encode()).digest(len(text))
    return bytes(letter ^ mask for letter, mask in zip(text, cover, strict=True))
