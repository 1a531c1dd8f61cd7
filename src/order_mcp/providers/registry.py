"""The registry: a module in this folder that names a `PROVIDER` is registered."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from .base import Provider

AnyProvider = Provider[Any]


def _discover() -> dict[str, type[AnyProvider]]:
    modules = [import_module(f"{__package__}.{found.name}") for found in iter_modules([str(Path(__file__).parent)])]
    return {module.PROVIDER.name: module.PROVIDER for module in modules if hasattr(module, "PROVIDER")}


PROVIDERS: dict[str, type[AnyProvider]] = _discover()
"""Every provider by name, in the order of the file names."""
