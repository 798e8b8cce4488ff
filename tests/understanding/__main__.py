"""``python -m tests.understanding``: see :mod:`tests.understanding.run`."""

import sys

from tests.understanding.run import main

sys.exit(main(sys.argv[1:]))
