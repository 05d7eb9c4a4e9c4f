"""Monitoring: the two clocks end to end, per campaign and funder."""
