"""Can confirmed slices be believed? Rates over many tables of which it is known where the errors are."""

from __future__ import annotations

from benchmarks.report import Line
from tests.analyzers.slice_finding import simulation

#: None of these tables was looked at while the search was made.
FIRST_SEED = 5_000
NOISE_SEEDS, PLANTED_SEEDS = 200, 100


def run() -> list[Line]:
    """Measure how often noise is confirmed, and how often a planted slice is found, with the default options."""
    noise = simulation.noise_rate(range(FIRST_SEED, FIRST_SEED + NOISE_SEEDS))
    planted = simulation.planted_rate(range(FIRST_SEED, FIRST_SEED + PLANTED_SEEDS))
    return [
        Line(
            f"pure noise, {simulation.NOISE_ROWS:,} x 12: runs with any confirmed slice",
            f"{noise.hits} of {noise.runs}",
            "nothing to find",
            100 * noise.share,
            5,
            "%",
        ),
        Line(
            f"planted slice, {simulation.PLANTED_ROWS:,} x 12, 0.5% to 5% of rows, lift 2 to 3: confirmed in the top 3",
            f"{planted.hits} of {planted.runs}",
            "one planted slice",
            100 * planted.share,
            95,
            "%",
            at_least=True,
        ),
    ]
