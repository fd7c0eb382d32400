"""Makes the CSV shards of this folder from the copy of the data that scikit-learn bundles.

Run it with scikit-learn installed: `python -m penstock.datasets.digits.make_shards`.
"""

from __future__ import annotations

from pathlib import Path

SHARDS = 10


def write_shards(folder: Path) -> list[Path]:
    """Write `digits-0000i-of-00010.csv`; row r of the original order goes to shard (r + r div 10) mod 10.

    In the original order the labels often count from 0 to 9; the shift after every ten rows gives each shard all of
    the digits.

    Args:
        folder: Where the files go.

    Returns:
        The paths written, in order.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    rows: list[list[str]] = [[] for _ in range(SHARDS)]
    for index, (pixels, label) in enumerate(zip(digits.data.astype(int), digits.target, strict=True)):
        shard = (index + index // SHARDS) % SHARDS
        rows[shard].append(",".join(map(str, [*pixels, label])))
    paths = [folder / f"digits-{shard:05d}-of-{SHARDS:05d}.csv" for shard in range(SHARDS)]
    for path, lines in zip(paths, rows, strict=True):
        path.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")
    return paths


if __name__ == "__main__":
    for written in write_shards(Path(__file__).parent):
        print(written.name)
