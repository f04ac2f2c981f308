"""The PCA map with a third axis, where it is stored."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.ui.session import data_dir
from seqsel_core.dataset import Dataset
from seqsel_core.project.map_set import SOLID, MapSet, stored_maps


def with_solid(dataset: Dataset, maps: MapSet) -> MapSet | None:
    """Return the maps with the one of three axes, shape (M, 3); None: it is not drawn yet."""
    sizes = tuple(len(video.frames) for video in dataset.videos)
    found = _stored(str(data_dir()), dataset.key, sizes)
    if SOLID not in found.coordinates:
        _stored.clear(str(data_dir()), dataset.key, sizes)
        return None
    return replace(maps, coordinates={**maps.coordinates, **found.coordinates})


@st.cache_resource(max_entries=4, show_spinner=False)
def _stored(directory: str, key: str, sizes: tuple[int, ...]) -> MapSet:
    return stored_maps(sizes, (SOLID,), data_dir(), key)
