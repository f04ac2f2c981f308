"""What is refused before a run begins: it would be refused anyway, after hours of work."""

from __future__ import annotations

from pathlib import Path

from seqsel_core.config import Config
from seqsel_core.errors import ConfigError
from seqsel_core.second_opinion import refuse_judge
from seqsel_core.select.stopping import n_sequences
from seqsel_core.store.datapool import Datapool


def refuse_early(config: Config) -> None:
    """Check what a run needs that can be known without reading a video.

    Raises:
        ConfigError: An option is missing, or cannot be fulfilled whatever the videos are.
        EncoderError: The judge is no encoder.
    """
    for name in ("input_dir", "output_dir"):
        if not getattr(config, name):
            raise ConfigError(f"Option '{name}' is required: {name}=FOLDER.")
    input_dir = Path(config.input_dir).expanduser()
    output_dir = Path(config.output_dir).expanduser()
    if output_dir.resolve().is_relative_to(input_dir.resolve()):
        raise ConfigError(
            f"output_dir={output_dir} lies in input_dir={input_dir}: the next run would take the "
            "frames that this one writes for a video. Choose a folder outside."
        )
    n_sequences(config.stopping_condition.n_samples, config.selected_sequence_length, 0)
    if config.embeddings and not Path(config.embeddings).expanduser().is_file():
        raise ConfigError(f"embeddings={config.embeddings} does not exist.")
    if config.judge:
        refuse_judge(config)
    if config.datapool.name:
        Datapool(config.resolved_data_dir(), config.datapool.name)
