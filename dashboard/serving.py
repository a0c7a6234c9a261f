"""Start the app on this machine."""

import os
import sys
from pathlib import Path

from dashboard import roles
from data import release

ROOT = Path(__file__).parent.parent
VARIABLE = "CONTRAFLOW_STORE"
SAMPLE_STORE = ROOT / "store" / "sample"  # what `make run` builds
HOST = "127.0.0.1"


def serve(store: Path | None, port: int) -> None:
    """Serve the app on the loopback address until it is stopped.

    Args:
        store: The store to read; None for the environment's, or the sample's.
        port: Of 127.0.0.1.

    Raises:
        RoleError: it is not known for whom.
        StoreError: the store holds no release.
    """
    roles.is_official()
    chosen = store or Path(os.environ.get(VARIABLE) or SAMPLE_STORE)
    release.current(chosen)
    os.environ[VARIABLE] = str(chosen.resolve())
    os.chdir(ROOT)
    sys.stdout.write(f"Contraflow is served on http://{HOST}:{port} (stop it with Ctrl+C)\n")
    sys.stdout.flush()
    from dashboard.pages import server  # loads Streamlit, which no other command needs

    server.run(port)
