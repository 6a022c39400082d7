"""LiteLLM's proxy as it is, with its Presidio guardrail at our address, streaming and not.

It runs where LiteLLM is, in another environment whose `litellm` program LOREDACT_LITELLM names: `make litellm`. The
prompts are sentences of the synthetic corpus.
"""

import json
import os
import re
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from serving_load import sentences

from tests.serve.conftest import Running
from tests.serve.upstream import Upstream

PROMPTS = 500
AT_ONCE = 4
START_SECONDS = 900
MASTER_KEY = f"sk-{secrets.token_hex(32)}"


@pytest.fixture(scope="module", params=["presidio", "generic_guardrail_api"])
def litellm(
    request: pytest.FixtureRequest,
    upstream: Upstream,
    shipped_server: Running,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    program = os.environ.get("LOREDACT_LITELLM")
    if program is None:
        pytest.skip("LiteLLM is not there: make litellm")
    folder = tmp_path_factory.mktemp("litellm")
    if request.param == "presidio":
        guardrail: dict[str, Any] = {
            "presidio_analyzer_api_base": shipped_server.url,
            "presidio_anonymizer_api_base": shipped_server.url,
            "output_parse_pii": True,
            "presidio_filter_scope": "input",  # without it LiteLLM masks the answer too, once it is put back
            "mode": "pre_call",
        }
    else:
        guardrail = {
            "api_base": shipped_server.url,
            "mode": ["pre_call", "post_call"],
            "streaming_transform_mode": "incremental_diff",
        }
    config = {
        "model_list": [
            {"model_name": "echo", "litellm_params": {"model": "openai/echo", "api_base": upstream.url, "api_key": "k"}}
        ],
        "guardrails": [
            {
                "guardrail_name": "loredact",
                "litellm_params": {"guardrail": request.param, "default_on": True, **guardrail},
            }
        ],
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = ["--host", "127.0.0.1", "--port", str(port)]
    command = [str(Path(program).absolute()), "--config", str(folder / "config.yaml"), *address]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["LITELLM_MASTER_KEY"] = MASTER_KEY
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process, folder / "log")
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{address}/health/liveliness", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    raise AssertionError(f"LiteLLM did not start: {log.read_text()[-3000:]}")


def _ask(address: str, number: int, prompt: str, *, stream: bool) -> str:
    body = {
        "model": "echo",
        "messages": [{"role": "user", "content": prompt}],
        "stream": stream,
        "seed": number,  # handed on to the upstream as it is
    }
    headers = {"Authorization": f"Bearer {MASTER_KEY}"}
    if not stream:
        answer = httpx.post(f"{address}/v1/chat/completions", json=body, headers=headers, timeout=120)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["choices"][0]["message"]["content"])
    said = ""
    with httpx.stream("POST", f"{address}/v1/chat/completions", json=body, headers=headers, timeout=120) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: {"):
                event = json.loads(line[6:])
                assert "choices" in event, line
                said += event["choices"][0]["delta"].get("content") or ""
    return said


def _without_what_is_found(server: Running, prompt: str) -> re.Pattern[str]:
    """What a prompt must have become: the text between the spans that are found in it, with something in their place.

    Presidio's anonymizer makes one of spans of one kind that white space alone keeps apart.
    """
    found = server.client().post("/analyze", json={"text": prompt, "language": "en"}).json()
    pattern, end = "", 0
    for span in sorted(found, key=lambda span: span["start"]):
        between = prompt[end : span["start"]]
        pattern += (re.escape(between) if between.strip() else r"\s*") + "(.*?)"
        end = span["end"]
    return re.compile(pattern + re.escape(prompt[end:]), re.DOTALL)


@pytest.mark.parametrize("stream", [False, True])
def test_upstream_sees_nothing_that_is_found_and_the_caller_gets_it_back(
    litellm: str, shipped_server: Running, upstream: Upstream, stream: bool
) -> None:
    prompts = [f"About this: {text}" for text in sentences(PROMPTS)[0]]
    assert len(prompts) == PROMPTS
    upstream.seen.clear()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda number: _ask(litellm, number, prompts[number], stream=stream), range(PROMPTS)))
    assert answers == [f"You said: {prompt}" for prompt in prompts]
    handed = {body["seed"]: body["messages"][-1]["content"] for body in map(json.loads, upstream.seen)}
    masked = 0
    for number, prompt in enumerate(prompts):
        expected = _without_what_is_found(shipped_server, prompt)
        became = expected.fullmatch(handed[number])
        assert became is not None
        values = [match for match in expected.fullmatch(prompt).groups() if match]  # type: ignore[union-attr]
        assert not set(values) & set(became.groups())
        masked += len(values)
    assert masked > PROMPTS / 2
