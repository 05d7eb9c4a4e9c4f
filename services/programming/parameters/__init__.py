"""Legal parameters: thresholds and delays, each with the day it applies from and the text it comes from."""
