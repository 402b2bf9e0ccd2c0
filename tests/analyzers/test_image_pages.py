"""Pages of images: small enough for a message, their numbers as means over blocks, their pictures shrunk."""

from __future__ import annotations

import numpy as np
import pandas as pd

import mldebug_widgets as mld
from mldebug_widgets.analyzers.gradcam import GradCamResult
from mldebug_widgets.analyzers.image_pages import page_of, reduced, thumbnails
from mldebug_widgets.widgets.gradcam import PAGE_IMAGES
from mldebug_widgets.wire import LARGEST_MESSAGE, encode_message
from tests.widgets.image_evaluations import images_evaluation


def large_result(side: int, method: str = "saliency") -> GradCamResult:
    rng = np.random.default_rng(0)
    evaluation = images_evaluation()
    small = mld.gradcam(evaluation, range(PAGE_IMAGES), method=method, n_checked=0)
    fields = {name: getattr(small, name) for name in small.__dataclass_fields__}
    return GradCamResult(
        **{
            **fields,
            "images": rng.integers(0, 256, (PAGE_IMAGES, side, side, 3), np.uint8),
            "maps": rng.random((PAGE_IMAGES, side, side), np.float32),
            "raw": rng.random((PAGE_IMAGES, side, side), np.float32),
            "sizes": np.full((PAGE_IMAGES, 2), side, np.int32),
        }
    )


class TestPages:
    def test_of_large_images_fits_a_message(self) -> None:
        page = page_of(large_result(700))
        _, buffers = encode_message(page)
        assert sum(map(len, buffers)) < 0.8 * LARGEST_MESSAGE

    def test_numbers_are_means_over_blocks(self) -> None:
        result = large_result(64)
        page = page_of(result)
        assert page.block == 2
        blocks = result.raw.reshape(PAGE_IMAGES, 32, 2, 32, 2).mean((2, 4))
        np.testing.assert_allclose(page.raw, blocks, atol=1e-6)

    def test_pictures_are_shrunk_by_the_mean_of_what_they_cover(self) -> None:
        images = np.zeros((2, 8, 8, 3), np.uint8)
        images[0, :, :4] = 200
        images[1, :2, :4] = 100
        small, sizes = reduced(images, np.array([[8, 8], [2, 4]], np.int32), 4)
        assert sizes.tolist() == [[4, 4], [2, 4]]
        assert small[0, :, :, 0].tolist() == [[200, 200, 0, 0]] * 4
        assert small[1, :, :, 0].tolist() == [[100] * 4, [100] * 4, [0] * 4, [0] * 4]

    def test_thumbnails_of_images_of_all_sizes(self) -> None:
        images = [np.full((size, 2 * size, 3), 40 * at, np.uint8) for at, size in enumerate((5, 60, 200), 1)]
        frame = pd.DataFrame({"a": [0.1, 0.9, 0.4], "y": [0, 1, 0]})
        evaluation = mld.evaluate(None, frame, "y", predictions=np.array([0.1, 0.9, 0.2]), images=images)
        small = thumbnails(evaluation, np.array([2, 0]))
        assert small.sizes.tolist() == [[48, 96], [5, 10]]
        assert small.images.shape == (2, 48, 96, 3)
        assert [int(image[0, 0, 0]) for image in small.images] == [120, 40]
