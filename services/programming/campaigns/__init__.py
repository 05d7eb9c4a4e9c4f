"""The yearly call: its life, its funders with their envelopes and charter, its criteria and required attachments."""
