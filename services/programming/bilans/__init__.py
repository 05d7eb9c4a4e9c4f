"""Bilans: the end-of-grant report of a dossier, instructed by each funder."""
