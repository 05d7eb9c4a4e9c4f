"""People invited to write a dossier with its holder, and the sign-off of the legal representative. Tables."""
