"""Train a scikit-learn model on a stream: batches come from files, and memory holds a few of them.

    python examples/sklearn_stream.py

Needs scikit-learn.
"""

import numpy as np
from sklearn.linear_model import SGDClassifier

import penstock as ps


def parse(line):
    """Turn one line into 64 pixels and a label."""
    *pixels, label = ps.records.decode_csv(line, record_defaults=[0.0] * 64 + [0])
    return np.stack(pixels), label


def stream(paths):
    """Return the rows of some shards as (pixels, label)."""
    return ps.Dataset.list_files(paths, seed=1).interleave(ps.TextLineDataset, cycle_length=4).map(parse)


def main():
    paths = ps.datasets.digits.paths()
    rows = stream(paths[:-2])
    normalization = ps.preprocessing.Normalization()
    normalization.adapt(rows.map(lambda pixels, label: pixels).batch(256))

    batches = rows.shuffle(500, seed=1).batch(64).map(lambda pixels, labels: (normalization(pixels), labels))
    model = SGDClassifier(random_state=1)
    for _ in range(5):
        for pixels, labels in batches:
            model.partial_fit(pixels, labels, classes=np.arange(10))

    pixels, labels = next(iter(stream(paths[-2:]).batch(1000)))
    print(f"accuracy on held-out shards: {model.score(normalization(pixels), labels):.1%} of {len(labels)} digits")


if __name__ == "__main__":
    main()
