"""Self-taking: when and what to take from the Mental Process, and whether an answer stands on it."""
