"""Presidio's REST API: its analyzer and its anonymizer, both at one address.

After presidio-analyzer and presidio-anonymizer 2.2.366 and their published OpenAPI description. Where the two differ
from ours, theirs is kept: statuses, bodies, the order of what is found. What we do otherwise, on purpose: a body that
is no JSON is answered with 400 by both; no message repeats anything of the request; a pattern that takes too long is
refused, where Presidio goes on without it and so leaves in the text what it should have found.
"""

from fastapi import APIRouter

from loredact.serve.answers import WITH_KEY
from loredact.serve.presidio import analyze, anonymize

router = APIRouter(dependencies=WITH_KEY)
for _part in (analyze, anonymize):
    router.include_router(_part.router)
