"""Many faults at random moments while people label, and a count of what came of it."""
