"""Result documents: what ``audit score --format json`` writes, and ``audit verify`` recomputes.

``document`` is their shape, with a published JSON Schema; ``writing`` makes one from a scoring;
``verifying`` computes it anew and says what differs.
"""
