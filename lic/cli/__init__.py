"""The command line: `lic …`, equal to `python -m lic …`."""
