"""Dated notices that amend a campaign already open, and reach every draft's holder. Tables."""
