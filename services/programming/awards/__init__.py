"""Awards: what one funder has granted to one dossier, from its notification to the last justified euro."""
