"""The parts of the `Dataset` facade, by subject."""
