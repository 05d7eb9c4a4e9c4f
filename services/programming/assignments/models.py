"""Who instructs what: bulk assignment, conflicts of interest, calibration, to-do. Tables."""
