"""CSV shards, streamed into a Keras model."""

import csv

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

# Four shards with a header each: two features, a comment that needs quotes, a target.
generator = np.random.RandomState(0)
for shard in range(4):
    with open(f"shard-{shard}.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["x1", "x2", "comment", "y"])
        for row in range(20):
            x1, x2 = generator.uniform(-1, 1, size=2).round(3)
            y = round(2 * x1 - x2 + 0.5, 3)
            writer.writerow([x1, "" if row == 7 else x2, f"row {row}, shard {shard}", y])


def parse(line):
    x1, x2, _, y = tf.io.decode_csv(line, record_defaults=[[0.0], [0.0], [""], tf.constant([], tf.float32)])
    return tf.stack([x1, x2]), tf.expand_dims(y, -1)


files = tf.data.Dataset.list_files("shard-*.csv", shuffle=False)
lines = files.interleave(lambda path: tf.data.TextLineDataset(path).skip(1), cycle_length=2, block_length=3)
for line in lines.take(4):
    print(line.numpy().decode())

rows = lines.map(parse, num_parallel_calls=tf.data.AUTOTUNE)
train = rows.shuffle(32, seed=42, reshuffle_each_iteration=False).batch(16).prefetch(tf.data.AUTOTUNE)
for features, target in train.take(1):
    print(tuple(features.shape), features.dtype.name, tuple(target.shape))
    print(np.round(features.numpy()[:3], 3).tolist())

model = keras.Sequential([keras.Input(shape=(2,)), layers.Dense(1, kernel_initializer="zeros")])
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.2), loss="mse", metrics=["mae"])
history = model.fit(train, epochs=6, verbose=0)
print([f"{loss:.4f}" for loss in history.history["loss"]])

kernel, bias = model.layers[-1].get_weights()
print(np.round(kernel[:, 0], 3).tolist(), np.round(bias, 3).tolist())
loss, mae = model.evaluate(train, verbose=0)
print(f"loss {loss:.4f}, mae {mae:.4f}")
prediction = model.predict(np.array([[0.5, -0.5], [0.0, 0.0]], dtype=np.float32), verbose=0)
print(prediction.shape, np.round(prediction[:, 0], 3).tolist())
