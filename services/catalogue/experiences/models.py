"""Tables of drafts made of closed dossiers."""
