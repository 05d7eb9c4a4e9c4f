"""Permanent files of organisations: statutes, accounts, bank details' proof, asked once and reused. Tables."""
