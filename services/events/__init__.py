"""Events and visio: the offer of a network, from the agenda to the certificate."""
