"""Messages between a holder and those who instruct, and between funders instructing together. Tables."""
