"""Agreements: the convention one funder owes one holder for one year, its signatures and its amendments."""
