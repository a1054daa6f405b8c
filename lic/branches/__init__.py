"""The branches that a turn can take: teaching, managing, explaining, answering."""
