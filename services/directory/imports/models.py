"""Organisations and territories from files. Tables."""
