"""What each person has to do, and by when; reminders and digests. Tables."""
