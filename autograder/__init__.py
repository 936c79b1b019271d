"""Unroll's machine: it builds, runs and grades exercises, and names none of them."""

__version__ = "0.1.0"
