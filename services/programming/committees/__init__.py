"""Committee sessions: agenda, attendance, proposals and decisions per funder."""
