"""Autopilot: frozen language models behind one protocol."""
