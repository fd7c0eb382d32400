"""Train a small network on a stream of CSV shards, with a normalization adapted to the same stream.

python examples/train_digits.py
"""

import tempfile
from pathlib import Path

import numpy as np

import penstock as ps


def parse(line):
    """Turn one line into 64 pixels and a label."""
    *pixels, label = ps.records.decode_csv(line, record_defaults=[0.0] * 64 + [0])
    return np.stack(pixels), label


def stream(paths):
    """Return the rows of some shards as (pixels, label)."""
    return ps.Dataset.list_files(paths, shuffle=False).interleave(ps.TextLineDataset, cycle_length=4).map(parse)


def main():
    ps.random.set_seed(7)
    paths = ps.datasets.digits.paths()
    train, test = stream(paths[:-2]), stream(paths[-2:]).batch(128)

    normalization = ps.preprocessing.Normalization()
    normalization.adapt(train.map(lambda pixels, label: pixels).batch(256))

    layers = ps.nn.layers
    model = ps.nn.Sequential(
        [normalization, layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(train.shuffle(1500, seed=7).batch(32).prefetch(2), epochs=15, verbose=0)
    loss, accuracy = model.evaluate(test, verbose=0)
    print(f"training loss {history.history['loss'][-1]:.3f}; on held-out shards {loss:.3f}, accuracy {accuracy:.1%}")

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digits.penstock"
        model.save(path)
        again = ps.nn.models.load_model(path)
        images, labels = next(iter(test))
        print("the loaded model reads", again.predict(images[:10], verbose=0).argmax(axis=1), "for", labels[:10])


if __name__ == "__main__":
    main()
