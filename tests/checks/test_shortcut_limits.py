"""Each limit of MLD109: what lies just beyond it is suspicious, what lies just within is not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mldebug_widgets.analyzers.class_activation.swapping import Swap
from mldebug_widgets.checks.shortcut_features import suspicious_columns
from mldebug_widgets.checks.shortcut_regions import suspicious_regions
from mldebug_widgets.checks.shortcut_words import suspicious_words

# -- regions ---------------------------------------------------------------------------------------------------------

SIDE, OF_CLASS = 64, 6
CORNER, EDGE = "top left corner", "top edge"
BRIGHT = {CORNER: (slice(8, 16), slice(8, 16)), EDGE: (slice(0, 8), slice(28, 36))}
WHOLE = {CORNER: (slice(0, 16), slice(0, 16)), EDGE: (slice(0, 8), slice(0, SIDE))}
_UNTESTED: Any = object()


def maps_of(
    where: str = CORNER, *, share: float = 0.3, spread: float = 1.0, others: int = 20,
    others_marked: int | None = None, n: int = OF_CLASS, way: Any = 0.5,
) -> list[Any]:  # fmt: skip
    """Return the suspicions about maps with ``share`` of their mass ``where``; nothing else is in their way.

    Pixels of the place differ by ``spread`` of what all do; it bears a mark in all images of the class and in
    ``others_marked`` of the others, None for no mark.
    """
    place = WHOLE[where]
    maps = np.zeros((n + others, SIDE, SIDE))
    maps[:n, 28:36, 28:36] = (1 - share) / 64
    maps[(slice(0, n), *BRIGHT[where])] = share / 64
    area = np.zeros((SIDE, SIDE))
    area[place] = 1
    inside = spread * (1 - area.mean()) / (1 - spread * area.mean())
    sign = np.where(np.arange(n + others) % 2 == 0, 1, -1)
    images = 128 + sign[:, None, None] * 100 * np.where(area == 1, inside, 1)
    if others_marked is not None:
        images[(slice(None), *place)] = 0
        images[(slice(0, n + others_marked), *place)] = 200
    result = SimpleNamespace(
        maps=maps, images=np.repeat(images.round().astype(np.uint8)[..., None], 3, -1),
        sizes=np.full((n + others, 2), SIDE), target=np.where(np.arange(n + others) < n, 1, 0),
        truth=np.full(n + others, -1), rows=np.arange(n + others), class_names=("no", "yes"), method_label="Grad-CAM",
        swaps=None if way is _UNTESTED else (Swap(1, where, way, 24),),
    )  # fmt: skip
    return list(suspicious_regions(SimpleNamespace(class_codes=None), result))  # type: ignore[arg-type]


MARK: dict[str, Any] = {"others_marked": 0}
ALIKE: dict[str, Any] = {"spread": 0.1}


@pytest.mark.parametrize(
    ("beyond", "within"),
    [
        pytest.param({**MARK, "share": 0.16}, {**MARK, "share": 0.14}, id="much"),
        pytest.param({**MARK, "where": EDGE, "share": 0.20}, {**MARK, "where": EDGE, "share": 0.17}, id="for its area"),
        pytest.param({**MARK, "n": 5}, {**MARK, "n": 4}, id="images"),
        pytest.param({"share": 0.2, "others_marked": 5}, {"share": 0.2, "others_marked": 6}, id="telling"),
        pytest.param({**MARK, "share": 0.2, "others": 15}, {**MARK, "share": 0.2, "others": 14}, id="others"),
        pytest.param({**ALIKE, "share": 0.26}, {**ALIKE, "share": 0.24}, id="share of alike"),
        pytest.param({**ALIKE, "where": EDGE, "share": 0.40}, {**ALIKE, "where": EDGE, "share": 0.35}, id="times area"),
        pytest.param({"spread": 0.47}, {"spread": 0.53}, id="alike"),
        pytest.param({"share": 0.52}, {"share": 0.48}, id="share without evidence"),
        pytest.param({**MARK, "way": 0.11}, {**MARK, "way": 0.09}, id="matters"),
        pytest.param({**ALIKE, "way": 0.11}, {**ALIKE, "way": 0.09}, id="matters though alike"),
        pytest.param({"share": 0.9, "way": 0.11}, {"share": 0.9, "way": 0.09}, id="matters though half"),
        pytest.param({**MARK, "way": _UNTESTED}, {**ALIKE, "share": 0.9, "way": _UNTESTED}, id="untested"),
    ],
)
def test_regions(beyond: dict[str, Any], within: dict[str, Any]) -> None:
    (suspicion,) = maps_of(**beyond)
    assert suspicion.what.lower() == f"the {beyond.get('where', CORNER)}"
    assert suspicion.share == pytest.approx(beyond.get("share", 0.3))
    assert maps_of(**within) == []


def test_the_images_named_are_those_that_lean_on_the_place() -> None:
    (suspicion,) = maps_of(**MARK, share=0.2)
    assert suspicion.rows.tolist() == list(range(OF_CLASS))
    assert "takes at least 20% of the map in 6 of 6 images" in suspicion.text


def test_a_suspicion_says_whether_the_answer_depends_on_the_place() -> None:
    assert "takes the answer 50% of the way to theirs (24 swaps)" in maps_of(**MARK)[0].text
    assert "Whether the answer depends on it was not tested." in maps_of(**MARK, way=_UNTESTED)[0].text


# -- columns ---------------------------------------------------------------------------------------------------------


def columns_of(
    *, share: float = 0.6, p: int = 4, n: int = 1_000, unique: int | None = None, kind: str = "categorical",
    name: str = "a", span: int | None = None, auc: tuple[float, int] | None = None,
    learned: tuple[float, int, int] | None = None,
) -> list[Any]:  # fmt: skip
    """Return the suspicions about the first of ``p`` columns, which takes ``share``; the others are harmless.

    It has ``unique`` values in ``n`` rows, in a range of ``span`` whole numbers; in test rows its attributions rank the
    truth by (area under the ROC curve, rows), in train rows by (area, positives, rows).
    """
    feature = SimpleNamespace(name=name, position=0, missing=0, unique=unique or 1, kind=kind, integer=True,
        low=None if span is None else 0, high=None if span is None else span - 1)  # fmt: skip
    sizes = np.full(p, (1 - share) / (p - 1))
    sizes[0] = share
    test = _ranking(*(auc or (0.9, 400)))
    train = _ranking(learned[0], learned[2], learned[1]) if learned else (np.zeros(0), np.zeros(0, dtype=int))
    values, truth = (np.concatenate(both) for both in zip(test, train, strict=True))
    rows = np.arange(len(values))
    ev = SimpleNamespace(n=n, features=[feature] * p, task="binary", class_codes=truth, primary="test", train="train",
        splits={"test": rows[: len(test[0])], "train": rows[len(test[0]) :]})  # fmt: skip
    result = SimpleNamespace(mean_abs=sizes, order=np.array([0]), features=[name] * p, rows=rows, sampled=True,
        values=np.repeat(values[:, None], p, 1), target=np.ones(len(rows), dtype=int))  # fmt: skip
    return list(suspicious_columns(ev, result))  # type: ignore[arg-type]


def _ranking(auc: float, n: int, positives: int | None = None) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return values and truth with that area under the ROC curve: two even spreads, one moved."""
    up = n // 2 if positives is None else positives
    moved = 1 - np.sqrt(2 * (1 - auc))
    values = np.concatenate([(np.arange(up) + 0.5) / up + moved, (np.arange(n - up) + 0.5) / (n - up)])
    return values, np.where(np.arange(n) < up, 1, 0)


NAMES = {"unique": 1_000}
CODE: dict[str, Any] = {"kind": "numeric", "name": "code"}


@pytest.mark.parametrize(
    ("beyond", "within"),
    [
        pytest.param({**NAMES, "p": 20, "share": 0.11}, {**NAMES, "p": 20, "share": 0.09}, id="share"),
        pytest.param({**NAMES, "share": 0.38}, {**NAMES, "share": 0.36}, id="times the even share"),
        pytest.param({"unique": 981}, {"unique": 979}, id="identifier"),
        pytest.param({"n": 100, "unique": 100}, {"n": 99, "unique": 99}, id="rows of an identifier"),
        pytest.param({**CODE, **NAMES, "span": 24_000}, {**CODE, **NAMES, "span": 26_500}, id="expected repeats"),
        pytest.param({**CODE, "unique": 992, "span": 15_000}, {**CODE, "unique": 991, "span": 15_000}, id="repeats"),
        pytest.param({"auc": (0.51, 4_000)}, {"auc": (0.53, 4_000)}, id="chance"),
        pytest.param({"auc": (0.5, 160)}, {"auc": (0.5, 120)}, id="most useful"),
    ],
)
def test_columns(beyond: dict[str, Any], within: dict[str, Any]) -> None:
    (suspicion,) = columns_of(**beyond)
    assert suspicion.strong
    assert columns_of(**within) == []


@pytest.mark.parametrize(
    ("beyond", "within"),
    [
        pytest.param((0.63, 2_000, 4_000), (0.61, 2_000, 4_000), id="learned"),
        pytest.param((1.0, 50, 100), (1.0, 49, 99), id="rows"),
        pytest.param((1.0, 10, 200), (1.0, 9, 200), id="rows of the class"),
    ],
)
def test_what_a_column_learned(beyond: tuple[float, int, int], within: tuple[float, int, int]) -> None:
    said = "what it learned does not hold here"
    assert said in columns_of(auc=(0.5, 4_000), learned=beyond)[0].text
    assert said not in columns_of(auc=(0.5, 4_000), learned=within)[0].text


# -- words -----------------------------------------------------------------------------------------------------------


def words_of(
    *, word: str = "~~", share: float = 0.6, words: int = 6, n: int = 10, up: int | None = None, held: int = 400,
    without: int = 400, difference: float = 0.0,
) -> list[Any]:  # fmt: skip
    """Return the suspicions about ``word``, which takes ``share`` of ``n`` texts of ``words`` words, ``up`` of them up.

    ``held`` texts of the deciding split hold it, and as much more of them as ``difference`` are of its class.
    """
    up = n if up is None else up
    texts = [
        SimpleNamespace(
            words=(word, *(f"w{at}x{number}" for at in range(words - 1))), target="good",
            values=np.array([share if number < up else -share, *np.full(words - 1, (1 - share) / (words - 1))]),
        )
        for number in range(n)
    ]  # fmt: skip
    of_class = [np.arange(count) < round(count * part) for count, part in ((held, 0.5 + difference), (without, 0.5))]
    ev = SimpleNamespace(
        class_names=("bad", "good"), class_codes=np.concatenate(of_class).astype(int), primary="test", train=None,
        splits={"test": np.arange(held + without)}, texts=[f"a {word} b"] * held + ["a b"] * without,
        rows_matching=lambda _query: np.ones(1, dtype=bool),
    )  # fmt: skip
    return list(suspicious_words(ev, SimpleNamespace(texts=texts)))  # type: ignore[arg-type]


WORD: dict[str, Any] = {"word": "matinee"}


@pytest.mark.parametrize(
    ("beyond", "within"),
    [
        pytest.param({"n": 5}, {"n": 4}, id="texts"),
        pytest.param({"words": 20, "share": 0.21}, {"words": 20, "share": 0.19}, id="share"),
        pytest.param({"words": 4, "share": 0.52}, {"words": 4, "share": 0.48}, id="times the even share"),
        pytest.param({"up": 8}, {"up": 7}, id="one way"),
        pytest.param({"up": 2}, {"up": 3}, id="one way down"),
        pytest.param({**WORD, "held": 20}, {**WORD, "held": 19}, id="held"),
        pytest.param({**WORD, "without": 20}, {**WORD, "without": 19}, id="without"),
        pytest.param({**WORD, "difference": 0.06}, {**WORD, "difference": 0.08}, id="width"),
    ],
)
def test_words(beyond: dict[str, Any], within: dict[str, Any]) -> None:
    (suspicion,) = words_of(**beyond)
    assert suspicion.share == pytest.approx(beyond.get("share", 0.6))
    assert words_of(**within) == []
