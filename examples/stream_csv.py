"""Stream CSV shards in batches: four files at a time, shuffled, parsed by compiled code.

python examples/stream_csv.py
"""

import numpy as np

import penstock as ps


def parse(line):
    """Turn one line into 64 pixels and a label; runs on whole blocks of lines at once."""
    *pixels, label = ps.records.decode_csv(line, record_defaults=[0.0] * 64 + [0])
    return np.stack(pixels) / 16, label


def main():
    files = ps.Dataset.list_files(ps.datasets.digits.paths(), shuffle=True, seed=1)
    lines = files.interleave(ps.TextLineDataset, cycle_length=4)
    batches = lines.map(parse).shuffle(500, seed=1).batch(64).prefetch(2)

    print("each element:", batches.element_spec)
    rows, ink = 0, 0.0
    for images, labels in batches:
        rows += len(labels)
        ink += float(images.sum())
    print(f"{rows} digits; on average {ink / rows / 64:.0%} of a pixel is inked")
    print(batches.explain())


if __name__ == "__main__":
    main()
