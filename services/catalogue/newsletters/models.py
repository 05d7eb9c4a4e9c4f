"""Tables of newsletters."""
