"""Between a program and a language model: what goes in is masked with numbered placeholders, what comes out put back.

Nothing is kept beyond the request but what LiteLLM's guardrail needs between its two calls, and that in memory alone.
"""

from fastapi import APIRouter

from loredact.serve.answers import WITH_KEY
from loredact.serve.llm import guardrail, proxy

router = APIRouter(dependencies=WITH_KEY)
for _part in (guardrail, proxy):
    router.include_router(_part.router)
