"""The judges: small calibrated classifiers that compare two texts by their words, slots and vectors."""
