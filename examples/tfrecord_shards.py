"""Write TFRecord shards from a script, then read them back in batches.

    python examples/tfrecord_shards.py

The files are what TensorFlow writes, to the bit, and either side reads the other's.
"""

import tempfile
from pathlib import Path

import penstock as ps
from penstock.records import Example, Feature, Features, FixedLenFeature, FloatList, Int64List, parse_single_example

SHARDS = 4
FEATURES = {"image": FixedLenFeature([8, 8], "float32"), "label": FixedLenFeature([], "int64")}


def to_example(image, label):
    """Make the bytes of one record."""
    feature = {
        "image": Feature(float_list=FloatList(value=image.ravel() / 16)),
        "label": Feature(int64_list=Int64List(value=[label])),
    }
    return Example(features=Features(feature=feature)).SerializeToString()


def write(folder, images, labels):
    """Deal the rows out to gzipped shards."""
    options = ps.TFRecordOptions(compression_type="GZIP")
    for shard in range(SHARDS):
        path = folder / f"digits-{shard:05d}-of-{SHARDS:05d}.tfrecord.gz"
        with ps.TFRecordWriter(path, options) as writer:
            for image, label in zip(images[shard::SHARDS], labels[shard::SHARDS], strict=True):
                writer.write(to_example(image, label))
        print(f"wrote {path.name}, {path.stat().st_size} bytes")


def main():
    (images, labels), _ = ps.datasets.digits.load_data()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, images, labels)

        records = ps.TFRecordDataset(sorted(map(str, folder.glob("*.tfrecord.gz"))), compression_type="GZIP")
        batches = records.map(lambda record: parse_single_example(record, FEATURES)).batch(256)
        rows = 0
        for batch in batches:
            rows += len(batch["label"])
        print(f"read {rows} records back; the last batch holds image {batch['image'].dtype}{batch['image'].shape}")


if __name__ == "__main__":
    main()
