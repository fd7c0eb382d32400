"""Linear regression by hand."""

import numpy as np
import tensorflow as tf

generator = np.random.RandomState(1)
x = tf.constant(generator.normal(size=(50, 3)).astype(np.float32))
true_w = tf.constant([[1.0], [-2.0], [0.5]])
y = tf.matmul(x, true_w) + 0.25

w = tf.Variable(tf.zeros((3, 1)), name="w")
b = tf.Variable(0.0)


def loss_function():
    return tf.reduce_mean(tf.square(x @ w + b - y))


for step in range(60):
    with tf.GradientTape() as tape:
        loss = loss_function()
    dw, db = tape.gradient(loss, [w, b])
    w.assign_sub(0.1 * dw)
    b.assign_sub(0.1 * db)
    if step % 20 == 0:
        print(step, f"{loss:.5f}")
print(np.round(w.numpy()[:, 0], 3).tolist(), f"{b.numpy():.3f}")

# Optimizers take the same gradients.
optimizer = tf.keras.optimizers.Adam(learning_rate=0.05)
w.assign(tf.zeros_like(w))
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = loss_function()
    optimizer.apply_gradients(zip(tape.gradient(loss, [w, b]), [w, b]))
print(np.round(w.numpy()[:, 0], 4).tolist(), f"{loss_function().numpy():.3f}")

# Watched tensors, second order, persistent tapes, unconnected sources.
point = tf.constant(3.0)
with tf.GradientTape() as outer:
    outer.watch(point)
    with tf.GradientTape() as inner:
        inner.watch(point)
        cube = point**3
    first = inner.gradient(cube, point)
second = outer.gradient(first, point)
print(first.numpy(), second.numpy())

v = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape(persistent=True) as tape:
    total = tf.reduce_sum(tf.exp(v) / tf.reduce_sum(tf.exp(v)) * v)
    stopped = tf.reduce_sum(tf.stop_gradient(v) * v)
print(np.round(tape.gradient(total, v).numpy(), 4).tolist())
print(tape.gradient(stopped, v).numpy().tolist())
print(tape.gradient(total, tf.Variable(1.0)))
del tape

with tf.GradientTape() as tape:
    squares = v * v
print(tape.jacobian(squares, v).numpy().tolist())

try:
    tape.gradient(squares, v)
except RuntimeError:
    print("a tape is used once")


@tf.custom_gradient
def clipped(value):
    def grad(upstream):
        return tf.clip_by_value(upstream, -1.0, 1.0)

    return value * 1.0, grad


with tf.GradientTape() as tape:
    result = tf.reduce_sum(10.0 * clipped(v))
print(tape.gradient(result, v).numpy().tolist())
