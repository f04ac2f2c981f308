"""Greedy k-center beside every other implementation that can be installed.

    python benchmarks/kcenter.py                  about three minutes on two cores
    python benchmarks/kcenter.py --full           every size and data: hours
    python benchmarks/kcenter.py --python PATH    peers of another virtual environment, see
                                                  benchmarks/kcenter_peers.txt

Promise: 100,000 × 512 → 1,000 at least 20 × faster than lightly-mundig, no slower than any
other at any size, and a covering radius that is equal or better. Each runs in a process of its
own; memory is its peak above the points. 'Agreement' is the share of our picks that it picks
too. Real embeddings come from what seqsel has stored on this computer (or --store FOLDER).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from _kcenter_peers import PEERS

sys.path.insert(0, str(Path(__file__).parents[1]))

from seqsel_core.store.location import default_data_dir

Points = npt.NDArray[np.float32]
WORKER = Path(__file__).parent / "_kcenter_peers.py"
GOAL = 20

# kind, points, dimensions, picks, implementations (None: all)
FEW = ("ours", "plain NumPy loop", "lightly-mundig")
DEFAULT = [
    ("Gaussian", 10_000, 512, 100, None),
    ("clustered", 10_000, 512, 1_000, FEW),
    ("video-like", 10_000, 512, 1_000, FEW),
    ("real", 10_000, 512, 1_000, FEW),
    ("Gaussian", 100_000, 512, 1_000, FEW),
]
FULL = [
    # What is slower than ours on the small cases is not waited for on the large ones.
    (kind, size, dimensions, count, None if size * count <= 10_000_000 else FEW)
    for size in (10_000, 100_000)
    for dimensions in (512, 1280)
    for count in (100, 1_000, 5_000)
    for kind in ("Gaussian", "clustered", "video-like", "real")
    if kind != "real" or dimensions == 1280  # of real ones there is one encoder's
]


def main() -> None:
    """Run every case, and print a table."""
    options = _options()
    print(
        f"{'data':<11}{'points':>16}{'picks':>7}  {'implementation':<18}{'seconds':>9}"
        f"{'× ours':>8}{'memory':>10}{'radius':>9}{'agreement':>11}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for kind, size, dimensions, count, names in FULL if options.full else DEFAULT:
            points = make(kind, size, dimensions, options.store)
            if points is None:
                print(f"{kind:<11}  nothing stored: embed videos with seqsel, or give --store")
                continue
            _case(kind, points, min(count, len(points) // 2), names, Path(folder), options)


def make(kind: str, size: int, dimensions: int, store: Path) -> Points | None:
    """Return unit vectors of one kind, shape (size, dimensions); of real ones what there is."""
    random = np.random.default_rng(0)
    if kind == "real":
        return _stored(store, size)
    points = random.standard_normal((size, dimensions), dtype=np.float32)
    if kind == "clustered":  # few large clusters and many small ones
        weights = random.pareto(1.0, 300) + 0.05
        centres = random.standard_normal((300, dimensions), dtype=np.float32)
        points *= np.float32(0.3)
        points += centres[random.choice(300, size, p=weights / weights.sum())]
    if kind == "video-like":  # random walks of a thousand steps, each from a place of its own
        points *= np.float32(0.05)
        for at in range(0, size, 1000):
            points[at] *= np.float32(20)
            np.cumsum(points[at : at + 1000], axis=0, out=points[at : at + 1000])
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points


def _stored(store: Path, size: int) -> Points | None:
    """Return stored embeddings of frames, at most `size`, evenly spread; one encoder's."""
    parts: dict[int, list[npt.NDArray[np.float16]]] = {}
    for manifest in sorted(store.glob("shards/*/*/manifest.json")):
        dimensions = json.loads(manifest.read_text("utf-8"))["dimensions"]
        flat = np.fromfile(manifest.parent / "embeddings.f16", "<f2")
        if dimensions and len(flat):
            parts.setdefault(dimensions, []).append(flat.reshape(-1, dimensions))
    if not parts:
        return None
    frames = np.concatenate(max(parts.values(), key=lambda part: sum(map(len, part))))
    chosen = np.unique(np.linspace(0, len(frames) - 1, size).astype(np.int64))
    points = frames[chosen].astype(np.float32)
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def _case(
    kind: str,
    points: Points,
    count: int,
    names: tuple[str, ...] | None,
    folder: Path,
    options: argparse.Namespace,
) -> None:
    np.save(folder / "points.npy", points)
    ours: npt.NDArray[np.int64] | None = None
    seconds = float("nan")
    for name in names or tuple(PEERS):
        if name == "qc-selector" and len(points) > 10_000:
            continue  # it needs all distances at once: 80 GB
        label = f"{kind:<11}{f'{len(points):,} × {points.shape[1]}':>16}{count:>7,}  {name:<18}"
        python = sys.executable if name == "ours" else options.python
        result = _run(python, name, folder, count, options.limit)
        if "seconds" not in result:
            print(f"{label}{result['problem']:>9}", flush=True)
            continue
        order = np.load(folder / "order.npy")
        if ours is None:
            ours, seconds = order, result["seconds"]
        assert ours is not None
        agreement = len(np.intersect1d(ours, order)) / len(ours)
        print(
            f"{label}{result['seconds']:>9.2f}{result['seconds'] / seconds:>8.1f}"
            f"{result['megabytes']:>7.0f} MB{_radius(points, order):>9.4f}{agreement:>11.1%}",
            flush=True,
        )
        if name == "lightly-mundig" and len(points) == 100_000 and count == 1_000:
            reached = result["seconds"] / seconds
            print(f"{'':<11}goal: {GOAL} × lightly-mundig; reached: {reached:.1f} ×")


def _run(python: str, name: str, folder: Path, count: int, limit: float) -> dict[str, object]:
    """Run one implementation in a process of its own."""
    places = [str(folder / "points.npy"), str(count), str(folder / "order.npy")]
    try:
        done = subprocess.run(
            [python, str(WORKER), name, *places],
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"problem": f"more than {limit:.0f} s"}
    if done.returncode:
        return {"problem": f"failed: {(done.stderr.strip().splitlines() or ['?'])[-1][:60]}"}
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return {"problem": "not installed"} if "missing" in result else result


def _radius(points: Points, order: npt.NDArray[np.int64]) -> float:
    """Return the covering radius, in float64 where it is largest."""
    nearest = np.empty(len(points), np.float32)
    centres = points[order]
    for at in range(0, len(points), 4096):
        nearest[at : at + 4096] = (points[at : at + 4096] @ centres.T).max(axis=1)
    far = points[np.argsort(nearest)[:20]].astype(np.float64)
    return max(float(np.linalg.norm(centres - point, axis=1).min()) for point in far)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="every size and data")
    parser.add_argument("--python", default=sys.executable, help="Python with the peers")
    parser.add_argument("--store", type=Path, default=default_data_dir(), help="data of seqsel")
    parser.add_argument("--limit", type=float, help="seconds that one run may take")
    options = parser.parse_args()
    options.limit = options.limit or (3600.0 if options.full else 90.0)
    return options


if __name__ == "__main__":
    main()
