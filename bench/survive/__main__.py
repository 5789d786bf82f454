"""``python -m bench.survive``: see the package."""

import sys

from bench.survive import main

main(sys.argv[1:])
