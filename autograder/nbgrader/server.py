"""Change formgrader's server: with the kit it answers while it autogrades, and shows harmless pages.

nbgrader's own handler autogrades inside the server's event loop, and the server answers nobody meanwhile. Here a
process beside the server does the work. nbgrader's own page of a hand-in runs its code with the instructor's rights.
"""

import asyncio
import json
import logging
import pickle
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

from autograder.isolation.environment import unfit
from autograder.nbgrader.unfinished import release

HANDLERS = "nbgrader.server_extensions.formgrader.apihandlers"
_pool: ProcessPoolExecutor | None = None
_stock: Any = None


def unblock() -> None:
    """Replace the handler in a server that has formgrader's handlers loaded; elsewhere do nothing."""
    global _stock
    handlers = sys.modules.get(HANDLERS)
    if handlers is None or _stock is not None:
        return
    from nbgrader.server_extensions.formgrader import base
    from nbgrader.server_extensions.formgrader.base import check_notebook_dir, check_xsrf
    from tornado import web

    _stock = handlers.AutogradeHandler.post
    handlers.AutogradeHandler.post = web.authenticated(check_xsrf(check_notebook_dir(_autograde)))
    base.BaseHandler.exporter = property(_exporter)


def _exporter(handler: Any) -> Any:
    """Return what makes the page of a hand-in: with the templates of the server's own, and harmless."""
    from autograder.nbgrader.harmless import HarmlessHTML

    return HarmlessHTML(config=handler.settings["nbgrader_exporter"].config)


async def _autograde(handler: Any, assignment_id: str, student_id: str) -> None:
    """Answer formgrader's Autograde button; the one process takes one student at a time."""
    config = _portable(handler.coursedir)
    if config is None:
        _stock(handler, assignment_id, student_id)
        return
    loop = asyncio.get_running_loop()
    try:
        result = await loop.run_in_executor(_process(), autograde, config, assignment_id, student_id)
    except BrokenProcessPool:
        _forget_process()
        result = {"success": False, "error": "The process that autogrades has ended. Autograde this student again."}
    handler.write(json.dumps(result))


def _portable(coursedir: Any) -> bytes | None:
    """Return the configuration in a form that another process can take; None if it holds what cannot travel."""
    config = coursedir.parent.config.copy()
    config.CourseDirectory.root, config.CourseDirectory.db_url = coursedir.root, coursedir.db_url
    try:
        return pickle.dumps(config)
    except Exception:
        return None


def _process() -> ProcessPoolExecutor:
    global _pool
    _pool = _pool or ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    return _pool


def _forget_process() -> None:
    global _pool
    _pool = None


def autograde(config: bytes, assignment: str, student: str) -> dict[str, Any]:
    """Run `nbgrader autograde` for one student, in the process beside the server.

    Args:
        config: what `_portable` made of the server's own configuration.

    Returns: nbgrader's own report: `success`, `log` and `error`.
    """
    from nbgrader.apps.api import NbGraderAPI

    why = unfit()
    if why:
        return {"success": False, "log": why, "error": why}
    logging.basicConfig(level=logging.INFO)
    try:
        result: dict[str, Any] = NbGraderAPI(config=pickle.loads(config)).autograde(assignment, student)
    finally:
        release()
    return result
