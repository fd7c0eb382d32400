"""`penstock warmup`: compile the kernels ahead, so that no later process has to wait for them."""

from __future__ import annotations

import time

import click


@click.command(name="warmup", short_help="Compile all kernels into the cache.")
def command() -> None:
    """Compile all kernels into the cache, by running each feature once on tiny data."""
    from .exercises import EXERCISES
    from .terminal import progress

    start = time.perf_counter()
    with progress() as bar:
        task = bar.add_task("compiling", total=len(EXERCISES))
        for name, exercise in EXERCISES.items():
            bar.update(task, description=name)
            exercise()
            bar.advance(task)
    click.echo(f"{len(EXERCISES)} features are ready ({time.perf_counter() - start:.1f} s)")
