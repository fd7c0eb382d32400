"""`penstock adapt`: layers learn from files, in one pass."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click
import numpy as np

from ...core.errors import InvalidArgumentError
from ...preprocessing import ColumnLayers, Discretization, IntegerLookup, Normalization, StringLookup, TextVectorization
from ...records.conversion.formats import FORMATS
from .files import Reading
from .kinds import merged_types, needed_types, told_fills, told_types
from .options import layers_of
from .shared import files_of, print_json, refuse_existing, tracking

# Tokens that are shown of a vocabulary.
_SHOWN: Final = 5

_HELP: Final = """Adapt layers to the columns of CSV, Parquet, JSON lines or TFRecord FILES, in one pass, and save them.

A layer makes the column NAME from the column of that name, or from another:

\b
  --layer age=Normalization
  --layer city=StringLookup:num_oov_indices=2,output_mode=one_hot
  --layer group=Discretization:column=age,num_bins=4
  --layer place=HashedCrossing:columns=[city,group],num_bins=100

`penstock transform` applies the saved layers to files; in Python, ColumnLayers.load(FILE) reads them.
"""


def adapt_files(layers: ColumnLayers, paths: Sequence[str], reading: Reading, *, jobs: int = 1) -> int:
    """Adapt layers to files, each read once, and return the number of rows.

    The state of each file is merged in the order of the files, so that the result does not depend on `jobs`.

    Args:
        layers: The layers.
        paths: Files.
        reading: How they are read.
        jobs: Processes that read files at the same time.

    Raises:
        InvalidArgumentError: There are no rows, or a column does not fit its layer.
        ParseError: A row cannot be read; names file and line.
    """
    layers.reset_state()
    rows = 0
    with tracking("adapting", paths) as advance:
        states = _in_processes(layers, paths, reading, jobs) if jobs > 1 else _in_turn(layers, paths, reading, advance)
        for path, (state, count) in zip(paths, states, strict=True):
            if count:
                part = _twin(layers)
                part.set_state(state)
                layers.merge_state(part)
            rows += count
            advance(path, None)
    if not rows:
        raise InvalidArgumentError(f"adapt: the files must hold at least one row. Received: {', '.join(paths)}.")
    layers.finalize_state()
    return rows


def _twin(layers: ColumnLayers) -> ColumnLayers:
    """Return layers of the same options that have learned nothing."""
    twin = ColumnLayers.from_config(layers.get_config())
    twin.reset_state()
    return twin


def _in_turn(
    layers: ColumnLayers, paths: Sequence[str], reading: Reading, advance: Any
) -> Iterator[tuple[dict[str, Any], int]]:
    for path in paths:
        yield _state_of(_twin(layers), path, reading, lambda done, path=path: advance(path, done))


def _in_processes(
    layers: ColumnLayers, paths: Sequence[str], reading: Reading, jobs: int
) -> Iterator[tuple[dict[str, Any], int]]:
    config = layers.get_config()
    # Spawned, not forked: threads of this process (progress, Arrow) must not be copied.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(min(jobs, len(paths)), mp_context=context) as pool:
        try:
            yield from pool.map(_adapt_one, [config] * len(paths), paths, [reading] * len(paths))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _adapt_one(config: dict[str, Any], path: str, reading: Reading) -> tuple[dict[str, Any], int]:
    return _state_of(ColumnLayers.from_config(config), path, reading, lambda done: None)


def _state_of(layers: ColumnLayers, path: str, reading: Reading, advance: Any) -> tuple[dict[str, Any], int]:
    """Return what layers accumulate from one file, and its number of rows."""
    layers.reset_state()
    rows = 0
    for piece in reading.pieces(path):
        if piece.rows:
            try:
                layers.update_state(piece.table)
            except InvalidArgumentError as err:
                at = f"{reading.unit(path)} {piece.places[0]} to {piece.places[-1]}"
                raise type(err)(f"{path}, {at}: {err}") from err
        rows += piece.rows
        advance(piece.done_bytes)
    return layers.get_state(), rows


def learned(layers: ColumnLayers) -> dict[str, dict[str, Any]]:
    """Return what layers learned, in short, as JSON values."""
    found: dict[str, dict[str, Any]] = {}
    for name, layer in layers.layers.items():
        told: dict[str, Any] = {"layer": type(layer).__name__, "columns": list(layers.columns[name])}
        if isinstance(layer, Normalization) and layer.is_adapted:
            told |= {"mean": np.ravel(layer.mean).tolist(), "variance": np.ravel(layer.variance).tolist()}
        elif isinstance(layer, StringLookup | IntegerLookup | TextVectorization):
            tokens = layer.get_vocabulary(include_special_tokens=False)[:_SHOWN]
            told |= {"vocabulary_size": layer.vocabulary_size(), "first": tokens}
        elif isinstance(layer, Discretization):
            told["bin_boundaries"] = layer.bin_boundaries
        found[name] = told
    return found


def _text(told: dict[str, Any]) -> str:
    def numbers(values: Sequence[float]) -> str:
        shown = ", ".join(f"{value:.6g}" for value in values[:_SHOWN])
        return shown + (", …" if len(values) > _SHOWN else "")

    if "mean" in told:
        return f"mean {numbers(told['mean'])}, variance {numbers(told['variance'])}"
    if "vocabulary_size" in told:
        first = ", ".join(map(repr, told["first"]))
        return f"{told['vocabulary_size']:,} codes: {first}{', …' if told['vocabulary_size'] > _SHOWN else ''}"
    if told.get("bin_boundaries") is not None:
        return f"boundaries {numbers(told['bin_boundaries'])}"
    return "nothing to learn"


@click.command(name="adapt", help=_HELP, short_help="Adapt layers to the columns of files.")
@click.argument("files", nargs=-1, required=True, metavar="FILES...")
@click.option("--layer", "words", multiple=True, metavar="NAME=LAYER[:OPTIONS]", help="A layer; may be repeated.")
@click.option("--layers", "path", default=None, metavar="FILE", help="A TOML or JSON file of layers.")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where the adapted layers go.")
@click.option("--force", is_flag=True, help="Overwrite the output where it exists.")
@click.option("--type", "types", multiple=True, metavar="COLUMN=TYPE", help="Type of a CSV column.")
@click.option("--fill", "fills", multiple=True, metavar="COLUMN=VALUE", help="In place of missing values.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default=None, help="Format of the files.  [default: by name]"
)
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that read files.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value instead of text.")
def command(
    files: tuple[str, ...],
    words: tuple[str, ...],
    path: str | None,
    output: str,
    force: bool,  # noqa: FBT001
    types: tuple[str, ...],
    fills: tuple[str, ...],
    form: str | None,
    jobs: int,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Adapt layers and save them."""
    layers = layers_of(words, path)
    refuse_existing(output, force=force)
    paths = files_of(files)
    columns = tuple(dict.fromkeys(layer.column for layer in layers.learners().values()))
    reading = Reading(columns, merged_types(needed_types(layers), told_types(types)), told_fills(fills), form)
    rows = adapt_files(layers, paths, reading, jobs=jobs) if columns else 0
    layers.save(output)
    told = learned(layers)
    if as_json:
        print_json({"file": output, "rows": rows, "files": len(paths), "layers": told})
        return
    click.echo(f"{output}: {len(told)} layer{'s' if len(told) > 1 else ''}, adapted to {rows:,} rows of "
               f"{len(paths)} file{'s' if len(paths) > 1 else ''}")  # fmt: skip
    width = max(map(len, told))
    for name, one in told.items():
        click.echo(f"  {name.ljust(width)}  {one['layer']}: {_text(one)}")
