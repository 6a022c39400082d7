"""`/v1/find` and `/v1/mask`."""

from loredact import operators
from loredact.document import Span
from loredact.errors import InputError
from loredact.operators import Choice, Context, Operator, Replace, make, opened, show
from loredact.serve import texts
from loredact.serve.answers import ServerNow, Who, problems
from loredact.serve.body import new_router
from loredact.serve.errors import ApiError
from loredact.serve.models import FindBody, Found, FoundSpan, MaskBody, MaskedText

router = new_router("texts")

DEFAULT = "DEFAULT"


@router.post("/v1/find", responses=problems(404, 500))
async def find(body: FindBody, server: ServerNow, customer: Who) -> Found | list[Found]:
    """The spans of personal data in a text, or in each of several."""
    adapter = await server.now.adapters.get(customer, body.adapter)
    spans = await texts.find(server, customer, adapter, body.texts, body.options)
    found = [Found(spans=list(map(FoundSpan.of, of_one))) for of_one in spans]
    return found[0] if isinstance(body.text, str) else found


@router.post("/v1/mask", responses=problems(404, 500))
async def mask(body: MaskBody, server: ServerNow, customer: Who) -> MaskedText | list[MaskedText]:
    """A text, or each of several, with its personal data masked. Several are documents of their own."""
    chosen = chosen_operators(body)
    adapter = await server.now.adapters.get(customer, body.adapter)
    spans = await texts.find(server, customer, adapter, body.texts, body.options)
    masked = [
        apply(chosen, text, of_one, Context(customer=customer.name))
        for text, of_one in zip(body.texts, spans, strict=True)
    ]
    return masked[0] if isinstance(body.text, str) else masked


def chosen_operators(body: MaskBody) -> dict[str, Operator]:
    """The operators of a request by label, with DEFAULT among them.

    Raises:
        ApiError: 422 where one cannot be made.
    """
    chosen: dict[str, Operator] = {DEFAULT: Replace()}
    for label, settings in body.operators.items():
        name = settings.get("name")
        try:
            chosen[label] = make(
                name if isinstance(name, str) else "", {k: settings[k] for k in settings if k != "name"}
            )
        except InputError:
            known = ", ".join(sorted(operators.OPERATORS))
            raise ApiError(422, f"An operator cannot be made of its name and parameters. There are {known}.") from None
    return chosen


def apply(chosen: dict[str, Operator], text: str, spans: list[Span], context: Context) -> MaskedText:
    """`text` masked, each label by its operator."""
    here = {label: opened(operator, context) for label, operator in chosen.items()}
    context.linker.see(text, spans)
    show(here.values(), text, spans)
    choices = [Choice(span, here.get(span.label, here[DEFAULT])) for span in spans]
    return MaskedText.of(operators.put(text, choices))
