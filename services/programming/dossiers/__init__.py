"""The dossier: one application to several funders, from the first word of the draft to the answer."""
