"""Measurements that say whether LIC keeps its promises; each module prints its table when it is run."""
