"""The `.proto` schemas and the code generated from them (see `generate.py`). Use `penstock.records` instead."""
