"""Data management: which task a lesson belongs to, where in it, and taking it back."""
