"""Facts: what a department states, read against the schema of a ruleset and found usable."""
