"""Tables of the question desk."""
