"""Show a person how the parts of a class are put together, and the results."""

from collections.abc import Sequence
from pathlib import Path

from autograder.grading.merge import class_size, merge
from autograder.grading.show import show_results
from autograder.text.console import progress


def show_merging(outs: Sequence[Path], out: Path, yes: bool = False) -> bool:
    """Put shards together, then show what one run of the whole class would show.

    Returns: whether everybody's work is graded.
    """
    with progress(class_size(outs)) as bar:
        merged = merge(outs, out, yes, bar)
    return show_results(merged.assignment, out, merged.graded, merged.loose)
