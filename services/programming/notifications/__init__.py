"""Notification: the letter of each funder, its mail and its date."""
