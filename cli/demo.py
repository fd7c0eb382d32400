"""`penstock demo`: the main job from end to end, on real data.

CSV shards are streamed, written as TFRecord shards, read back, normalised, and trained on; the model is evaluated on
shards that it has not seen, saved, loaded, and draws its conclusions in the terminal.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

HELD_OUT: Final = 2
EPOCHS: Final = 20
SEED: Final = 7
PIXELS: Final = 64
DRAWN: Final = 4  # fit side by side into 80 columns


class Stopwatch:
    """Rows and seconds of each stage."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int, float]] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[list[int]]:
        """Time a stage; its code appends the rows that it handled to the list."""
        rows: list[int] = []
        start = time.perf_counter()
        yield rows
        self.stages.append((name, sum(rows), time.perf_counter() - start))

    def table(self) -> list[list[str]]:
        """Return the rows of the printed table."""
        return [[name, f"{n:,}", f"{s:.2f}", f"{n / s:,.0f}"] for name, n, s in self.stages]


def parse_line(line: Any) -> Any:
    """Turn one CSV line into 64 pixels (0 to 16) and a label."""
    import numpy as np

    from ..records import decode_csv

    *pixels, label = decode_csv(line, record_defaults=[0.0] * PIXELS + [0])
    return np.stack(pixels), label


def parse_record(record: Any) -> Any:
    """Turn one serialized Example into 64 pixels and a label."""
    from ..records import FixedLenFeature, parse_single_example

    features = {"image": FixedLenFeature([PIXELS], "float32"), "label": FixedLenFeature([], "int64")}
    parsed = parse_single_example(record, features)
    return parsed["image"], parsed["label"]


def stream_csv(shards: list[str]) -> Any:
    """Return the shuffled batches of some CSV shards."""
    from ..pipeline import Dataset, TextLineDataset

    lines = Dataset.list_files(shards, shuffle=True, seed=SEED).interleave(TextLineDataset, cycle_length=4)
    return lines.map(parse_line).shuffle(500, seed=SEED).batch(64).prefetch(2)


def convert(shards: list[str], folder: Path) -> tuple[list[str], int]:
    """Write each CSV shard as a TFRecord shard; return the new paths and the number of records."""
    from ..pipeline import TextLineDataset
    from ..records import TFRecordWriter, encode_examples

    paths, written = [], 0
    for shard in shards:
        path = str(folder / f"{Path(shard).stem}.tfrecord")
        with TFRecordWriter(path) as writer:
            for images, labels in TextLineDataset(shard).map(parse_line).batch(1024):
                writer.write_many(encode_examples({"image": images, "label": labels}))
                written += len(labels)
        paths.append(path)
    return paths, written


def stream_records(shards: list[str]) -> Any:
    """Return the rows of some TFRecord shards."""
    from ..pipeline import Dataset, TFRecordDataset

    return Dataset.from_tensor_slices(shards).interleave(TFRecordDataset, cycle_length=4).map(parse_record)


def build_model(normalization: Any) -> Any:
    """Return a compiled classifier of normalised pixels."""
    from .. import nn

    model = nn.Sequential(
        [
            nn.Input((PIXELS,)),
            normalization,
            nn.layers.Dense(64, activation="relu"),
            nn.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def draw(image: Any, guess: int, label: int) -> list[str]:
    """Return a digit as lines of text, two characters to a pixel, with what the model says of it."""
    shades = " ░▒▓█"
    lines = ["".join(shades[min(4, int(v) * 5 // 17)] * 2 for v in row) for row in image.reshape(8, 8)]
    verdict = f"says {guess}" if guess == label else f"says {guess}, is {label}"
    return [*lines, f"{verdict:^16}"]


def show_digits(images: Any, guesses: Any, labels: Any) -> None:
    """Draw digits beside each other."""
    from .terminal import console

    columns = [draw(i, int(g), int(y)) for i, g, y in zip(images, guesses, labels, strict=True)]
    for parts in zip(*columns, strict=True):
        console().print("   ".join(parts), markup=False, overflow="crop", no_wrap=True)


@click.command(name="demo", short_help="Train on handwritten digits, from CSV files.")
@click.option("--data", type=click.Path(), help="Folder of CSV shards to use in place of those that come along.")
@click.option("--epochs", type=click.IntRange(min=1), default=EPOCHS, show_default=True, help="Passes over the data.")
def command(data: str | None, epochs: int) -> None:
    """Train on real handwritten digits, from CSV files to a saved model."""
    from ..core import random

    random.set_seed(SEED)
    with tempfile.TemporaryDirectory() as folder:
        _run(_shards(data), Path(folder), epochs)


def _shards(data: str | None) -> list[str]:
    if data is None:
        from ..datasets.digits import paths

        return [str(p) for p in paths()]
    from ..pipeline.listing import match_files

    return match_files([f"{data}/*.csv"])


def _run(shards: list[str], folder: Path, epochs: int) -> None:
    import numpy as np

    from ..core.kernels import has_compiled
    from ..nn.models import load_model
    from ..preprocessing import Normalization
    from .terminal import console, print_table

    out, watch = console(), Stopwatch()
    out.print(f"{len(shards)} CSV shards of handwritten digits (UCI), {HELD_OUT} of them held out")

    with watch.stage("stream CSV, shuffled batches") as rows:
        rows.extend(len(labels) for _, labels in stream_csv(shards))
    with watch.stage("CSV → TFRecord shards") as rows:
        records, written = convert(shards, folder)
        rows.append(written)
    with watch.stage("read TFRecord back") as rows:
        rows.extend(len(labels) for _, labels in stream_records(records).batch(256))

    train = stream_records(records[:-HELD_OUT])
    held_out = stream_records(records[-HELD_OUT:]).batch(256)
    trained, tested = (sum(len(labels) for _, labels in part) for part in (train.batch(256), held_out))
    normalization = Normalization()
    with watch.stage("adapt Normalization") as rows:
        normalization.adapt(train.map(lambda image, label: image).batch(256))
        rows.append(trained)

    model = build_model(normalization)
    with watch.stage(f"fit, {epochs} epochs") as rows:
        model.fit(train.shuffle(1500, seed=SEED).batch(32).prefetch(2), epochs=epochs)
        rows.append(epochs * trained)
    with watch.stage("evaluate held-out shards") as rows:
        _, accuracy = model.evaluate(held_out, verbose=0)
        rows.append(tested)

    saved = str(folder / "digits.penstock")
    model.save(saved)
    again = load_model(saved)
    images, labels = next(iter(held_out))
    guesses = np.argmax(again.predict(images[:DRAWN], verbose=0), axis=-1)
    out.print("the saved and loaded model on digits that it has not seen:\n")
    show_digits(images[:DRAWN], guesses, labels[:DRAWN])

    print_table("rows per second", ["stage", "rows", "seconds", "rows/s"], watch.table())
    if has_compiled():
        out.print("kernels were compiled in this run, and these times include that: run it again to see them without")
    out.print(f"accuracy on held-out shards: {accuracy:.4f}")
