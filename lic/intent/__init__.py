"""Intent recognition: is the person teaching, and what act is the turn."""
