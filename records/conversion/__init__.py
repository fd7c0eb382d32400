"""Tables of records between CSV, JSON lines, Parquet and TFRecord files."""

from .convert import convert_records
from .fields import Field

__all__ = ["Field", "convert_records"]
