"""Metrics and findings as static HTML, Markdown and text: what remains where no script runs.

Everything that may come from the user's data or model passes through an escape of the format it goes to.
"""

from __future__ import annotations

import math
import re
from html import escape

from mldebug_widgets.analyzers.overview import Metric, OverviewResult
from mldebug_widgets.checks.finding import FindingsResult

#: Marks of Markdown, HTML and mathematics that become entities. A backslash before brackets would start mathematics,
#: in which some renderers follow links; and ``@@0@@`` is how JupyterLab marks the place of a formula.
_ENTITIES = re.compile(r"[&<>$\\\[\]@`~]")
#: What starts a list, a heading or a rule, but only at the start of a line.
_LINE_START = re.compile(r"^(\d*)([-+#=.)])")

UNFINISHED = "The checks had not finished when this was saved."

Table = list[list[str]]


def summary_html(overview: OverviewResult | None, findings: FindingsResult | None) -> str:
    """Return metrics and findings as HTML without script, style or attribute values from data."""
    parts = []
    if overview is not None:
        header, *rows = metric_table(overview)
        head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        parts.append(f"<h3>Metrics</h3><p>{escape(metrics_sentence(overview))}</p>")
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    if findings is None:
        parts.append(f"<p>{UNFINISHED}</p>")
    else:
        items = "".join(
            f"<li><b>{escape(finding.severity)}: {escape(finding.title)}</b> ({escape(finding.code)})"
            f"<br>{escape(finding.text)}<br>Try: {escape(finding.advice)}</li>"
            for finding in findings.findings
        )
        listed = f"<ol>{items}</ol>" if items else f"<p>{escape(no_findings(findings))}</p>"
        parts.append(f"<h3>Findings</h3>{listed}")
    return "".join(parts)


def summary_text(overview: OverviewResult | None, findings: FindingsResult | None) -> str:
    """Return metrics and findings as lines of text."""
    lines: list[str] = []
    if overview is not None:
        table = metric_table(overview)
        widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
        lines.append(metrics_sentence(overview))
        lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
    if findings is None:
        lines += ["", UNFINISHED]
    else:
        lines += ["", f"{len(findings.findings)} findings" if findings.findings else no_findings(findings)]
        lines += [f"{finding.severity}: {finding.title} ({finding.code})" for finding in findings.findings]
    return "\n".join(line.rstrip() for line in lines).strip()


def findings_markdown(findings: FindingsResult | None) -> str:
    """Return the findings as Markdown; text from data shows as it is, never as Markdown or HTML."""
    if findings is None:
        return UNFINISHED
    if not findings.findings:
        return escape_markdown(no_findings(findings))
    blocks = []
    for number, finding in enumerate(findings.findings, start=1):
        title, code = escape_markdown(finding.title), escape_markdown(finding.code)
        lines = [f"{number}. **{finding.severity}: {title}** ({code})", f"   {escape_markdown(finding.text)}"]
        lines.append(f"   *Try:* {escape_markdown(finding.advice)}")
        blocks.append("\n\n".join(lines))
    return "\n\n".join(blocks)


def metric_table(overview: OverviewResult) -> Table:
    """Return a header and one line per metric: its value and interval on every split, and of every baseline."""
    fitted = [baseline for baseline in overview.baselines if baseline.metrics]
    columns = [(split.split, {metric.name: metric for metric in split.metrics}) for split in overview.splits]
    columns += [
        (f"{baseline.name}, {overview.primary}", {metric.name: metric for metric in baseline.metrics})
        for baseline in fitted
    ]
    labels = {metric.name: metric.label for split in overview.splits for metric in split.metrics}
    header = ["Metric", *(name for name, _ in columns)]
    lines = [
        [label, *(value_text(metrics[name]) if name in metrics else "" for _, metrics in columns)]
        for name, label in labels.items()
    ]
    return [header, *lines]


def metrics_sentence(overview: OverviewResult) -> str:
    """Return one line that says what the metrics were computed on, and how their intervals."""
    sizes = ", ".join(f"{split.n:,} {split.split} rows" for split in overview.splits)
    methods = {metric.interval for split in overview.splits for metric in split.metrics if metric.low is not None}
    intervals = f" 95% intervals: {', '.join(sorted(methods))}." if methods else ""
    return f"{overview.model_name} ({overview.task}) on {sizes}.{intervals}"


def no_findings(findings: FindingsResult) -> str:
    """Return the sentence for an empty list of findings."""
    passed = sum(outcome.outcome == "passed" for outcome in findings.outcomes)
    return f"No findings: {passed} of {len(findings.outcomes)} checks passed, the others could not tell."


def value_text(metric: Metric) -> str:
    """Return a metric with its interval, to as many decimals as the interval knows."""
    if metric.value is None:
        return f"not computed: {metric.why}" if metric.why else "not computed"
    if metric.low is None or metric.high is None:
        return f"{metric.value:,.4g}" if abs(metric.value) < 1000 else f"{metric.value:,.0f}"
    decimals = _known_decimals(metric.low, metric.high)
    return f"{metric.value:,.{decimals}f} ({metric.low:,.{decimals}f} to {metric.high:,.{decimals}f})"


def escape_markdown(text: str) -> str:
    """Return ``text`` on one line so that neither Markdown, HTML nor mathematics in it has an effect."""
    one_line = " ".join(text.split())
    plain = _ENTITIES.sub(lambda mark: f"&#{ord(mark[0])};", one_line)
    return _LINE_START.sub(r"\1\\\2", re.sub(r"([*_])", r"\\\1", plain))


def _known_decimals(low: float, high: float) -> int:
    half = abs(high - low) / 2
    if half == 0 or not math.isfinite(half):
        return 3
    return min(4, max(0, math.ceil(-math.log10(half))))
