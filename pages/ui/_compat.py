"""What the pages need of Streamlit that has no public name yet; all of it is here."""

from __future__ import annotations

from streamlit.runtime.scriptrunner import get_script_run_ctx


def went_back_or_forward() -> bool:
    """Return whether this run was begun by the browser's Back or Forward button.

    The URL alone does not tell: a run that a slider begins can still carry the URL of before.
    """
    return bool(getattr(get_script_run_ctx(), "is_history_navigation", False))
