"""The part of durable-rules' C module that the engine uses."""

def delete_ruleset(handle: int) -> None:
    """Frees the network behind a ruleset's handle; the handle must not be used again."""
