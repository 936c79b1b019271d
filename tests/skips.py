"""What may be skipped: on a fresh machine what no wheel brings; where UNROLL_CI is set, nothing."""

import os
from collections.abc import Generator

import pytest

STRICT = "UNROLL_CI"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge what became of a test."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge what became of a file of tests."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and os.environ.get(STRICT):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else "expected to fail"
        report.__dict__.pop("wasxfail", None)  # pytest counts no failure of what was expected to fail
        report.outcome = "failed"
        report.longrepr = f"{why}. Nothing may be skipped where {STRICT} is set."
