"""`penstock transform`: saved layers applied to files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ...core.columns import Column
from ...core.errors import InvalidArgumentError
from ...core.values import Ragged
from ...preprocessing import ColumnLayers, TextVectorization
from ...records.conversion.formats import FORMATS
from .files import Piece, Reading
from .kinds import merged_types, needed_types, told_fills, told_types
from .outputs import WRITTEN, TableWriter, open_writer
from .shared import files_of, print_json, refuse_existing, tracking

_ENDINGS = {"csv": ".csv", "parquet": ".parquet", "tfrecord": ".tfrecord"}


def for_files(layers: ColumnLayers) -> ColumnLayers:
    """Return the layers with texts as rows of their own lengths, which do not depend on what is read together."""
    found = layers.layers
    for name, layer in found.items():
        if isinstance(layer, TextVectorization) and layer.output_mode == "int" and layer.output_sequence_length is None:
            found[name] = TextVectorization.from_config({**layer.get_config(), "ragged": True})
    return ColumnLayers(found, layers.columns, keep=layers.keep, name=layers.name)


def transform_piece(layers: ColumnLayers, path: str, piece: Piece, unit: str) -> dict[str, Any]:
    """Return the rows of a piece transformed.

    Raises:
        InvalidArgumentError: A row does not fit; the message says where it stands.
    """
    try:
        made: dict[str, Any] = layers(piece.table)
        return made
    except InvalidArgumentError as err:
        low, high = 0, piece.rows
        while high - low > 1:  # the first row that fails
            middle = (low + high) // 2
            if _fails(layers, piece.table, low, middle):
                high = middle
            else:
                low = middle
        row = {name: _rows(column, low, low + 1) for name, column in piece.table.items()}
        said: Exception = err
        try:
            layers(row)
        except InvalidArgumentError as one:
            said = one
        raise type(err)(f"{path}, {unit} {piece.places[low]}: {said}") from err


def _fails(layers: ColumnLayers, table: Mapping[str, Any], low: int, high: int) -> bool:
    try:
        layers({name: _rows(column, low, high) for name, column in table.items()})
    except InvalidArgumentError:
        return True
    return False


def _rows(column: Any, low: int, high: int) -> Any:
    if isinstance(column, Column):
        return column.slice(low, high)
    return column.rows(low, high) if isinstance(column, Ragged) else column[low:high]


def transform_files(
    layers: ColumnLayers,
    sources: Sequence[str],
    targets: Sequence[str],
    reading: Reading,
    *,
    columns: Sequence[str] | None = None,
    form: str | None = None,
) -> dict[str, int]:
    """Apply layers to files, a few thousand rows at a time; all results appear, or none.

    Args:
        layers: Adapted layers.
        sources: Files.
        targets: The result of each file; the same name again for files that go to one result.
        reading: How files are read.
        columns: Columns of the results, in order; None for all.
        form: Format of the results; None goes by their names.

    Returns:
        Rows by result.
    """
    layers = for_files(layers)
    rows = dict.fromkeys(targets, 0)
    with contextlib.ExitStack() as stack, tracking("transforming", sources) as advance:
        writers: dict[str, TableWriter] = {}
        for source, target in zip(sources, targets, strict=True):
            if target not in writers:
                for writer in writers.values():
                    writer.finish_once()
                writers[target] = stack.enter_context(open_writer(target, form))
            for piece in reading.pieces(source):
                if piece.rows:
                    table = transform_piece(layers, source, piece, reading.unit(source))
                    writers[target].write(_picked(table, columns))
                rows[target] += piece.rows
                advance(source, piece.done_bytes)
        for target, count in rows.items():
            if not count:
                raise InvalidArgumentError(f"transform: files must hold at least one row. Received: none for {target}.")
        for writer in writers.values():
            writer.finish_once()
        for writer in writers.values():
            writer.publish()
    return rows


def _picked(table: dict[str, Any], columns: Sequence[str] | None) -> dict[str, Any]:
    if columns is None:
        return table
    for column in columns:
        if column not in table:
            raise InvalidArgumentError(
                f"transform: --columns must name columns of the result: {', '.join(table)}. Received: {column!r}."
            )
    return {column: table[column] for column in columns}


def targets_of(sources: Sequence[str], output: str, form: str | None) -> list[str]:
    """Return the result of each file: one for all, or one in a folder for each.

    Raises:
        InvalidArgumentError: Two files of one name would go to one folder.
    """
    if not (output.endswith(("/", os.sep)) or Path(output).is_dir()):
        return [output] * len(sources)
    names = [Path(source).name for source in sources]
    if form is not None:
        names = [Path(name.removesuffix(".gz")).stem + _ENDINGS[form] for name in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidArgumentError(
            f"transform: files that go to one folder must differ in name. Received: {', '.join(twice)} more than once."
        )
    return [str(Path(output) / name) for name in names]


@click.command(name="transform", short_help="Apply saved layers to files.")
@click.argument("saved", metavar="LAYERS")
@click.argument("files", nargs=-1, required=True, metavar="FILES...")
@click.option("-o", "--output", required=True, metavar="FILE|FOLDER/", help="One result, or a folder of one for each.")
@click.option(
    "--to", "form", type=click.Choice(WRITTEN), default=None, help="Format of the result.  [default: by name]"
)
@click.option("--columns", default=None, metavar="A,B,…", help="Columns of the result, in order.  [default: all]")
@click.option("--force", is_flag=True, help="Overwrite results where they exist.")
@click.option("--type", "types", multiple=True, metavar="COLUMN=TYPE", help="Type of a CSV column.")
@click.option("--fill", "fills", multiple=True, metavar="COLUMN=VALUE", help="In place of missing values.")
@click.option(
    "--format", "source", type=click.Choice(FORMATS), default=None, help="Format of FILES.  [default: by name]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value instead of text.")
def command(
    saved: str,
    files: tuple[str, ...],
    output: str,
    form: str | None,
    columns: str | None,
    force: bool,  # noqa: FBT001
    types: tuple[str, ...],
    fills: tuple[str, ...],
    source: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Apply the LAYERS that `penstock adapt` saved to CSV, Parquet, JSON lines or TFRecord FILES.

    A layer's result takes the place of the column of its name, or is a new column; other columns are passed on. Files
    are read a few thousand rows at a time, and results appear when all of them are complete.
    """
    layers = ColumnLayers.load(saved)
    sources = files_of(files)
    targets = targets_of(sources, output, form)
    if output.endswith(("/", os.sep)):
        Path(output).mkdir(parents=True, exist_ok=True)
    for target in dict.fromkeys(targets):
        refuse_existing(target, force=force)
    reading = Reading(None, merged_types(needed_types(layers), told_types(types)), told_fills(fills), source)
    names = None if columns is None else [name.strip() for name in columns.split(",")]
    rows = transform_files(layers, sources, targets, reading, columns=names, form=form)
    if as_json:
        print_json({"rows": sum(rows.values()), "results": [{"file": f, "rows": n} for f, n in rows.items()]})
        return
    for target, count in rows.items():
        click.echo(f"{target}: {count:,} rows")
