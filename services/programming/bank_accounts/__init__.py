"""Bank accounts of holders: checked, confirmed by a second person, seen only by those who pay."""
