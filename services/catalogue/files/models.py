"""Tables of the files of documents."""
