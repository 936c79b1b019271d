"""Graders side by side: each gets the same lessons, hand-ins and checks in its own format. See `../compare.py`."""
