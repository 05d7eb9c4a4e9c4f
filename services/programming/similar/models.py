"""Similar actions for holders, probable duplicates and overlaps for funders. Tables."""
