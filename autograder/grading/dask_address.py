"""Where a scheduler of dask may be: here or behind TLS. What travels are hand-ins, hidden tests and a secret."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from autograder.errors import UsageError
from autograder.text.clean import one_line

NO_ADDRESS = "--scheduler: '{text}' is no address such as tls://host:8786, or tcp://127.0.0.1:8786 on this machine."
OPEN = "{text} is on another machine and not encrypted: anybody between could read or change marks. "
OPEN += "Use tls:// with certificates (see docs/cluster.md), or tcp:// on this machine."
NO_CERTIFICATES = "{text} needs certificates. Say in dask's configuration where they are: "
NO_CERTIFICATES += "distributed.comm.tls.ca-file, client.cert and client.key (see docs/cluster.md)."
NOT_INSTALLED = "--scheduler needs dask.distributed, which is not installed. Install it: pip install 'unroll[cluster]'"


@dataclass(frozen=True)
class DaskAddress:
    """The address of a scheduler or of a worker."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def is_safe(self) -> bool:
        """Whether nobody else can read what is sent there."""
        return self.scheme == "tls" or (self.scheme == "tcp" and is_loopback(self.host))


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine; a name other than `localhost` may be any."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_address(text: str) -> DaskAddress:
    """Read an address; without a scheme it is one of TCP.

    Raises:
        UsageError: it is none.
    """
    try:
        parts = urlsplit(text if "://" in text else f"tcp://{text}")
        if parts.hostname and parts.port and not (parts.path or parts.query or parts.fragment or parts.username):
            return DaskAddress(parts.scheme, parts.hostname, parts.port)
    except ValueError:
        pass
    raise UsageError(NO_ADDRESS.format(text=one_line(text, 80)))


def safe_address(text: str) -> DaskAddress:
    """Read an address that hand-ins and tests may be sent to.

    Raises:
        UsageError: it is none, or anybody could listen.
    """
    address = read_address(text)
    if address.scheme not in ("tcp", "tls"):
        raise UsageError(NO_ADDRESS.format(text=one_line(text, 80)))
    if not address.is_safe:
        raise UsageError(OPEN.format(text=address))
    return address
