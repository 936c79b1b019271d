"""Text that only the right key opens: what a right program returns, through scrypt, is the key.

The salt comes from the secret and the text together. So a lock is the same on every machine, and no
key is used for two texts. Without the secret the salt tells nothing of the text.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

SALT, NONCE = 16, 12  # bytes
COST = {"length": 32, "n": 1 << 14, "r": 8, "p": 1}  # 16 MB and about 50 ms


@dataclass(frozen=True)
class Locked:
    """A text under a lock.

    Args:
        salt, text: as base64.
    """

    salt: str
    text: str


def lock(secret: bytes, address: str, text: str) -> Locked:
    """Encrypt a text (AES-256-GCM).

    Args:
        address: of its task, such as `sine/cell:rnn_cell`; it opens with the same.

    Returns: the same on every machine.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt = hmac.digest(hashlib.sha256(secret).digest(), f"{address}\n{text}".encode(), "sha256")[:SALT]
    hidden = AESGCM(_key(secret, salt)).encrypt(salt[:NONCE], text.encode(), address.encode())
    return Locked(_plain(salt), _plain(hidden))


def unlock(secret: bytes, address: str, locked: Locked) -> str | None:
    """Decrypt a text; None if the secret is another, or the text is damaged.

    Raises:
        ValueError: this is no locked text.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, hidden = (base64.b64decode(part, validate=True) for part in (locked.salt, locked.text))
    if len(salt) != SALT:
        raise ValueError(f"a salt has {SALT} bytes")
    try:
        return AESGCM(_key(secret, salt)).decrypt(salt[:NONCE], hidden, address.encode()).decode()
    except InvalidTag:
        return None


def _key(secret: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, **COST).derive(secret)


def _plain(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
