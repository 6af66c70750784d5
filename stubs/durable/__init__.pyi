"""The part of durable-rules that the engine uses."""
