"""A teaching turn becomes lessons in a dataset format."""
