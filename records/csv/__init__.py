"""CSV text to columns."""

from .decode import decode_csv
from .format import CsvColumn, CsvFormat

__all__ = ["CsvColumn", "CsvFormat", "decode_csv"]
