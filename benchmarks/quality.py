"""How good every strategy is, judged by another encoder and by labels.

    python benchmarks/quality.py --embeddings DIR --judge efficientnet-lite2
    python benchmarks/quality.py --embeddings DIR --judge torchvision:mobilenet_v2 \
        --judge-weights mobilenet_v2-b0353104.pth

The 59 videos of the folder of real data are cut into sequences of ten frames. Every strategy
selects by efficientnet-lite0; how far every sequence is from the nearest selected one is
measured between representations of the other encoder. What DIR does not hold yet is
embedded first, which takes two cores a quarter of an hour.

Goal: one order whose covering radius is within 10 % of k-center's and whose mean distance is
within 5 % of facility location's, at every budget. Labels: gestures and scenes, each of one
video, so that an even share for every video is hard to beat; drives and classes of CamVid.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from seqsel_core.config import Config
from seqsel_core.dataset import Dataset
from seqsel_core.engine import embed
from seqsel_core.evaluate.coverage import distance_to_nearest, pairwise
from seqsel_core.evaluate.judge import Judge
from seqsel_core.progress import Terminal
from seqsel_core.select.greedy import Greedy
from seqsel_core.select.selection import order_of
from seqsel_core.select.service import Service
from seqsel_core.sequences import cut, pool

ROOT = Path(__file__).resolve().parents[1]
FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
RADIUS_GOAL, MEAN_GOAL = 0.10, 0.05
RANDOM = 100


@dataclass(frozen=True)
class Pool:
    """Sequences as two encoders see them.

    Attributes:
        own: Representations that select, shape (S, D).
        judge: Representations that judge, shape (S, E).
        videos: Video of each, shape (S,).
        names: Names of the videos.
        starts: First frame of each, shape (S,).
    """

    own: FloatArray
    judge: FloatArray
    videos: IntArray
    names: tuple[str, ...]
    starts: IntArray

    def part(self, prefix: str) -> Pool:
        """Return the sequences of the videos whose names begin like this."""
        kept = np.array([self.names[video].startswith(prefix) for video in self.videos])
        return Pool(
            self.own[kept], self.judge[kept], self.videos[kept], self.names, self.starts[kept]
        )


Strategy = Callable[[Pool, int], IntArray]


def main() -> None:
    """Embed what is missing, and print the tables."""
    options = _options()
    data = ROOT.parent / "shared" / "data"
    index = (data / "INDEX.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in index if "|" in line]
    dev = [row[1] for row in rows if len(row) > 2 and row[2] == "dev"]
    load = partial(_pool, options)
    videos = load("dev", data / "videos", 10, dev)
    print(
        f"{len(videos.own):,} sequences of 10 frames, {len(np.unique(videos.videos))} videos; "
        f"selected by {options.encoder}, judged by {options.judge}"
    )
    methods = ("coreset", "coreset-medoid", "representative", "balanced", "uniform")
    strategies: dict[str, Strategy] = {name: partial(_select, name) for name in methods}
    print("\nMeasures, by the judge")
    means = _measures(videos, strategies, options.budgets)
    print("\nTwo ends: radius against k-center's, mean against facility location's, by the judge")
    _two_ends(videos, options.budgets)
    default = options.default
    lost = [
        f"mean distance at {budget}: {means[default, budget]:.3f}, {other} {value:.3f}"
        for budget in options.budgets
        for other in ("uniform", "random")
        if means[default, budget] >= (value := means[other, budget])
    ]
    gestures = videos.part("intel-asl-gestures")
    lost += _labels("Gestures", gestures, gestures.videos, strategies, (10, 20, 40), default)
    davis = load("davis", data / "frames" / "davis", 10)
    lost += _labels("DAVIS scenes", davis, davis.videos, strategies, (3, 7, 14), default)
    camvid = load("camvid", data / "frames" / "camvid" / "train", 1)
    runs, classes = _camvid(data / "frames" / "camvid", camvid)
    lost += _labels("CamVid drives", camvid, runs, strategies, (3, 5, 10, 20), default)
    lost += _classes(camvid, classes, strategies, (3, 5, 10, 20), default)
    print(f"\nWhere '{default}' does not beat random and uniform:")
    print("\n".join(f"  {line}" for line in lost) or "  nowhere")


def _measures(
    sequences: Pool, strategies: dict[str, Strategy], budgets: Sequence[int]
) -> dict[tuple[str, int], float]:
    """Print what each strategy covers; return the mean distance by strategy and budget."""
    everything = np.ones(len(sequences.own), np.bool_)
    judge = Judge(sequences.judge, everything, sequences.videos, selections=RANDOM)
    means: dict[tuple[str, int], float] = {}
    print(
        f"  {'':>5} {'':<16}{'max':>7}{'p95':>7}{'mean':>7}{'closest':>9}{'p10':>7}"
        f"{'videos':>8}{'spread':>8}{'random needed (95 %)':>24}{'to reach max':>14}"
    )
    for budget in budgets:
        for name, strategy in strategies.items():
            verdict = judge.verdict(strategy(sequences, budget))
            found, needed = verdict.selection, verdict.versus["mean"].random_needed
            worst = verdict.versus["radius"].random_needed.median
            means[name, budget] = found.mean
            several = f"{needed.median:.0f} ({needed.low:.0f} to {needed.high:.0f})"
            print(
                f"  {budget:>5} {name:<16}{found.radius:>7.3f}{found.p95:>7.3f}{found.mean:>7.3f}"
                f"{found.closest:>9.3f}{found.p10_within:>7.3f}{found.videos:>8}"
                f"{found.spread:>8.2f}{several:>24}{worst:>14.0f}"
            )
        bands = [judge.randoms.band(name, budget) for name in ("radius", "p95", "mean")]
        means["random", budget] = bands[2].median
        print(
            f"  {budget:>5} {'random (median)':<16}"
            + "".join(f"{band.median:>7.3f}" for band in bands)
            + f"   95 % of {RANDOM}: mean {bands[2].low:.3f} to {bands[2].high:.3f}"
        )
    return means


def _two_ends(sequences: Pool, budgets: Sequence[int]) -> None:
    """Print how far each order is from the best on each end."""
    everything = np.ones(len(sequences.own), np.bool_)
    orders: dict[str, Greedy] = {"k-center": order_of(sequences.own, everything)}
    for power in (1, 3, 16):
        orders[f"sum of d^{power}"] = Service(sequences.own, everything, balance=0, power=power)
    for balance in (0.15, 0.25, 0.35, 0.5, 0.75, 1):
        orders[f"balance={balance}"] = Service(sequences.own, everything, balance=balance)
    found = {}
    for name, order in orders.items():
        order.extend(max(budgets))
        picks = np.array(order.order)
        for budget in budgets:
            away = _distances(sequences.judge, picks[:budget])
            found[name, budget] = float(away.max()), float(away.mean())
    print(f"  {'':<14}" + "".join(f"{budget:>16}" for budget in budgets) + "   within the goal")
    for name in orders:
        ends = [
            (
                found[name, budget][0] / found["k-center", budget][0] - 1,
                found[name, budget][1] / found["sum of d^1", budget][1] - 1,
            )
            for budget in budgets
        ]
        met = sum(radius <= RADIUS_GOAL and mean <= MEAN_GOAL for radius, mean in ends)
        cells = "".join(f"{radius:>+8.1%}{mean:>+8.1%}" for radius, mean in ends)
        print(f"  {name:<14}{cells}   {met} of {len(budgets)}")


def _labels(
    title: str,
    sequences: Pool,
    labels: IntArray,
    strategies: dict[str, Strategy],
    budgets: Sequence[int],
    default: str,
) -> list[str]:
    """Print labels reached and 1-NN accuracy; return where the default loses."""
    print(f"\n{title}: share of the {len(np.unique(labels))} labels reached / 1-NN accuracy")
    return _compare(
        title, sequences, partial(_label_scores, sequences, labels), strategies, budgets, default
    )


def _classes(
    sequences: Pool,
    classes: npt.NDArray[np.bool_],
    strategies: dict[str, Strategy],
    budgets: Sequence[int],
    default: str,
) -> list[str]:
    """Print classes reached and how well they are told; return where the default loses."""
    title = "CamVid classes"
    print(f"\n{title}: share of {classes.shape[1]} reached / right of all, from the nearest frame")
    return _compare(
        title, sequences, partial(_class_scores, sequences, classes), strategies, budgets, default
    )


def _compare(
    title: str,
    sequences: Pool,
    scores: Callable[[IntArray], tuple[float, float]],
    strategies: dict[str, Strategy],
    budgets: Sequence[int],
    default: str,
) -> list[str]:
    print(f"  {'':<16}" + "".join(f"{budget:>16}" for budget in budgets))
    found = {
        name: [scores(strategy(sequences, budget)) for budget in budgets]
        for name, strategy in strategies.items()
    }
    found["random"] = [_random_scores(len(sequences.own), budget, scores) for budget in budgets]
    for name, cells in found.items():
        print(f"  {name:<16}" + "".join(f"{a:>9.2f} / {b:.2f}" for a, b in cells))
    return [
        f"{title}, {what} at {budget}: {found[default][at][which]:.2f}, "
        f"{other} {found[other][at][which]:.2f}"
        for at, budget in enumerate(budgets)
        for which, what in enumerate(("reached", "accuracy"))
        for other in ("uniform", "random")
        if round(found[default][at][which], 2) < round(found[other][at][which], 2)
    ]


def _random_scores(
    total: int, budget: int, scores: Callable[[IntArray], tuple[float, float]]
) -> tuple[float, float]:
    generator = np.random.default_rng(0)
    each = [scores(generator.permutation(total)[:budget]) for _ in range(RANDOM)]
    reached, accuracy = np.mean(each, axis=0)
    return float(reached), float(accuracy)


def _label_scores(sequences: Pool, labels: IntArray, selected: IntArray) -> tuple[float, float]:
    reached = len(np.unique(labels[selected])) / len(np.unique(labels))
    nearest = selected[pairwise(sequences.judge, sequences.judge[selected]).argmin(axis=1)]
    others = np.setdiff1d(np.arange(len(labels)), selected)
    return reached, float((labels[nearest] == labels)[others].mean())


def _class_scores(
    sequences: Pool, classes: npt.NDArray[np.bool_], selected: IntArray
) -> tuple[float, float]:
    reached = classes[selected].any(axis=0).sum() / classes.any(axis=0).sum()
    nearest = selected[pairwise(sequences.judge, sequences.judge[selected]).argmin(axis=1)]
    others = np.setdiff1d(np.arange(len(classes)), selected)
    return float(reached), float((classes[nearest] == classes)[others].mean())


def _select(method: str, sequences: Pool, count: int) -> IntArray:
    everything = np.ones(len(sequences.own), np.bool_)
    order = order_of(sequences.own, everything, method=method, count=count, videos=sequences.videos)
    order.extend(count)
    return np.array(order.order)


def _distances(points: FloatArray, selected: IntArray) -> FloatArray:
    return distance_to_nearest(points, np.arange(len(points)), selected)


def _camvid(folder: Path, frames: Pool) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Return the drive of every frame, and which classes fill at least 1 % of it."""
    pictures = sorted((folder / "train").iterdir())
    drives = np.unique([path.name[:6] for path in pictures], return_inverse=True)[1]
    classes = np.zeros((len(pictures), 12), np.bool_)
    for at, path in enumerate(pictures):
        labels = np.asarray(Image.open(folder / "train_labels" / f"{path.stem}.png"))
        classes[at] = np.bincount(labels.ravel(), minlength=12)[:12] >= 0.01 * labels.size
    return drives[frames.starts].astype(np.int64), classes[frames.starts]


def _pool(
    options: argparse.Namespace, name: str, folder: Path, length: int, videos: Sequence[str] = ()
) -> Pool:
    own = _frames(options, name, folder, videos, options.encoder, "")
    other = _frames(options, name, folder, videos, options.judge, options.judge_weights)
    sequences = cut(own.indices, length)
    return Pool(
        own=pool(own.embeddings, sequences),
        judge=pool(other.embeddings, sequences),
        videos=sequences.video,
        names=own.names,
        starts=sequences.start,
    )


@dataclass(frozen=True)
class Frames:
    """Embedded frames: names of the videos, indices (N,) and embeddings (N, D) of each."""

    names: tuple[str, ...]
    indices: Sequence[IntArray]
    embeddings: Sequence[npt.NDArray[np.float16]]


def _frames(
    options: argparse.Namespace,
    name: str,
    folder: Path,
    videos: Sequence[str],
    encoder: str,
    weights: str,
) -> Frames:
    """Return embeddings from a file of `--embeddings`, made where it is missing."""
    file = Path(options.embeddings) / f"{name}-{encoder.replace(':', '-')}.npz"
    if not file.exists():
        dataset = _embed(folder, videos, encoder, weights)
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            file,
            names=[video.video.name for video in dataset.videos],
            counts=[len(indices) for indices in dataset.frame_indices],
            indices=np.concatenate(dataset.frame_indices),
            embeddings=np.concatenate(dataset.embeddings).astype(np.float16),
        )
    with np.load(file, allow_pickle=False) as stored:
        ends = np.cumsum(stored["counts"])[:-1]
        return Frames(
            tuple(stored["names"].tolist()),
            np.split(stored["indices"], ends),
            np.split(stored["embeddings"], ends),
        )


def _embed(folder: Path, videos: Sequence[str], encoder: str, weights: str) -> Dataset:
    with (
        tempfile.TemporaryDirectory() as store,
        tempfile.NamedTemporaryFile("w", suffix=".txt") as listed,
        Terminal() as progress,
    ):
        listed.write("\n".join(videos))
        listed.flush()
        overrides = {
            "input_dir": str(folder),
            "encoder": encoder,
            "encoder_weights": weights,
            "data_dir": store,
            "relevant_filenames_file": listed.name if videos else "",
            "stopping_condition.n_samples": 1.0,
        }
        return embed(Config.from_overrides(overrides), progress)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--embeddings", help="folder that keeps the embeddings")
    parser.add_argument("--encoder", default="efficientnet-lite0", help="selects")
    parser.add_argument("--judge", default="efficientnet-lite2", help="judges")
    parser.add_argument("--judge-weights", default="", help="file with the judge's weights")
    parser.add_argument("--budgets", type=int, nargs="+", default=[10, 20, 50, 100])
    parser.add_argument("--default", default="balanced", help="method to hold against others")
    options = parser.parse_args()
    if not options.embeddings:
        print("Not measured: name a folder for the embeddings of the videos with --embeddings.")
        sys.exit(0)
    return options


if __name__ == "__main__":
    main()
