"""``python -m bench [NAME...]``: run the benchmarks and print their numbers; all by default."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench


def main() -> None:
    known = [
        each.name for each in pkgutil.iter_modules(bench.__path__) if not each.name.startswith("_")
    ]
    for name in sys.argv[1:] or known:
        if name not in known:
            sys.exit(f"unknown benchmark {name}; there are {', '.join(known)}")
        module = importlib.import_module(f"bench.{name}")
        print(f"== {name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
        module.main()


if __name__ == "__main__":
    main()
