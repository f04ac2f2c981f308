"""seqsel in the browser: the router. Start it with `make app`."""

from pathlib import Path

import streamlit as st

from pages.ui import access
from pages.ui.touch_up import touch_up
from pages.ui.unseen import unseen
from pages.ui.work_indicator.indicator import work_indicator

st.set_page_config(
    page_title="seqsel",
    page_icon=str(Path(__file__).parent / "pages/ui/icon.svg"),
    layout="wide",
    initial_sidebar_state=340,
)
access.gate()

# The scripts lie one folder down: Streamlit runs scripts directly in pages/ without this file.
page = st.navigation(
    [
        st.Page("pages/data/videos.py", title="Data", icon=":material/video_library:"),
        st.Page("pages/explore/explore.py", title="Explore", icon=":material/scatter_plot:"),
        st.Page("pages/output/output.py", title="Output", icon=":material/folder_zip:"),
        st.Page("pages/jobs/jobs.py", title="Jobs", icon=":material/checklist:"),
        *access.account_pages(),
    ],
    position="top",
)
with unseen():
    touch_up()
    work_indicator()
page.run()
