"""Measurements of speed and memory, told as ratios within one run; no test depends on them."""
