"""A ruleset in columns: every department of a province scored at once by DuckDB, exactly."""
