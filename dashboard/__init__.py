"""Everything a person meets: screen, command line, words and pictures."""

import os

# Before numpy is loaded: our matrices are small, and waiting threads cost a brief a quarter of its processor time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
