"""A dossier as it was at each submission: what changed between two, and its PDF. The submissions are the dossier's."""
