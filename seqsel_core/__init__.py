"""seqsel: pick the video sequences worth labelling.

The whole job in three lines:

    from seqsel_core import Config, run
    config = Config.parse(["input_dir=videos", "output_dir=out", "stopping_condition.n_samples=50"])
    run(config)

Step by step: `embed(config)` gives a `Dataset`, `select(dataset, config)` a `Choice`.
"""

from seqsel_core.choice import Choice
from seqsel_core.config import Config
from seqsel_core.dataset import Dataset, EmbeddedVideo, Unreadable
from seqsel_core.engine import RunResult, embed, run, select
from seqsel_core.errors import SeqselError
from seqsel_core.select.selection import Selection
from seqsel_core.sequences import Sequences, SequenceSpan
from seqsel_core.video.types import Video

__version__ = "0.1.0"

__all__ = [
    "Choice",
    "Config",
    "Dataset",
    "EmbeddedVideo",
    "RunResult",
    "Selection",
    "SeqselError",
    "SequenceSpan",
    "Sequences",
    "Unreadable",
    "Video",
    "embed",
    "run",
    "select",
]
