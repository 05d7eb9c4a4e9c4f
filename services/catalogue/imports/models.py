"""Tables of imports of documents."""
