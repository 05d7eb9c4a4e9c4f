"""Tables of the OAI-PMH provider."""
