"""Write `images.json`: pixels that tf.io's decoders give for small files, and the bytes of tf.io.encode_jpeg.

Run by hand, with TensorFlow 2.21 and Pillow installed:

    python tests/golden/make_images.py

`files`: name to bytes (base64). `decoded`: `function`, `file`, `options`, and the `shape`, `dtype` and bytes (base64)
of the pixels, or the `error`. JPEGs are decoded with `dct_method="INTEGER_ACCURATE"` where there is the choice.
`encoded`: shape and bytes of uint8 pixels, `options`, and the bytes of the JPEG file.
"""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image
from writer import outcome, versions, write

ROWS, COLUMNS = np.mgrid[0:6, 0:8]
COLOURS = np.stack([COLUMNS * 31, ROWS * 40, (COLUMNS + ROWS) * 17], -1).astype(np.uint8)
MANY_COLOURS = np.random.default_rng(1).integers(0, 256, (12, 12, 3)).astype(np.uint8)
OPACITY = (255 - COLUMNS * 20)[..., None].astype(np.uint8)


def coded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def saved(image: Any, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def files() -> dict[str, bytes]:
    image = Image.fromarray(COLOURS)
    frames = [Image.fromarray(np.roll(COLOURS, i, 1)).quantize(16) for i in range(2)]
    with_opacity = np.concatenate([COLOURS, OPACITY], -1)
    return {
        "jpeg": tf.io.encode_jpeg(COLOURS, quality=90).numpy(),
        "grey jpeg": tf.io.encode_jpeg(COLOURS[..., :1]).numpy(),
        "cut jpeg": tf.io.encode_jpeg(COLOURS).numpy()[:-80],
        "png": tf.io.encode_png(COLOURS).numpy(),
        "grey png": tf.io.encode_png(COLOURS[..., :1]).numpy(),
        "grey and opacity png": tf.io.encode_png(np.concatenate([COLOURS[..., :1], OPACITY], -1)).numpy(),
        "opacity png": tf.io.encode_png(with_opacity).numpy(),
        "wide png": tf.io.encode_png(COLOURS[..., :1].astype(np.uint16) * 257 + 3).numpy(),
        "many colours png": tf.io.encode_png(MANY_COLOURS).numpy(),
        "palette png": saved(image.quantize(8), "PNG"),
        "one bit png": saved(image.convert("1"), "PNG"),
        "cut png": tf.io.encode_png(COLOURS).numpy()[:60],
        "gif": saved(frames[0], "GIF"),
        "animation": saved(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "bmp": saved(image, "BMP"),
        "grey bmp": saved(image.convert("L"), "BMP"),
        "opacity bmp": saved(Image.fromarray(with_opacity), "BMP"),
        "junk": b"junk",
        "nothing": b"",
    }


FILES = files()


def decode(function: str, name: str, options: dict[str, Any]) -> dict[str, Any]:
    given = dict(options)
    if "dtype" in given:
        given["dtype"] = tf.as_dtype(given["dtype"])
    if function == "decode_jpeg":
        given["dct_method"] = "INTEGER_ACCURATE"
    pixels = getattr(tf.io, function)(FILES[name], **given).numpy()
    return {"shape": list(pixels.shape), "dtype": pixels.dtype.name, "pixels": coded(pixels.tobytes())}


def decoded() -> list[dict[str, Any]]:
    asked: list[tuple[str, str, dict[str, Any]]] = []
    for name in ("jpeg", "grey jpeg", "cut jpeg", "png", "gif", "animation", "bmp"):
        asked += [("decode_jpeg", name, {"channels": c}) for c in ((0, 1, 3, 4) if "jpeg" in name else (0,))]
    pngs = [name for name in FILES if name.endswith("png")]
    asked += [("decode_png", name, {"channels": c}) for name in pngs for c in (0, 1, 3, 4)]
    asked += [("decode_png", name, {"dtype": "uint16"}) for name in ("wide png", "png", "opacity png")]
    asked += [("decode_bmp", name, {"channels": c}) for name in ("bmp", "png") for c in (0, 1, 3, 4)]
    asked += [("decode_bmp", "grey bmp", {})]
    asked += [("decode_bmp", "opacity bmp", {"channels": c}) for c in (0, 3, 4)]
    asked += [("decode_gif", name, {}) for name in ("gif", "animation", "bmp")]
    asked += [("decode_image", name, {}) for name in ("png", "gif", "animation", "bmp", "junk", "nothing", "cut png")]
    asked += [("decode_image", "animation", {"expand_animations": False})]
    asked += [
        ("decode_image", n, {"dtype": d}) for n in ("png", "gif", "bmp", "wide png") for d in ("float32", "uint16")
    ]
    rows = []
    for function, name, options in asked:
        got = outcome(lambda f=function, n=name, o=options: decode(f, n, o))
        rows.append({"function": function, "file": name, "options": options, **got})
    return rows


def encoded() -> list[dict[str, Any]]:
    rows = []
    asked: list[dict[str, Any]] = [{}, {"quality": 50}, {"progressive": True}, {"optimize_size": True}]
    for channels in (1, 3):
        for options in [*asked, {"chroma_downsampling": False}]:
            pixels = np.ascontiguousarray(COLOURS[..., :channels])
            data = coded(tf.io.encode_jpeg(pixels, **options).numpy())
            rows.append(
                {"shape": list(pixels.shape), "pixels": coded(pixels.tobytes()), "options": options, "file": data}
            )
    return rows


if __name__ == "__main__":
    parts = {"files": {name: coded(data) for name, data in FILES.items()}, "decoded": decoded(), "encoded": encoded()}
    write("images", {"made_by": "make_images.py", "versions": versions(), **parts})
