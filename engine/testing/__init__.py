"""Rule changes tested like programs: the examples that stand beside the rules."""
