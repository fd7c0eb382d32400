"""Scripts of code points: known ones, the whole range, inside `Dataset.map`."""

from __future__ import annotations

import unicodedata

import numpy as np

import penstock as ps
from penstock.preprocessing import string_ops

LATIN, CYRILLIC, GREEK, HAN, HIRAGANA, COMMON, INHERITED, UNKNOWN = 25, 8, 14, 17, 20, 0, 1, 103


def test_known_scripts():
    text = "aé Жγ漢あ1!\u0301\u0378"
    expected = [LATIN, LATIN, COMMON, CYRILLIC, GREEK, HAN, HIRAGANA, COMMON, COMMON, INHERITED, UNKNOWN]
    assert string_ops.unicode_script([ord(c) for c in text]).tolist() == expected
    found = string_ops.unicode_script(string_ops.unicode_decode([text, ""], "UTF-8"))
    assert found.to_list() == [expected, []]
    assert found.flat_values.dtype == np.int32


def test_the_runs_cover_all_code_points():
    scripts = string_ops.unicode_script(np.arange(-1, 0x110002))
    assert scripts[0] == -1 and (scripts[-2:] == -1).all() and (scripts[1:-2] >= 0).all()
    for first, script in (("LATIN SMALL LETTER A", LATIN), ("GREEK SMALL LETTER OMEGA", GREEK)):
        assert scripts[ord(unicodedata.lookup(first)) + 1] == script
    named = [c for c in range(0x250) if unicodedata.name(chr(c), "").startswith("LATIN ")]
    assert (scripts[np.array(named) + 1] == LATIN).all()


def test_inside_map_it_runs_on_blocks():
    words = ps.Dataset.from_tensor_slices(["aЖ", "", "γ"])
    codes = words.map(lambda w: string_ops.unicode_decode(w, "UTF-8"), vectorize=True)
    found = codes.map(string_ops.unicode_script, vectorize=True)
    assert [f.tolist() for f in found] == [[LATIN, CYRILLIC], [], [GREEK]]
