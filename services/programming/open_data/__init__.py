"""Open data: the subsidies of each funder, the coverage and the supported actions, published with their history."""
