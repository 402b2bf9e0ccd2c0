"""The PNG writer against an independent reader."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from mldebug_widgets.charts.png import indexed_png, log_levels, ramp


def test_every_pixel_reads_back_with_its_colour_and_transparency() -> None:
    levels = np.random.default_rng(0).integers(0, 256, (7, 5)).astype(np.uint8)
    image = Image.open(io.BytesIO(indexed_png(levels, ramp())))
    assert image.size == (5, 7)
    np.testing.assert_array_equal(np.asarray(image.convert("RGBA")), ramp()[levels])


def test_empty_cells_are_clear_and_a_single_row_is_seen() -> None:
    levels = log_levels(np.array([[0, 1], [10, 1000]]))
    alpha = ramp()[levels][..., 3]
    assert alpha[0, 0] == 0
    assert alpha[0, 1] > 60
    assert (levels[1, 0], levels[1, 1]) == (86, 255)


def test_levels_are_logarithmic_and_ordered() -> None:
    counts = np.array([[1, 10, 100, 1000]])
    steps = np.diff(log_levels(counts)[0].astype(int))
    assert steps.max() - steps.min() <= 1


def test_nothing_to_count_is_a_clear_image() -> None:
    assert not log_levels(np.zeros((3, 3), dtype=np.int32)).any()
    np.testing.assert_array_equal(log_levels(np.array([[0, 1]])), [[0, 128]])
