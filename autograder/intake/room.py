"""What all archives of one hand-in may hold together, however deep they lie in each other."""

from dataclasses import dataclass

from autograder.intake.hand_in import Refused
from autograder.intake.tree import megabytes
from autograder.isolation.limits import Limits

MOST_RECORDS = 20  # per member that counts: folders, and what macOS adds, do not
MOST_ARCHIVES = 50
MOST_NESTED = 5


@dataclass
class Room:
    """Counts what the archives of one hand-in hold.

    Args:
        packed_left: bytes of archives that may still be read.
    """

    limits: Limits
    members: int = 0
    bytes: int = 0
    archives: int = 0
    packed_left: int = 0

    def __post_init__(self) -> None:
        self.packed_left = self.limits.archive_bytes

    @property
    def most_records(self) -> int:
        return MOST_RECORDS * self.limits.archive_members

    def refuse_records(self, archive: str, records: int) -> None:
        """Refuse an archive of very many records before it is looked through."""
        self._refuse_crowd(archive, records, self.most_records)

    def take(self, archive: str, members: int, size: int) -> None:
        """Count an archive's members and what they unpack to, or refuse it."""
        self.archives += 1
        self.members += members
        self.bytes += size
        self._refuse_crowd(archive, self.members, self.limits.archive_members)
        if self.archives > MOST_ARCHIVES:
            raise Refused(f"{archive} is one of more than {MOST_ARCHIVES} archives; pack only your lessons.")
        if self.bytes > self.limits.archive_bytes:
            raise Refused(
                f"{archive} unpacks to more than {megabytes(self.limits.archive_bytes)}; leave large files out."
            )

    def refuse_depth(self, archive: str, depth: int) -> None:
        """Refuse an archive that lies too deep in others."""
        if depth > MOST_NESTED:
            raise Refused(
                f"{archive} is an archive in an archive, more than {MOST_NESTED} deep; pack the files themselves."
            )

    def _refuse_crowd(self, archive: str, members: int, most: int) -> None:
        if members > most:
            raise Refused(f"{archive} has {members} members, and {most} are the most; pack only your lessons.")
