"""Agenda and minutes of a committee session, as PDF. Tables."""
