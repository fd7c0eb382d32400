"""FeatureSpace against Keras's: adapt on a Dataset of dicts, a call on a batch, a call on one row.

Needs TensorFlow. Both sides get the same columns; results are compared before anything is timed.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from harness import alternate, print_table

import penstock as ps
from penstock.core.columns import BytesColumn
from penstock.preprocessing import FeatureSpace

ROWS, BATCH = 200_000, 4096
FEATURES = {
    "age": "float_normalized",
    "income": "float_normalized",
    "city": "string_categorical",
    "rooms": "integer_categorical",
    "street": "string_hashed",
}


def main() -> None:
    """Measure and print."""
    random = np.random.default_rng(0)
    table = {
        "age": random.uniform(0, 90, ROWS).astype(np.float32),
        "income": random.lognormal(3, 1, ROWS).astype(np.float32),
        "city": np.array([f"city {i}" for i in random.zipf(1.5, ROWS) % 200], dtype=object),
        "rooms": random.integers(1, 12, ROWS).astype(np.int32),
        "street": np.array([f"street {i}" for i in random.integers(0, 5000, ROWS)], dtype=object),
    }
    theirs = tf.keras.utils.FeatureSpace(FEATURES, crosses=[("city", "rooms")])
    ours = FeatureSpace(FEATURES, crosses=[("city", "rooms")])
    their_rows = tf.data.Dataset.from_tensor_slices(table).batch(BATCH)
    our_rows = ps.Dataset.from_tensor_slices(table).batch(BATCH)
    theirs.adapt(their_rows)
    ours.adapt(our_rows)
    batch = {name: column[:BATCH] for name, column in table.items()}
    tensors = {name: tf.constant(column) for name, column in batch.items()}
    columns = {n: BytesColumn.from_list(list(c)) if c.dtype == object else c for n, c in batch.items()}
    np.testing.assert_allclose(ours(columns), theirs(tensors).numpy(), rtol=1e-4, atol=1e-4)
    row = {name: column[0] for name, column in batch.items()}
    row_tensors = {name: tf.constant(value) for name, value in row.items()}
    np.testing.assert_allclose(ours(row), theirs(row_tensors).numpy(), rtol=1e-4, atol=1e-4)

    adapts = {"penstock": lambda: ours.adapt(our_rows), "Keras": lambda: theirs.adapt(their_rows)}
    print_table(f"adapt, {ROWS:,} rows, 5 columns", alternate(adapts, 3), ROWS, "Keras")
    calls = {"penstock": lambda: ours(columns), "Keras": lambda: theirs(tensors)}
    print_table(f"call on {BATCH:,} rows", alternate(calls, 15), BATCH, "Keras")
    rows = {"penstock": lambda: ours(row), "Keras": lambda: theirs(row_tensors)}
    print_table("call on one row", alternate(rows, 50), 1, "Keras")


if __name__ == "__main__":
    main()
