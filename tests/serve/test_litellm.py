"""LiteLLM's proxy as it is, with its Presidio guardrail at our address, streaming and not.

It runs where LiteLLM is: in this environment, or in another whose `litellm` program LOREDACT_LITELLM names.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.serve.conftest import Running
from tests.serve.upstream import Upstream

NAMES = ("Ada Lovelace", "Paul Erdős", "Emmy Noether", "José Álvarez")
PHONES = ("020 7946 0958", "+49 30 23125 123", "212-555-0187")
PROMPT = "Please write to {name} and call {phone} about the meeting."
START_SECONDS = 900
MASTER_KEY = f"sk-{secrets.token_hex(32)}"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    made = Upstream()
    yield made
    made.stop()


@pytest.fixture(scope="module", params=["presidio", "generic_guardrail_api"])
def litellm(
    request: pytest.FixtureRequest,
    upstream: Upstream,
    shipped_server: Running,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    program = os.environ.get("LOREDACT_LITELLM") or shutil.which("litellm")
    if program is None:
        pytest.skip("LiteLLM is not there: name its program in LOREDACT_LITELLM")
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
    command = [program, "--config", str(folder / "config.yaml"), "--port", str(port), "--host", "127.0.0.1"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["LITELLM_MASTER_KEY"] = MASTER_KEY
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process, folder / "log")
        yield address
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


def _ask(address: str, prompt: str, *, stream: bool) -> str:
    body = {"model": "echo", "messages": [{"role": "user", "content": prompt}], "stream": stream}
    headers = {"Authorization": f"Bearer {MASTER_KEY}"}
    if not stream:
        answer = httpx.post(f"{address}/v1/chat/completions", json=body, headers=headers, timeout=120)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["choices"][0]["message"]["content"])
    said = ""
    with httpx.stream("POST", f"{address}/v1/chat/completions", json=body, headers=headers, timeout=120) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: {"):
                said += json.loads(line[6:])["choices"][0]["delta"].get("content") or ""
    return said


@pytest.mark.parametrize("stream", [False, True])
def test_upstream_sees_no_value_and_the_caller_gets_each_back(litellm: str, upstream: Upstream, stream: bool) -> None:
    for name in NAMES:
        for phone in PHONES:
            prompt = PROMPT.format(name=name, phone=phone)
            assert _ask(litellm, prompt, stream=stream) == f"You said: {prompt}"
            for value in (name, json.dumps(name)[1:-1], phone):
                assert value not in upstream.seen[-1]
