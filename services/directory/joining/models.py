"""Invitations to an organisation and requests to join it. Tables."""
