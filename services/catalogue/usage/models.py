"""Tables of views and downloads."""
