"""Instruction: admissibility, then one review per funder asked."""
