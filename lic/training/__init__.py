"""Training: the reader and, later, adapters. Everything here runs by hand or in the background, never within a turn."""
