"""Which tests a session runs, and in how many processes: all that are short on all cores, or those that are named.

A test that takes long carries a marker of `pyproject.toml`; the expression in its `addopts` leaves these out.
"""

import os
import re
from typing import Any

import pytest

MOST = 4  # processes; each imports torch and has a zygote of its own


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run a test that is named whatever its markers are; spread all others over the cores."""
    if hasattr(config, "workerinput"):  # which knows the command line, and not PYTEST_ADDOPTS
        config.option.markexpr = config.workerinput["markexpr"]
    elif _names_a_test(config):
        if config.option.markexpr == _default(config):
            config.option.markexpr = ""
    elif _may_spread(config):
        config.option.numprocesses = min(os.cpu_count() or 1, MOST)
        # The tests of a file share what they have set up, so they stay in one process.
        config.option.dist, config.option.loadscopereorder = "loadfile", False


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process which tests are wanted."""
    node.workerinput["markexpr"] = node.config.option.markexpr


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say in one line what is left out."""
    if config.option.markexpr != _default(config):
        return None
    return f'left out: {", ".join(sorted(long_markers(config)))} (see CONTRIBUTING.md; pytest -m "" runs all)'


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no process works on one of them alone at the end."""
    markers = long_markers(config)
    long = {item.path for item in items if any(map(item.get_closest_marker, markers))}
    items.sort(key=lambda item: item.path not in long)


def long_markers(config: pytest.Config) -> set[str]:
    """Return the markers of tests that take long."""
    return set(re.findall(r"\w+", _default(config))) - {"not", "or"}


def _default(config: pytest.Config) -> str:
    """Return the expression of `pyproject.toml` for the tests that run if nothing else is said."""
    words = config.getini("addopts")
    return words[words.index("-m") + 1] if "-m" in words else ""


def _names_a_test(config: pytest.Config) -> bool:
    return any("::" in word or word.endswith(".py") for word in config.args)


def _may_spread(config: pytest.Config) -> bool:
    """Say whether the number of processes is left to us, and nobody wants to look into the only one."""
    said = config.option
    looks = said.usepdb or said.trace or said.capture == "no" or said.collectonly or said.keyword
    is_worker = hasattr(config, "workerinput")
    return getattr(said, "numprocesses", 0) is None and not looks and not is_worker
