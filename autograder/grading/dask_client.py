"""The client of a dask scheduler, which unpickles no result."""

import importlib
import logging
from typing import Any

from autograder.errors import GradingError, UsageError
from autograder.grading.dask_address import NO_CERTIFICATES, NOT_INSTALLED
from autograder.text.clean import one_line

CONNECT_SECONDS = 30.0
NO_SCHEDULER = "No scheduler of dask answers at {address}. Start it, or mend the address: {why}"


def connect(address: str) -> Any:
    """Open a client of dask that unpickles no result.

    Args:
        address: of the scheduler, one that is safe.

    Raises:
        UsageError: dask is not installed, or it has no certificates.
        GradingError: no scheduler answers.
    """
    try:
        distributed: Any = importlib.import_module("distributed")
    except ModuleNotFoundError:
        raise UsageError(NOT_INSTALLED) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said here
    is_tls = address.startswith("tls:")
    try:
        security = distributed.Security(require_encryption=is_tls)
        if is_tls and security.get_connection_args("client").get("ssl_context") is None:
            raise UsageError(NO_CERTIFICATES.format(text=address))
        return distributed.Client(
            address,
            security=security,
            timeout=CONNECT_SECONDS,
            set_as_default=False,
            deserializers=["dask", "msgpack"],
            name="unroll",
        )
    except OSError as error:
        why = one_line(str(error).splitlines()[0] if str(error) else type(error).__name__, 200)
        raise GradingError(NO_SCHEDULER.format(address=address, why=why)) from None
