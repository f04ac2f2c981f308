"""Jobs: what this server does, has to do and has done."""

import streamlit as st

from pages.ui.job_list import job_list

st.title("Jobs")
job_list()
