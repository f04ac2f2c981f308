"""One run of one implementation of greedy k-center, in a process of its own.

    python benchmarks/_kcenter_peers.py NAME POINTS.npy COUNT ORDER.npy

Writes the picks to ORDER.npy and prints seconds and peak memory as JSON; or why there is none.
`benchmarks/kcenter.py` calls it, possibly with another Python that has the peers installed.
"""

from __future__ import annotations

import json
import sys
import time
import types
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[1]))

Points = npt.NDArray[np.float32]
Select = Callable[[Points, int], Any]


def ours() -> Select:
    """Greedy k-center of this project, from the first point like most others."""
    from seqsel_core.select.kcenter import KCenter

    def select(points: Points, count: int) -> list[int]:
        greedy = KCenter(points, np.ones(len(points), np.bool_), start="first")
        greedy.extend(count)
        return greedy.order

    return select


def plain() -> Select:
    """Six lines of NumPy: one product of all points with each centre."""

    def select(points: Points, count: int) -> list[int]:
        squares = np.einsum("sd,sd->s", points, points)
        nearest = np.full(len(points), np.inf, np.float32)
        order = [0]
        while True:
            away = squares + squares[order[-1]] - 2 * (points @ points[order[-1]])
            np.minimum(nearest, away, out=nearest)
            nearest[order[-1]] = -1
            if len(order) == count:
                return order
            order.append(int(nearest.argmax()))

    return select


def lightly_mundig() -> Select:
    """Selection core of the reference system (Rust)."""
    mundig = import_module("lightly_mundig")

    def select(points: Points, count: int) -> Any:
        selection = mundig.Selection()
        selection.add_diversifying_strategy(points, 1.0)
        return selection.run_selection([], len(points), count)

    return select


def anomalib() -> Select:
    """Sampler of PatchCore: starts at random, measures in a random projection (torch)."""
    found = find_spec("anomalib")
    if found is None or found.origin is None:
        raise ImportError("no module named anomalib")
    # Its packages import every network that it has, which takes a minute. Empty ones in their
    # place let the files that matter load alone.
    for name in ("anomalib.models", "anomalib.models.components"):
        package = types.ModuleType(name)
        package.__path__ = [str(Path(found.origin).parent.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package
    import torch

    sampling = import_module("anomalib.models.components.sampling")

    def select(points: Points, count: int) -> Any:
        torch.manual_seed(0)
        sampler = sampling.KCenterGreedy(torch.from_numpy(points), (count + 0.5) / len(points))
        return sampler.select_coreset_idxs()

    return select


def k_center() -> Select:
    """Package k-center (Rust, all cores)."""
    package = import_module("k_center")

    def select(points: Points, count: int) -> Any:
        return package.KCenter(n_clusters=count, random_state=None).fit(points).center_indices_

    return select


def skmatter() -> Select:
    """Farthest point sampling of scikit-matter (NumPy)."""
    package = import_module("skmatter.sample_selection")

    def select(points: Points, count: int) -> Any:
        return package.FPS(initialize=0, n_to_select=count).fit(points).selected_idx_

    return select


def diversipy() -> Select:
    """Greedy maximin selection of diversipy (NumPy); the first centre is given to it."""
    subset = import_module("diversipy.subset")

    def select(points: Points, count: int) -> Any:
        picks: list[int] = []

        def note(indices: list[int], distances: Any) -> None:
            picks[:] = indices

        subset.select_greedy_maximin(points, count, existing_points=points[:1], callback=note)
        return [0, *picks]

    return select


def fpsample() -> Select:
    """Farthest point sampling of fpsample, the way for any number of dimensions (Rust)."""
    package = import_module("fpsample")

    def select(points: Points, count: int) -> Any:
        return package.fps_sampling(points, count, start_idx=0)

    return select


def qc_selector() -> Select:
    """MaxMin of qc-selector (NumPy), on the matrix of all distances."""
    from sklearn.metrics import pairwise_distances

    methods = import_module("selector.methods")

    def select(points: Points, count: int) -> Any:
        sampler = methods.MaxMin(fun_dist=pairwise_distances, ref_index=0)
        return sampler.select(points, size=count)

    return select


PEERS: dict[str, Callable[[], Select]] = {
    "ours": ours,
    "plain NumPy loop": plain,
    "lightly-mundig": lightly_mundig,
    "anomalib": anomalib,
    "k-center": k_center,
    "scikit-matter": skmatter,
    "diversipy": diversipy,
    "fpsample": fpsample,
    "qc-selector": qc_selector,
}


def main() -> None:
    """Run one, as the command line says."""
    name, source, count, target = sys.argv[1:]
    points: Points = np.load(source)
    try:
        select = PEERS[name]()
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
        return
    select(points[:2000], 20)  # threads and caches of a library are there from now on
    before = _peak_megabytes(anew=True)
    began = time.perf_counter()
    order = select(points, int(count))
    seconds = time.perf_counter() - began
    megabytes = _peak_megabytes() - before
    np.save(target, np.asarray(order, np.int64))
    print(json.dumps({"seconds": seconds, "megabytes": megabytes}))


def _peak_megabytes(*, anew: bool = False) -> float:
    """Return the peak memory of this process so far; `anew`: let it begin with what is now."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    if anew:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    line = next(line for line in status.read_text("ascii").splitlines() if "VmHWM" in line)
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
