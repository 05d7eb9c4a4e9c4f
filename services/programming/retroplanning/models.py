"""The calendar of a campaign, computed backwards from the promised answer. Tables."""
