"""Benchmarks that need no server still run, and compare two ways that come to the same."""

from tests.bench import pricing


def test_pricing_an_estate() -> None:
    rows = list(pricing.run(1, instances=300))
    assert rows
    assert all(row.ratio is not None and row.ratio > 0 for row in rows)
