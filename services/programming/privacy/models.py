"""Retention of personal data, erasure with proof, export. Tables."""
