"""Import PyTorch without those of its parts that nothing here needs to mask a text, which take two fifths of its time.

They are Python's descriptions of its operators for tensors without content, and the exporter. Each is put off until
something of it is asked for.
"""

import sys
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_LATER = frozenset({"torch._meta_registrations", "torch.export"})


def import_lean_torch() -> None:
    """Import PyTorch, if it has not been, but for what can wait."""
    if "torch" not in sys.modules:
        finder = _Finder()
        sys.meta_path.insert(0, finder)
        try:
            import torch  # noqa: F401
        finally:
            sys.meta_path.remove(finder)


def import_whole_torch() -> None:
    """Import what has waited, for what may work with tensors without content, as Transformers does."""
    for name in _LATER:
        module = sys.modules.get(name)
        if isinstance(module, _Later):
            module.load()


class _Later(ModuleType):
    """A module that is read when something of it is asked for."""

    def load(self) -> None:
        assert self.__spec__ is not None
        assert isinstance(self.__spec__.loader, _Loader)
        self.__class__ = ModuleType  # type: ignore[assignment]
        self.__spec__.loader.real.exec_module(self)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        self.load()
        return getattr(self, name)


class _Loader(Loader):
    def __init__(self, real: Loader) -> None:
        self.real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Later(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Later."""


class _Finder:
    """Finds what can wait, where the installed PyTorch has it."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name not in _LATER:
            return None
        spec = PathFinder.find_spec(name, path, target)  # type: ignore[arg-type]
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec
