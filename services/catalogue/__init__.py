"""The catalogue: a resource centre's documents, kept alive, found in French, exchanged with other centres."""
