"""Grade a class: examiners, results that a later run may skip, and the files that a run leaves."""
