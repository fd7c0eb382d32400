"""Compiled loops of the preprocessing layers."""
