"""Which versions decide a verdict."""

import platform
from importlib.metadata import version


def versions() -> dict[str, str]:
    """Say which versions a result was made with."""
    packages = {name: version(name) for name in ("torch", "numpy", "pytest")}
    return {"python": platform.python_version(), **packages}
