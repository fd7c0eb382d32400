"""Records of fixed length, CSV files and a database, read as datasets."""

import gzip
import sqlite3

import numpy as np
import tensorflow as tf

# Fixed-length records: a header, three float32 per record, a footer.
points = np.arange(12, dtype=np.float32).reshape(4, 3) / 4
for shard in range(2):
    with open(f"points-{shard}.bin", "wb") as file:
        file.write(b"HEAD" + (points + 10 * shard).tobytes() + b"END")

files = tf.data.Dataset.list_files("points-*.bin", shuffle=False)
records = tf.data.FixedLengthRecordDataset(files, 12, header_bytes=4, footer_bytes=3, num_parallel_reads=2)
for record in records.take(3):
    print(record.dtype.name, len(record.numpy()), np.frombuffer(record.numpy(), np.float32).tolist())
print(sum(1 for _ in tf.data.FixedLengthRecordDataset(["points-0.bin", "points-1.bin"], 12, 4, 3)))

# CSV with quotes, missing fields and lines inside fields.
with gzip.open("notes.csv.gz", "wt", newline="") as file:
    file.write('id,weight,note\n1,2.5,plain\n2,,"two\nlines"\n3,1e3,"said ""no"""\n')
notes = tf.data.experimental.CsvDataset(
    "notes.csv.gz", [tf.int32, tf.constant([-1.0], tf.float64), tf.string], compression_type="GZIP", header=True
)
print(notes.element_spec[0].dtype.name, notes.element_spec[1].dtype.name, notes.element_spec[2].dtype.name)
for number, weight, note in notes:
    print(number.numpy(), weight.numpy(), note.numpy())
heavy = notes.filter(lambda number, weight, note: weight > 0).map(lambda number, weight, note: (note, weight * 2))
print([(note.numpy(), float(weight.numpy())) for note, weight in heavy])

# make_csv_dataset: names and types from the files.
kinds = ["red", "green", "blue"]
for shard in range(3):
    with open(f"flowers-{shard}.csv", "w") as file:
        file.write("petals,length,seen,kind\n")
        file.writelines(f"{i + shard},{i / 2},{10**9 * i},{kinds[i % 3]}\n" for i in range(6))
flowers = tf.data.experimental.make_csv_dataset(
    "flowers-*.csv", batch_size=4, label_name="kind", num_epochs=1, shuffle_seed=42, shuffle_buffer_size=8
)
for features, label in flowers:
    print(list(features), [value.dtype.name for value in features.values()], label.numpy().tolist())
    print([value.numpy().tolist() for value in features.values()])
selected = tf.data.experimental.make_csv_dataset(
    "flowers-*.csv", 5, select_columns=["kind", "petals"], column_defaults=[tf.int64, tf.string], shuffle=False
)
for batch in selected.take(2):
    print({name: value.numpy().tolist() for name, value in batch.items()})

# A database.
connection = sqlite3.connect("shop.db")
connection.execute("CREATE TABLE items (name TEXT, price REAL, stock INTEGER)")
connection.executemany("INSERT INTO items VALUES (?, ?, ?)", [("tea", 2.5, 3), ("cake", 4.0, None), ("jam", 3.25, 7)])
connection.commit()
connection.close()
items = tf.data.experimental.SqlDataset(
    "sqlite", "shop.db", "SELECT name, price, stock FROM items ORDER BY price", (tf.string, tf.float64, tf.int32)
)
for name, price, stock in items:
    print(name.numpy(), price.numpy(), stock.numpy())
print([batch.numpy().tolist() for batch in items.map(lambda name, price, stock: price * 2).batch(2)])
