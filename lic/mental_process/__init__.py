"""The Mental Process: domain knowledge, emotional states and individual experiences, versioned and searchable."""
