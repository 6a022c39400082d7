"""Our own API, under /v1."""

from fastapi import APIRouter

from loredact.serve.answers import WITH_KEY
from loredact.serve.v1 import adapters, file, mask, stream

router = APIRouter(dependencies=WITH_KEY)
for _part in (mask, file, stream, adapters):
    router.include_router(_part.router)
