"""Providers of visio rooms behind one interface."""
