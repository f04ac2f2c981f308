"""The lazy search for the farthest point against a plain loop in float64: the very same picks."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.kcenter_products import HostProducts

Points = npt.NDArray[np.float32]


class FewAtATime(HostProducts):
    """Products with a frontier and pieces so small that every path is taken on small sets."""

    elements = 64
    stride = 3

    def __init__(self, points: Points) -> None:
        """Take points, shape (S, D)."""
        super().__init__(points)
        self.frontier = 4


def unit(points: npt.ArrayLike) -> Points:
    """Return points made unit length."""
    array = np.asarray(points, np.float64)
    return (array / np.linalg.norm(array, axis=1, keepdims=True)).astype(np.float32)


def gaussian(count: int, dimensions: int, seed: int) -> Points:
    """Return points without any structure: the hardest to skip."""
    return unit(np.random.default_rng(seed).standard_normal((count, dimensions)))


def clustered(count: int, dimensions: int, seed: int) -> Points:
    """Return tight clusters of very different sizes, with exact copies among them."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((40, dimensions))
    points = centres[np.minimum(random.geometric(0.08, count), 40) - 1]
    points = unit(points + 0.05 * random.standard_normal((count, dimensions)))
    points[random.integers(0, count, count // 10)] = points[: count // 10]
    return points


def walks(count: int, dimensions: int, seed: int) -> Points:
    """Return what wanders slowly, as sequences of a video do."""
    random = np.random.default_rng(seed)
    steps = 0.05 * random.standard_normal((count, dimensions))
    steps[:: count // 8] = random.standard_normal((len(steps[:: count // 8]), dimensions))
    return unit(np.cumsum(steps, axis=0))


def plain_order(
    points: Points,
    count: int,
    *,
    candidates: npt.NDArray[np.bool_] | None = None,
    centres: Points | None = None,
) -> tuple[list[int], list[float]]:
    """Return picks and radii of a loop in float64, without c² + x² − 2xc, from the first point."""
    wide = points.astype(np.float64)
    free = np.ones(len(points), np.bool_) if candidates is None else candidates.copy()
    squared = np.full(len(points), np.inf)
    for centre in centres if centres is not None else ():
        squared = np.minimum(squared, np.square(wide - centre.astype(np.float64)).sum(axis=1))
    order: list[int] = []
    radii: list[float] = []
    while len(order) < count and free.any():
        order.append(int(np.argmax(np.where(free, squared, -1))))
        free[order[-1]] = False
        squared = np.minimum(squared, np.square(wide - wide[order[-1]]).sum(axis=1))
        radii.append(math.sqrt(squared[free].max(initial=0)))
    return order, radii


@pytest.mark.parametrize("kind", [gaussian, clustered, walks])
@pytest.mark.parametrize("dimensions", [3, 24, 512])
def test_the_picks_are_those_of_a_plain_loop_in_float64(kind: object, dimensions: int) -> None:
    """Catches a point left out of the frontier, a bound too low, and a tie that rounding broke."""
    points: Points = kind(3000 if dimensions < 100 else 800, dimensions, 7)  # type: ignore[operator]
    greedy = KCenter(points, np.ones(len(points), np.bool_), start="first")
    greedy.extend(200)
    order, radii = plain_order(points, 200)
    assert greedy.order == order
    np.testing.assert_allclose(greedy.radii, radii, atol=1e-5)


@pytest.mark.parametrize("kind", [gaussian, clustered, walks])
def test_a_small_frontier_changes_nothing(kind: object) -> None:
    """Catches a pick made while a point outside of the frontier may be as far."""
    points: Points = kind(300, 8, 1)  # type: ignore[operator]
    greedy = KCenter(points, np.ones(300, np.bool_), start="first", products=FewAtATime(points))
    greedy.extend(300)
    order, radii = plain_order(points, 300)
    assert greedy.order == order
    np.testing.assert_allclose(greedy.radii, radii, atol=1e-5)


# Few distinct values, so that exact ties and copies are everywhere.
_lattice = st.lists(st.tuples(*[st.integers(-2, 2)] * 3), min_size=1, max_size=40).map(
    lambda rows: np.array(rows, np.float32)
)


@given(_lattice, st.integers(1, 40), st.randoms(use_true_random=False))
def test_ties_are_broken_as_in_the_plain_loop(points: Points, count: int, random: object) -> None:
    """Catches ties decided by the order in which points are looked at, with centres given too."""
    candidates = np.array([random.random() < 0.8 for _ in points])  # type: ignore[attr-defined]
    centres = points[:2]
    greedy = KCenter(
        points, candidates, start="first", centres=centres, products=FewAtATime(points)
    )
    greedy.extend(count)
    order, radii = plain_order(points, count, candidates=candidates, centres=centres)
    assert greedy.order == order
    np.testing.assert_allclose(greedy.radii, radii, atol=1e-6)


@given(st.integers(0, 1000), st.sampled_from([1e-7, 3e-7, 1e-6]))
def test_float64_decides_between_points_and_between_centres(seed: int, spread: float) -> None:
    """Catches a pick told from its rivals by float32, or by a centre that is only almost nearest.

    The points lie in clusters too tight for float32, and so do the centres that are given.
    """
    random = np.random.default_rng(seed)
    places = np.repeat(gaussian(6, 3, seed), 20, axis=0)
    points = unit(places + spread * random.standard_normal((120, 3)))
    centres, points = points[:15], points[15:]
    everything = np.ones(len(points), np.bool_)
    greedy = KCenter(
        points, everything, start="first", centres=centres, products=FewAtATime(points)
    )
    greedy.extend(12)
    assert greedy.order == plain_order(points, 12, centres=centres)[0]


@given(st.integers(0, 1000), st.sampled_from([gaussian, walks]))
def test_a_permutation_changes_nothing_but_the_indices(seed: int, kind: object) -> None:
    """Catches picks that hang on the order in which files are listed."""
    points: Points = kind(120, 6, seed)  # type: ignore[operator]
    shuffled = np.random.default_rng(seed).permutation(120)
    everything = np.ones(120, np.bool_)
    straight = KCenter(points, everything, products=FewAtATime(points))
    other = KCenter(points[shuffled], everything, products=FewAtATime(points[shuffled]))
    straight.extend(60)
    other.extend(60)
    assert shuffled[other.order].tolist() == straight.order


def test_many_copies_of_one_point_outnumber_the_frontier() -> None:
    """Catches an endless search, or an index picked twice, where thousands of points tie."""
    points = np.repeat(np.eye(3, dtype=np.float32), 3000, axis=0)
    greedy = KCenter(points, np.ones(9000, np.bool_), start="first")
    greedy.extend(6)
    assert greedy.order == [0, 3000, 6000, 1, 2, 3]
    assert greedy.distances[3:] == [0, 0, 0]
    assert greedy.radii[2:] == [0, 0, 0, 0]


def test_lengths_of_very_different_size() -> None:
    """Catches a rounding error taken from the points though a centre is far longer."""
    points = np.array([[1, 0], [1, 1e-3], [1, 2e-3], [1, 1.5e-3]], np.float32)
    centres = np.array([[3000, 0]], np.float32)
    greedy = KCenter(points, np.ones(4, np.bool_), centres=centres)
    greedy.extend(4)
    assert greedy.order == plain_order(points, 4, centres=centres)[0]


def test_what_may_not_be_picked_is_no_rival() -> None:
    """Catches forbidden points let in where rounding errors are larger than all distances."""
    points = np.array([[0, 1e5], [1, 1e5], [3, 1e5], [9, 1e5]], np.float32)
    greedy = KCenter(points, np.ones(4, np.bool_), start="first")
    greedy.forbid([3])
    greedy.extend(4)
    assert greedy.order == [0, 2, 1]
    assert greedy.radii == [9, 6, 6]


class Counting(HostProducts):
    """Products that count the pairs of a point and a centre."""

    pairs = 0

    def nearest(self, block: Points, first: int, stop: int) -> tuple[Points, npt.NDArray[np.int64]]:
        """See `Products`."""
        self.pairs += len(block) * (stop - first)
        return super().nearest(block, first, stop)


@pytest.mark.parametrize(
    ("points", "count", "most"),
    [(clustered(20_000, 16, 3), 200, 0.3), (gaussian(20_000, 64, 3), 400, 0.43)],
    ids=["clustered", "Gaussian"],
)
def test_few_points_are_compared_with_few_centres(points: Points, count: int, most: float) -> None:
    """Catches laziness lost: then the picks are right, but take as long as the plain loop.

    In points without structure, half of all pairs are multiplied where those that have fallen
    behind do not stop early.
    """
    products = Counting(points)
    greedy = KCenter(points, np.ones(len(points), np.bool_), products=products)
    greedy.extend(count)
    assert products.pairs < most * len(points) * count


def test_the_points_are_not_copied() -> None:
    """Catches memory that doubles, which decides how many frames a computer can select from."""
    points = gaussian(40_000, 128, 0)
    tracemalloc.start()
    try:
        greedy = KCenter(points, np.ones(len(points), np.bool_))
        greedy.extend(30)
        assert greedy.nearest_centre.max() == 29
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < points.nbytes / 2
