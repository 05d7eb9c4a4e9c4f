"""Tables of the search engine."""
