"""Speed and size, measured as ratios against a floor in the same run: `python -m tests.load [--quick]`."""
