"""Benchmarks, run on demand by ``make bench``; read their ratios, not their seconds."""
