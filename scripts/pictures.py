"""Make the README's pictures of screenshots that the browser tests have left: same size, fewer colours."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
PICTURES = {
    "workbench": "flights_performance_light",
    "attributions": "flights_attributions_light",
    "images": "digits_images_1000_light",
}
COLOURS = 256


def main() -> None:
    """Write docs/images/*.png."""
    for name, taken in PICTURES.items():
        picture = Image.open(ROOT / "screenshots" / f"{taken}.png").convert("RGB")
        few = picture.quantize(COLOURS, kmeans=3, dither=Image.Dither.NONE)
        few.save(ROOT / "docs" / "images" / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
