"""Start the app: `python -m pages.ui.serve`, with Streamlit's own options after it.

Does what `streamlit run app.py` does, but for two things. Streamlit takes a folder called
`pages` for its old kind of pages until app.py has run once, and greets the first visitor of a
new server who comes by a link to a page with "Page not found": here it is told beforehand. And
the app is not opened to other machines by oversight, see `doors.py`.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from streamlit.web.cli import main

from pages.ui._compat import load_settings
from pages.ui.doors import refusal
from seqsel_core.jobs.start import keep_workers
from seqsel_core.store.location import default_data_dir

_SERVER = Path(__file__).parents[2] / "server.py"


def serve(options: list[str]) -> None:
    """Serve the app until it is stopped.

    Args:
        options: For example `--server.port=9000`; see `streamlit run --help`.

    Raises:
        SystemExit: It is not to be opened so wide (status 2), or an option is wrong.
    """
    load_settings(_SERVER, options)
    if reason := refusal():
        print(reason, file=sys.stderr)
        raise SystemExit(2)
    keep_workers(default_data_dir())
    # The server lets the signals that stop it go on to whom they went before.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    sys.argv = ["streamlit", "run", str(_SERVER), *options]
    main(prog_name="streamlit")


if __name__ == "__main__":
    serve(sys.argv[1:])
