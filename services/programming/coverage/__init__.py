"""Coverage: what the programme covers, objective by objective and neighbourhood by neighbourhood."""
