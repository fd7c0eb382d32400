"""Images decoded, resized, cropped, coloured and changed at random, alone and in a pipeline."""

import numpy as np
import tensorflow as tf

rows, columns = np.mgrid[0:12, 0:16]
photo = np.stack([rows * 20, columns * 15, (rows * columns) % 256], -1).astype(np.uint8)


def show(name, image):
    values = np.asarray(image).astype(np.float64)
    total, first = round(float(values.sum()), 2), np.round(values.ravel()[:3], 3) + 0
    print(name, image.dtype.name, tuple(image.shape), total, first)


print("one image")
for method in ("bilinear", tf.image.ResizeMethod.NEAREST_NEIGHBOR, tf.image.ResizeMethod.BICUBIC, "area"):
    show(method, tf.image.resize(photo, [5, 6], method=method))
show("antialias", tf.image.resize(photo, (5, 6), antialias=True))
show("ratio", tf.image.resize(photo, [5, 5], preserve_aspect_ratio=True))
show("tensor size", tf.image.resize(photo, tf.constant([4, 4])))
show("pad", tf.image.resize_with_pad(photo, 10, 10))
show("crop or pad", tf.image.resize_with_crop_or_pad(photo, 20, 10))
show("central", tf.image.central_crop(photo, 0.5))
show("crop", tf.image.crop_to_bounding_box(photo, 2, 3, 4, 5))
boxes = [[0.0, 0.0, 1.0, 1.0], [0.5, 0.25, 1.5, 0.75]]
show("boxes", tf.image.crop_and_resize(photo[None], boxes, box_indices=[0, 0], crop_size=(3, 4)))
show("frame", tf.image.pad_to_bounding_box(photo, 2, 3, 20, 21))
show("flip", tf.image.flip_left_right(tf.image.flip_up_down(photo)))
show("turn", tf.image.rot90(photo, k=3))
show("transpose", tf.image.transpose(photo))
floats = tf.image.convert_image_dtype(photo, tf.float32)
show("floats", floats)
show("bytes", tf.image.convert_image_dtype(floats * 2, tf.uint8, saturate=True))
show("grey", tf.image.grayscale_to_rgb(tf.image.rgb_to_grayscale(floats)))
show("brightness", tf.image.adjust_brightness(photo, 0.25))
show("contrast", tf.image.adjust_contrast(floats, 2.0))
show("gamma", tf.image.adjust_gamma(floats, gamma=2.0))
show("saturation", tf.image.adjust_saturation(floats, 0.5))
show("hue", tf.image.adjust_hue(floats, 0.3))
show("hsv", tf.image.hsv_to_rgb(tf.image.rgb_to_hsv(floats)))
show("variation", tf.image.total_variation(tf.cast(photo, tf.float32)))
show("noise", tf.image.psnr(photo, photo // 2, max_val=255))

print("at random")
tf.random.set_seed(4)
for seed in (None, 2):
    show("flip", tf.image.random_flip_left_right(photo, seed=seed))
    show("crop", tf.image.random_crop(photo, [4, 4, 3], seed=seed))
    show("brightness", tf.image.random_brightness(photo, 0.3, seed=seed))
    show("contrast", tf.image.random_contrast(floats, 0.5, 1.5, seed=seed))
show("flip", tf.image.stateless_random_flip_up_down(photo, seed=(2, 3)))
show("crop", tf.image.stateless_random_crop(photo, (4, 4, 3), seed=tf.constant([2, 3])))
show("hue", tf.image.stateless_random_hue(floats, 0.2, seed=(2, 3)))
show("saturation", tf.image.stateless_random_saturation(floats, 0.2, 0.9, seed=(2, 3)))
show("brightness", tf.image.stateless_random_brightness(photo, 0.3, seed=(1, 1)))

print("layers")
batch = np.stack([photo, photo[::-1]])
show("resizing", tf.keras.layers.Resizing(6, 6)(batch))
show("cut", tf.keras.layers.Resizing(6, 6, crop_to_aspect_ratio=True)(batch.astype("float32")))
show("crop", tf.keras.layers.CenterCrop(height=4, width=6)(batch))
show("small", tf.keras.layers.CenterCrop(height=20, width=20)(batch))

print("pipeline")


def prepare(png, label):
    image = tf.image.decode_png(png, channels=3)
    image = tf.image.resize(tf.image.convert_image_dtype(image, tf.float32), [8, 8])
    return tf.image.per_image_standardization(tf.image.flip_left_right(image)), label


files = [tf.io.encode_png(np.roll(photo, i, 0)).numpy() for i in range(5)]
dataset = tf.data.Dataset.from_tensor_slices((files, list(range(5)))).map(prepare).batch(2)
for images, labels in dataset:
    print(images.shape, labels.numpy(), np.round(images.numpy()[:, 0, 0], 3) + 0)
