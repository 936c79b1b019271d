"""unroll watch: the screen that follows each save."""
