"""PyTorch without what masking does not need: the rest is read when it is asked for."""

import subprocess
import sys

from loredact import Masker

CODE = """
from loredact.lean_torch import import_lean_torch, import_whole_torch
import_lean_torch()
import sys, torch
later = [name for name in ("torch._meta_registrations", "torch.export") if type(sys.modules[name]).__name__ == "_Later"]
assert len(later) == 2, later
with torch.inference_mode():
    torch.nn.functional.linear(torch.randn(2, 3), torch.randn(4, 3))
assert callable(torch.export.export)
import_whole_torch()
assert {type(sys.modules[name]).__name__ for name in later} == {"module"}
assert hasattr(torch._meta_registrations, "meta_mm")
"""


def test_lean_import_puts_off_what_masking_does_not_need_and_has_it_when_asked() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_masking_a_text_reads_nothing_that_was_put_off() -> None:
    code = (
        "import sys, loredact.cli.app as a\n"
        "sys.argv = ['loredact', 'mask', '--adapter', 'fast']\n"
        "try:\n    a.app()\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "waiting = {n for n, m in sys.modules.items() if type(m).__name__ == '_Later'}\n"
        "assert waiting == {'torch._meta_registrations', 'torch.export'}, waiting\n"
        "assert 'transformers' not in sys.modules\n"
    )
    text = "Ring Thabo Lindqvist on +44 1947 555 0134."
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input=text, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == Masker.load("fast").mask(text).text
    assert "Lindqvist" not in done.stdout


def test_kernels_are_checked_by_a_process_that_began_with_the_lean_import() -> None:
    """As on the first run of all: it compiles the kernels, and holds each against PyTorch's random input."""
    code = (
        "from loredact.lean_torch import import_lean_torch\n"
        "import_lean_torch()\n"
        "from loredact.kernels import call, this_processor\n"
        "from loredact.kernels.build import library\n"
        "from loredact.kernels.check import disagreeing_kernels\n"
        "print(disagreeing_kernels(call.choose(this_processor(), library())))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "()"
