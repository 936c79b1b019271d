"""unroll pack: the hand-in as a zip archive, what is in it, and what does not count."""
