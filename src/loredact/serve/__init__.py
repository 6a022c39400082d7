"""`loredact serve`: many customers' adapters on one base, over HTTP, in the protocols that people already speak.

A request passes `guard` (who, how much), a route (`v1`, `presidio`, `guardrail`, `proxy`), the `queue`, which forms
batches by tokens and is fair between customers, and the `engine`, which finds the spans of a batch.
"""
