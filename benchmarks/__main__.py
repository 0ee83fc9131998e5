"""Runs every benchmark, or those named: `python -m benchmarks bundled_study`."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

import benchmarks

names = sys.argv[1:] or sorted(module.name for module in iter_modules(benchmarks.__path__) if module.name[0] != "_")
failed = []
for name in names:
    print(f"== {name}")
    if import_module(f"benchmarks.{name}").main():
        failed.append(name)
print(f"missed: {', '.join(failed)}" if failed else "all bounds met")
sys.exit(bool(failed))
