"""Text classification: own cleaning and splitting functions, vocabularies, padded codes, a dataset of batches."""

import re
import string

import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import TextVectorization

reviews = [
    "<b>Great</b> movie!! I loved it,<br />truly.",
    "Terrible... I want my 2 hours back.",
    "Not bad; not GOOD either (5/10)",
    "GRÜSSE from the café – c'est très bon!",
    "",
    "loved, loved, LOVED it",
]
labels = [1, 0, 0, 1, 0, 1]


def custom_standardization(input_data):
    lowercase = tf.strings.lower(input_data)
    stripped_html = tf.strings.regex_replace(lowercase, "<br />", " ")
    stripped_html = tf.strings.regex_replace(stripped_html, "<[^>]+>", "")
    return tf.strings.regex_replace(stripped_html, "[%s]" % re.escape(string.punctuation), "")


def only_words(input_data):
    return tf.strings.strip(tf.strings.regex_replace(tf.strings.lower(input_data, encoding="utf-8"), r"[^\pL]+", " "))


raw_ds = tf.data.Dataset.from_tensor_slices((reviews, labels)).batch(2)
vectorize_layer = TextVectorization(
    standardize=custom_standardization, max_tokens=20, output_mode="int", output_sequence_length=6
)
vectorize_layer.adapt(raw_ds.map(lambda x, y: x))
print([str(word) for word in vectorize_layer.get_vocabulary()])


def vectorize_text(text, label):
    text = tf.expand_dims(text, -1)
    return vectorize_layer(text), label


for codes, label in raw_ds.map(vectorize_text):
    print(codes.numpy().tolist(), label.numpy().tolist())

words = TextVectorization(standardize=only_words, split=lambda x: tf.strings.split(x, sep=" "), output_mode="count")
words.adapt(tf.constant(reviews))
print([str(word) for word in words.get_vocabulary()])
print(words(tf.constant(reviews[:4])).numpy().astype(int).tolist())

characters = TextVectorization(
    standardize=None, split=lambda x: tf.strings.unicode_split(x, "UTF-8"), output_mode="int"
)
characters.adapt(tf.constant(["abcü", "ab", "a"]))
print([str(c) for c in characters.get_vocabulary()], characters(tf.constant(["üba", "q"])).numpy().tolist())

bigrams = TextVectorization(
    ngrams=2, output_mode="tf_idf", vocabulary=["loved it", "it", "my"], idf_weights=[0.5, 1.0, 2.0]
)
print(np.round(bigrams(tf.constant(["I loved it"])).numpy(), 4).tolist())

# The statistics of a corpus, with nothing but string functions.
ds = tf.data.Dataset.from_tensor_slices(reviews)
cleaned = ds.map(only_words).filter(lambda text: tf.strings.length(text) > 0)
lengths = cleaned.map(lambda text: (tf.strings.length(text), tf.strings.length(text, unit="UTF8_CHAR")))
print([(int(a), int(b)) for a, b in lengths])
tokens = cleaned.map(tf.strings.split)
print([t.numpy().tolist() for t in tokens])
print([tf.strings.reduce_join(t, separator="_").numpy() for t in tokens])
heads = tokens.map(lambda t: tf.strings.substr(t, 0, 1))
print([h.numpy().tolist() for h in heads.take(2)])
print([b.numpy().tolist() for b in tokens.map(lambda t: tf.strings.ngrams(t, 2)).take(2)])
