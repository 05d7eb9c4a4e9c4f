"""Changes asked of a holder on named fields of a submitted dossier. Tables."""
