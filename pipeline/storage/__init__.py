"""Blocks in files: the format, its writer and reader, and folders of such files."""
