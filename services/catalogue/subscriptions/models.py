"""Tables of saved searches and followed documents."""
