"""The static part of exported files: true numbers, and text from data that stays text."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mldebug_widgets.analyzers.overview import Baseline, Metric, OverviewResult, SplitMetrics
from mldebug_widgets.checks.finding import CheckOutcome, Finding, FindingsResult
from mldebug_widgets.report.summary import (
    escape_markdown,
    findings_markdown,
    metric_table,
    summary_html,
    summary_text,
    value_text,
)
from tests.report.payloads import PAYLOADS

ELEMENTS = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ol", "li", "b", "br"}


def metric(
    value: float | None, low: float | None, high: float | None, *, label: str = "ROC AUC", why: str = ""
) -> Metric:
    return Metric("roc_auc", label, value, low, high, "DeLong", "higher", why)


def overview(name: str = "MLP", label: str = "ROC AUC") -> OverviewResult:
    splits = tuple(
        SplitMetrics(split, 1200, 1200, (metric(value, value - 0.004, value + 0.004, label=label),))
        for split, value in (("train", 0.8331), ("test", 0.7424))
    )
    baseline = Baseline("logistic regression", "all train rows", (metric(0.7012, 0.69, 0.71, label=label),), "")
    unfitted = Baseline("majority class", "", (), "one class only")
    return OverviewResult(
        kind="overview",
        task="binary",
        model_name=name,
        n_rows=2400,
        n_features=3,
        primary="test",
        train="train",
        threshold=0.5,
        headline=("roc_auc",),
        splits=splits,
        baselines=(baseline, unfitted),
        seconds=0.1,
    )


def findings(*texts: str) -> FindingsResult:
    found = tuple(Finding("MLD101", "critical", text, text, text, "overview", text, 1.0) for text in texts)
    outcomes = (CheckOutcome("MLD102", "x", "passed", ""), CheckOutcome("MLD103", "x", "cannot tell", "no train rows"))
    return FindingsResult("findings", found, outcomes, 0.1)


class Reader(HTMLParser):
    """Collects element names, attributes and text as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: set[str] = set()
        self.attributes: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_numbers_and_their_context_are_there() -> None:
    assert metric_table(overview()) == [
        ["Metric", "train", "test", "logistic regression, test"],
        ["ROC AUC", "0.833 (0.829 to 0.837)", "0.742 (0.738 to 0.746)", "0.70 (0.69 to 0.71)"],
    ]
    shown = overview(), findings("AUC falls")
    for text in (summary_text(*shown), Reader(summary_html(*shown)).text):
        for part in ("0.742 (0.738 to 0.746)", "1,200 train rows, 1,200 test rows", "DeLong", "AUC falls", "MLD101"):
            assert part in text


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (metric(None, None, None, why="one class only"), "not computed: one class only"),
        (metric(None, None, None), "not computed"),
        (metric(0.51234, None, None), "0.5123"),
        (metric(123456.7, None, None), "123,457"),
        (metric(351.21, 340.0, 362.0), "351 (340 to 362)"),
        (metric(1.0, 1.0, 1.0), "1.000 (1.000 to 1.000)"),
    ],
)
def test_a_value_has_the_digits_that_are_known(shown: Metric, expected: str) -> None:
    assert value_text(shown) == expected


def test_no_findings_says_what_was_checked() -> None:
    assert "1 of 2 checks passed" in summary_text(None, findings())
    assert "1 of 2 checks passed" in findings_markdown(findings())


def test_unfinished_checks_are_not_taken_for_a_clean_model() -> None:
    for text in (summary_text(overview(), None), summary_html(overview(), None), findings_markdown(None)):
        assert "had not finished" in text
    assert "0.742 (0.738 to 0.746)" in summary_text(overview(), None)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_html_shows_hostile_text_as_text(payload: str) -> None:
    read = Reader(summary_html(overview(payload, payload), findings(payload)))
    assert read.elements <= ELEMENTS
    assert read.attributes == []
    assert read.text.count(payload) == 5


@given(st.text())
def test_markdown_holds_no_mark_that_renderers_act_on(text: str) -> None:
    escaped = escape_markdown(text)
    assert not set(escaped) & set("<>$[]`~@")
    assert "\\\\" not in escaped
    assert "\n" not in escaped
    for position, character in enumerate(escaped):
        if character in "*_":
            assert escaped[position - 1] == "\\"


@pytest.mark.parametrize("start", ["1. x", "- x", "+ x", "# x", "=== x", "12) x", "...", "-"])
def test_markdown_lines_do_not_begin_blocks(start: str) -> None:
    assert "\\" in escape_markdown(start)[:4]


def test_findings_are_a_numbered_list() -> None:
    text = findings_markdown(findings("AUC falls from 0.83 to 0.74", "second"))
    assert "1. **critical: AUC falls from 0.83 to 0.74** (MLD101)" in text
    assert "\n2. **critical: second**" in text
