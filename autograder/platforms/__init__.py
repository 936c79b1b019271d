"""Carry the kit to where a school grades, and marks and feedback to where a school keeps them."""
