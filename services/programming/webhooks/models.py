"""What happens, told to the information systems that asked for it (Standard Webhooks). Tables."""
