"""Measurements: bin/bench NAME. They print tables and judge nothing; tests judge, and measure nothing."""
