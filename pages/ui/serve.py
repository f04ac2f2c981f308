"""Start the app: `python -m pages.ui.serve`, with Streamlit's own options after it.

Does what `streamlit run app.py` does, but for one thing: Streamlit takes a folder called
`pages` for its old kind of pages until app.py has run once, and greets the first visitor of a
new server who comes by a link to a page with "Page not found". Here it is told beforehand.
"""

from __future__ import annotations

import sys
from pathlib import Path

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.cli import main

_APP = Path(__file__).parents[2] / "app.py"


def serve(options: list[str]) -> None:
    """Serve the app until it is stopped.

    Args:
        options: For example `--server.port=9000`; see `streamlit run --help`.
    """
    PagesManager.uses_pages_directory = False
    sys.argv = ["streamlit", "run", str(_APP), *options]
    main(prog_name="streamlit")


if __name__ == "__main__":
    serve(sys.argv[1:])
