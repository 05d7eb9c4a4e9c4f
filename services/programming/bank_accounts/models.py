"""Tables of bank accounts."""
