"""Stop a training loop anywhere and go on exactly there: the position in the data is saved beside the weights.

    python examples/resume_training.py

The model is a softmax regression in NumPy. In PyTorch or JAX the loop is the same: see docs/frameworks.md.
"""

import json
import tempfile
from pathlib import Path

import numpy as np

import penstock as ps

EPOCHS = 3
CLASSES = 10


def parse(line):
    """Turn one line into 64 pixels between 0 and 1, and a label."""
    *pixels, label = ps.records.decode_csv(line, record_defaults=[0.0] * 64 + [0])
    return np.stack(pixels) / 16, label


def make_batches():
    """Return shuffled batches; nobody chooses a seed, and each epoch has an order of its own."""
    lines = ps.Dataset.list_files(ps.datasets.digits.paths()).interleave(ps.TextLineDataset, cycle_length=4)
    return lines.map(parse).shuffle(500).batch(32).prefetch(2)


def step(weights, images, labels):
    """Take a step of gradient descent, in place."""
    logits = images @ weights
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares[np.arange(len(labels)), labels] -= 1
    weights -= 0.5 * images.T @ shares / len(labels)


def train(checkpoint, steps):
    """Take at most so many steps from the checkpoint on; return the weights, and whether there is more to do."""
    saved = json.loads(checkpoint.read_text()) if checkpoint.exists() else {"epoch": 0, "weights": None}
    weights = np.zeros((64, CLASSES)) if saved["weights"] is None else np.array(saved["weights"])
    batches = make_batches()
    for epoch in range(saved["epoch"], EPOCHS):
        iterator = iter(batches)
        if "position" in saved:
            iterator.set_state(saved.pop("position"))
        for images, labels in iterator:
            step(weights, images, labels)
            steps -= 1
            if steps == 0:
                state = {"epoch": epoch, "weights": weights.tolist(), "position": iterator.get_state()}
                checkpoint.write_text(json.dumps(state))
                return weights, True
    return weights, False


def main():
    with tempfile.TemporaryDirectory() as name:
        checkpoint = Path(name) / "checkpoint.json"
        train(checkpoint, steps=1)
        start = checkpoint.read_text()
        whole, _ = train(checkpoint, steps=10**9)

        checkpoint.write_text(start)
        runs, unfinished = 0, True
        while unfinished:
            weights, unfinished = train(checkpoint, steps=40)
            runs += 1
        size = len(json.dumps(json.loads(checkpoint.read_text())["position"]))

    images, labels = next(iter(make_batches().unbatch().batch(2000)))
    accuracy = np.mean((images @ weights).argmax(axis=1) == labels)
    print(f"one run and {runs} runs of at most 40 steps end with equal weights: {np.array_equal(whole, weights)}")
    print(f"accuracy on the training data {accuracy:.1%}; the last position is {size:,} bytes of JSON")


if __name__ == "__main__":
    main()
