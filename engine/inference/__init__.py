"""Which conditions hold, for which records: durable-rules, and the direct evaluation it must agree with.

``direct`` evaluates every condition exactly and keeps what was compared; ``network`` has
durable-rules combine those comparisons; ``reconciled`` runs both and raises where they differ.
"""
