"""Images of every form are shown as a person would see them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

import mldebug_widgets as mld
from mldebug_widgets.analyzers.class_activation.pictures import pictures_of
from tests.analyzers.class_activation.image_models import ResNet

RNG = np.random.default_rng(0)
PHOTOS = RNG.integers(0, 256, (6, 20, 24, 3), dtype=np.uint8)
PHOTOS[:, 0, 0], PHOTOS[:, 0, 1] = 0, 255
UNIT = (PHOTOS / 255).astype(np.float32)
FIRST = np.moveaxis(UNIT, -1, 1)
IMAGENET = (np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225]))
ROWS = np.arange(6)


@pytest.mark.parametrize(
    "images",
    [
        PHOTOS,
        np.moveaxis(PHOTOS, -1, 1),
        torch.from_numpy(PHOTOS),
        UNIT,
        UNIT * 255,
        FIRST,
        torch.from_numpy(FIRST).to(torch.float16),
        FIRST * 2 - 1,
        np.moveaxis((UNIT - IMAGENET[0]) / IMAGENET[1], -1, 1),
        [Image.fromarray(photo) for photo in PHOTOS],
        [torch.from_numpy(photo) for photo in FIRST],
    ],
    ids=["HWC", "CHW", "tensor", "unit", "0..255", "float CHW", "half", "-1..1", "ImageNet", "PIL", "list"],
)
def test_any_form_is_shown_as_it_was(images: Any) -> None:
    shown = pictures_of(images, ROWS)
    assert shown.images.dtype == np.uint8
    assert np.abs(shown.images.astype(int) - PHOTOS).max() <= 1
    assert shown.sizes.tolist() == [[20, 24]] * 6


def test_one_channel_is_grey() -> None:
    grey = PHOTOS[..., 0]
    for images in (grey, grey[..., None], grey[:, None], (grey / 255 - 0.1307) / 0.3081):
        shown = pictures_of(images, ROWS).images
        assert (shown[..., 0] == shown[..., 1]).all()
        assert np.abs(shown[..., 0].astype(int) - grey).max() <= 1


def test_images_of_different_sizes_are_padded() -> None:
    images = [PHOTOS[0], PHOTOS[1, :10, :12], PHOTOS[2].transpose(1, 0, 2)]
    shown = pictures_of(images, np.arange(3))
    assert shown.images.shape == (3, 24, 24, 3)
    assert shown.sizes.tolist() == [[20, 24], [10, 12], [24, 20]]
    for at, image in enumerate(images):
        assert (shown.images[at, : image.shape[0], : image.shape[1]] == image).all()


def test_an_unknown_normalisation_is_said_and_one_given_is_used() -> None:
    odd = FIRST * 7 - 3
    assert "not known" in pictures_of(odd, ROWS).notes[0]
    shown = pictures_of(odd, ROWS, (3 / 7, 1 / 7))
    assert np.abs(shown.images.astype(int) - PHOTOS).max() <= 1


def evaluated(images: Any, preprocess: Any) -> mld.Evaluation:
    torch.manual_seed(0)
    frame = pd.DataFrame({"at": np.arange(6)})
    options = {"task": "multiclass", "class_names": list("abcd"), "images": images, "preprocess": preprocess}
    return mld.evaluate(ResNet(), (frame, np.arange(6) % 4), **options)


def smooth(photos: Any) -> torch.Tensor:
    small = torch.from_numpy(np.moveaxis(photos, -1, 1) / 255).float()
    return torch.nn.functional.interpolate(small, (40, 48), mode="bilinear")


def read(rows: pd.DataFrame) -> torch.Tensor:
    """What the user's preprocess makes of the rows: ImageNet-normalised, resized."""
    large = smooth(PHOTOS[rows["at"].to_numpy()])
    return (large - torch.tensor(IMAGENET[0])[:, None, None].float()) / torch.tensor(IMAGENET[1])[:, None, None].float()


def test_maps_lie_over_the_users_own_images_when_the_model_reads_them_at_another_size() -> None:
    result = mld.gradcam(evaluated(PHOTOS, read), [0, 3, 5])
    assert (result.images == PHOTOS[[0, 3, 5]]).all()
    assert result.maps.shape == (3, 20, 24)
    assert any("40 x 48" in note and "stretched" in note for note in result.notes)


def test_what_the_model_reads_is_shown_when_the_images_show_something_else() -> None:
    turned = evaluated(PHOTOS, lambda rows: read(rows).flip(3))
    result = mld.gradcam(turned, [0, 3])
    assert result.images.shape == (2, 40, 48, 3)
    expected = (smooth(PHOTOS[[0, 3]]).flip(3) * 255).round().permute(0, 2, 3, 1)
    assert np.abs(result.images.astype(int) - expected.numpy()).max() <= 2
    assert any("something else" in note for note in result.notes)


def test_without_images_what_the_model_reads_is_shown() -> None:
    result = mld.gradcam(evaluated(None, read), [0, 3])
    assert result.images.shape == (2, 40, 48, 3)
    assert any("what the model reads" in note for note in result.notes)


def test_images_of_any_size_have_maps_of_their_size() -> None:
    cut = [photo[: 20 - 2 * at % 6, : 24 - 2 * at % 6] for at, photo in enumerate(PHOTOS)]

    def resized(rows: pd.DataFrame) -> torch.Tensor:
        return torch.cat([torch.nn.functional.interpolate(smooth(cut[at][None]), (32, 32)) for at in rows["at"]])

    result = mld.gradcam(evaluated(cut, resized), [0, 1, 2])
    for at, (height, width) in enumerate(result.sizes.tolist()):
        assert (height, width) == cut[at].shape[:2]
        assert not result.maps[at, height:].any()
        assert not result.maps[at, :, width:].any()


def test_an_image_without_any_number_does_not_decide_how_the_others_are_drawn() -> None:
    images = np.random.default_rng(0).random((5, 8, 8, 3), np.float32)
    whole = pictures_of(images, np.arange(5))
    images[3] = np.nan
    shown = pictures_of(images, np.arange(5))
    assert shown.notes == ()
    assert not shown.images[3].any()
    assert (np.delete(shown.images, 3, 0) == np.delete(whole.images, 3, 0)).all()
    pixels = pictures_of(np.concatenate([images * 3 - 2, images[3:4]]), np.arange(6))
    assert "drawn black" in pixels.notes[0]
    nothing = pictures_of(images[3:4], np.arange(1))
    assert nothing.notes == ("No image has numbers that could be shown.",)
