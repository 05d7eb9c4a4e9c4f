"""The contrat de ville: period, neighbourhoods, signatories, and its framework of objectives, versioned."""
