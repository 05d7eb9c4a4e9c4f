"""Programs that act for an organisation: client credentials and scopes. Tables."""
