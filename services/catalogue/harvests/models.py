"""Tables of other centres' holdings."""
