"""Runs every benchmark, or those named: `python -m benchmarks bundled_study`."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

import benchmarks

#: Options such as --cohorts=20 are for the benchmarks to read.
named = [word for word in sys.argv[1:] if not word.startswith("--")]
names = named or sorted(module.name for module in iter_modules(benchmarks.__path__) if module.name[0] != "_")
failed = []
for name in names:
    print(f"== {name}")
    if import_module(f"benchmarks.{name}").main():
        failed.append(name)
print(f"missed: {', '.join(failed)}" if failed else "all bounds met")
sys.exit(bool(failed))
