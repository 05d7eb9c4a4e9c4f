"""Tables of cpos."""
