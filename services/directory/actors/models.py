"""Public directory of actors; people by their consent only. Tables."""
