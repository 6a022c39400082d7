"""`/v1/find`, `/v1/mask` and `/v1/unmask`."""

from loredact.operators import Context
from loredact.serve import texts
from loredact.serve.answers import ServerNow, Who, problems
from loredact.serve.body import new_router
from loredact.serve.errors import ApiError
from loredact.serve.models import FindBody, Found, FoundSpan, MaskBody, MaskedText, UnmaskBody, UnmaskedText
from loredact.serve.policies import with_operators

router = new_router("texts")


@router.post("/v1/find", responses=problems(404, 500))
async def find(body: FindBody, server: ServerNow, customer: Who) -> Found | list[Found]:
    """The spans that would be masked in a text, or in each of several."""
    adapter = await server.now.adapters.get(customer, body.adapter)
    policy = server.now.policies.get(customer, body.policy)
    spans = await texts.find(server, customer, adapter, body.texts, body.options, policy)
    found = [
        Found(spans=[FoundSpan.of(span) for span in policy.split(text, of_one)[0]])
        for text, of_one in zip(body.texts, spans, strict=True)
    ]
    return found[0] if isinstance(body.text, str) else found


@router.post("/v1/mask", responses=problems(403, 404, 500))
async def mask(body: MaskBody, server: ServerNow, customer: Who) -> MaskedText | list[MaskedText]:
    """A text, or each of several, with its personal data masked. Several are documents of their own."""
    if (body.vault or body.document is not None) and not isinstance(body.text, str):
        raise ApiError(422, "A document's name, and with it the vault, goes with one text.")
    if body.vault and body.document is None:
        raise ApiError(422, "What goes into the vault needs a name: document.")
    policy = with_operators(server.now.policies.get(customer, body.policy), body.operators)
    adapter = await server.now.adapters.get(customer, body.adapter)
    spans = await texts.find(server, customer, adapter, body.texts, body.options, policy)
    if body.vault and body.document is not None:
        texts.require_text(body.document)
        documents = [(body.document, body.texts[0], spans[0])]
        masked = await server.now.vaults.mask(customer, policy, documents, body.within)
    else:
        masked = [
            policy.open(Context(body.document, customer.name)).apply(text, of_one)
            for text, of_one in zip(body.texts, spans, strict=True)
        ]
    answers = list(map(MaskedText.of, masked))
    return answers[0] if isinstance(body.text, str) else answers


@router.post("/v1/unmask", responses=problems(403, 404))
async def unmask(body: UnmaskBody, server: ServerNow, customer: Who) -> UnmaskedText | list[UnmaskedText]:
    """A text, or each of several, with what your vault's placeholders stand for, also where somebody bent them."""
    texts.require_fit(body.texts, server.now)
    if body.document is not None:
        texts.require_text(body.document)
    answers = []
    for text in body.texts:
        found = await server.now.vaults.unmask(customer, text, body.document)
        answers.append(
            UnmaskedText(
                text=found.text, restored=found.restored, missing=list(found.missing), unknown=list(found.unknown)
            )
        )
    return answers[0] if isinstance(body.text, str) else answers


@router.get("/v1/policies", responses=problems())
async def policies(server: ServerNow, customer: Who) -> list[str]:
    """The policies that you may name in a request."""
    return server.now.policies.known(customer)
