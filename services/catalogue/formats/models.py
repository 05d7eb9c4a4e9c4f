"""Tables of citations, linked data and exports."""
