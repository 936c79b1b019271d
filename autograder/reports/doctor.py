"""What `unroll doctor` shows: what was tried, what came of it, and how strong the isolation is."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from autograder.isolation.doctor import Attempt

VISIBLE = "No mount namespace here: a hand-in can see which files exist outside, how large and how old they are."


def show_attempts(attempts: Sequence[Attempt], layers: Mapping[str, str], tier: str) -> bool:
    """Print every attempt and the tier; return whether everything forbidden was refused."""
    table = Table(title="What a hostile hand-in would try", title_justify="left")
    for heading in ("tried", "refused", "what came of it"):
        table.add_column(heading, overflow="fold")
    for attempt in attempts:
        verdict = "[green]yes[/]" if attempt.held else "[red bold]NO[/]" if attempt.is_promised else "no"
        table.add_row(attempt.what, verdict, attempt.said[:80])
    console = Console()
    console.print(table)
    console.print(f"Isolation: {tier} ({', '.join(layers.values()) or 'no layer holds'}).")
    if "mounts" not in layers:
        console.print(VISIBLE)
    held = all(attempt.held or not attempt.is_promised for attempt in attempts)
    if tier != "strong" or not held:
        console.print("Do not grade strangers' code here: use Linux with Landlock and seccomp (see docs/grading.md).")
    return held and tier == "strong"
