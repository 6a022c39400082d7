"""Malformed requests, at random: none is answered with a fault of the server, nor with anything that it brought.

python -m tests.serve.fuzz http://127.0.0.1:8080 --count 100000
"""

import argparse
import json
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

CANARY = "Qxzwv Kanarius"
_JSON, _BINARY = "application/json", "application/octet-stream"
# Where a request goes, and what its body is said to be where it is not said to be anything else.
_POSTED = {
    **dict.fromkeys(("/v1/mask", "/v1/find", "/v1/unmask", "/analyze", "/anonymize", "/deanonymize"), _JSON),
    **dict.fromkeys(("/v1/chat/completions", "/beta/litellm_basic_guardrail_api"), _JSON),
    **dict.fromkeys((f"/v1/mask/file?name=a.{end}" for end in ("json", "csv", "eml", "xml", "zip")), _BINARY),
    "/v1/stream": "application/x-ndjson",
    "/v1/stream?recall=0.9": "text/plain",
}
_OTHERS = (
    *("/v1/adapters", "/v1/adapters/x", "/v1/policies", "/supportedentities", "/recognizers", "/health", "/metrics"),
    *("/", "/v1/../etc/passwd", "/%00", "/v1/mask/"),
)
_KINDS = (
    *(_JSON, _BINARY, "text/plain", "application/x-ndjson", "application/zip", "multipart/form-data; boundary=x"),
    *("application/json; charset=utf-16", "", "a/b/c"),
)
_METHODS = ("POST", "GET", "PUT", "DELETE", "PATCH", "HEAD")
_BODIES: tuple[dict[str, Any], ...] = (
    {"text": CANARY},
    {"text": [CANARY, ""], "adapter": "first", "recall": 0.9, "also": ["X"], "policy": "default"},
    {"text": CANARY, "operators": {"DEFAULT": {"name": "mask", "chars_to_mask": 3}}},
    {"text": CANARY, "document": CANARY, "vault": True},
    {"text": CANARY, "language": "en", "entities": ["PERSON"], "score_threshold": 0.5, "allow_list": [CANARY]},
    {
        "text": CANARY,
        "language": "en",
        "ad_hoc_recognizers": [{"supported_entity": "Z", "patterns": [{"name": "z", "regex": "[a-z]+", "score": 0.5}]}],
    },
    {
        "text": CANARY,
        "anonymizers": {"DEFAULT": {"type": "replace", "new_value": "v"}},
        "analyzer_results": [{"start": 0, "end": 5, "score": 0.9, "entity_type": "PERSON"}],
    },
    {"text": CANARY, "deanonymizers": {"DEFAULT": {"type": "decrypt", "key": "k" * 16}}, "anonymizer_results": []},
    {"input_type": "request", "texts": [CANARY], "litellm_call_id": "c"},
    {"messages": [{"role": "user", "content": CANARY}]},
)
_VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**30, 1e308, "", CANARY, [], {}, [[]], {CANARY: CANARY}, [CANARY] * 3, "\ud800", "\x00"),
    *(float("nan"), "(" * 50, "(a+)+$", {"name": CANARY}, {"type": CANARY}, [{"start": -5, "end": 2}]),
)


@dataclass
class Told:
    """What became of the requests."""

    asked: int = 0
    refused: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def fuzz(url: str, count: int, seed: int) -> Told:
    """Send `count` malformed requests to the server at `url`."""
    chance, told = random.Random(seed), Told()
    with httpx.Client(base_url=url, timeout=600) as client:
        for number in range(count):
            path, body = chance.choice([*_POSTED] if chance.random() < 0.9 else _OTHERS), _body(chance)
            method = "POST" if chance.random() < 0.9 else chance.choice(_METHODS)
            kind = _POSTED.get(path) if chance.random() < 0.9 else None
            headers = {
                "Content-Type": kind or chance.choice(_KINDS),
                "X-Request-ID": CANARY,
                "Accept": chance.choice(("*/*", CANARY)),
            }
            try:
                answer = client.request(method, path, content=body, headers=headers)
            except httpx.RemoteProtocolError:
                told.faults.append(f"{number}: {method} {path}: no answer")
                continue
            told.asked += 1
            told.statuses[answer.status_code] += 1
            told.refused += answer.status_code >= 400
            # Presidio's own answers to a wrong /analyze have this status, and messages that are known.
            presidios = path in {"/analyze", "/supportedentities", "/recognizers"} and "Internal" not in answer.text
            if answer.status_code >= 500 and answer.status_code != 503 and not presidios:
                told.faults.append(f"{number}: {method} {path}: {answer.status_code}")
            if answer.status_code >= 400 and CANARY.split()[1] in answer.text:
                told.faults.append(f"{number}: {method} {path}: a value in {answer.status_code}")
    return told


def _body(chance: random.Random) -> bytes:
    value = _broken(chance, json.loads(json.dumps(chance.choice(_BODIES))))
    data = json.dumps(value).encode("utf-8", "surrogatepass")
    match chance.randrange(6):
        case 0:  # bytes that are none of JSON
            place = chance.randrange(len(data) + 1)
            return data[:place] + chance.randbytes(chance.randrange(1, 6)) + data[place:]
        case 1:
            return data[: chance.randrange(len(data) + 1)]
        case 2 if chance.random() < 0.2:
            return b"[" * chance.randrange(1, 5000)
        case _:
            return data


def _broken(chance: random.Random, value: Any) -> Any:
    """`value` with something in it changed, at random."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(list(value))
        match chance.randrange(4):
            case 0:
                del value[key]
            case 1:
                value[CANARY] = chance.choice(_VALUES)
            case _:
                value[key] = _broken(chance, value[key])
        return value
    if isinstance(value, list) and value and chance.random() < 0.7:
        value[chance.randrange(len(value))] = _broken(chance, value[0])
        return value
    return chance.choice(_VALUES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("url")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    told = fuzz(given.url, given.count, given.seed)
    print(f"{told.asked} requests, {told.refused} refused, by status {dict(sorted(told.statuses.items()))}")
    for fault in told.faults[:50]:
        print(fault)
    sys.exit(bool(told.faults))


if __name__ == "__main__":
    main()
