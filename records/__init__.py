"""TFRecord files, Example messages, CSV and text lines: bytes to columns and back."""
