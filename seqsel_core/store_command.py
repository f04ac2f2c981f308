"""The command `python -m seqsel_core store`: what is kept, how large it is, what can go."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from seqsel_core.config import parse_overrides
from seqsel_core.errors import ConfigError
from seqsel_core.jobs import suspects
from seqsel_core.output.readable import plural, printable
from seqsel_core.store import inventory
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.location import default_data_dir
from seqsel_core.units import in_units
from seqsel_core.usage import DatasetUse, Unneeded, Usage, survey

_REMOVE = ("", "unused", "damaged")
_SHOWN = 20  # lines of a list, unless all are asked for

_HELP = """\
What seqsel keeps between runs: sizes, last use, and what is not needed any more.

  python -m seqsel_core store                                 lists, changes nothing
  python -m seqsel_core store remove=unused                   says what would be removed
  python -m seqsel_core store remove=unused confirm=True      removes it
  python -m seqsel_core store try_again=True                  see below

Unused: embeddings of videos that no dataset of the app lists and that are no longer where
they were seen last, not used for 30 days; embeddings in an older format; uploads of no
dataset; maps of no dataset, not used for 30 days; what a killed process left half-written.
Videos outside of the data directory, output folders and datapools are never touched.

Options (name=default):
  data_dir=''
      where embeddings are kept; '': $SEQSEL_DATA_DIR or the user's data folder
  remove=''
      unused; or damaged: embeddings that cannot be read, and are then made again
  confirm=False
      True: remove; False: only say what would be removed
  days=30
      what can be made again or may lie on a disk that is not mounted counts as unused after
      so many days without use; 0: at once
  all=False
      list every video, and everything that can be removed
  try_again=False
      True: have the app's next embedding read the videos that it set aside because the process
      died twice while reading them"""


@dataclass(frozen=True)
class _Options:
    data_dir: Path
    remove: str
    confirm: bool
    days: float
    all: bool
    try_again: bool


def store_command(words: Sequence[str]) -> Iterator[str]:
    """Do what the words after `store` ask for, and yield what to print, line by line.

    Raises:
        ConfigError: An option does not exist, or its value is wrong.
        StoreError: The data directory cannot be read.
    """
    if any(word in ("--help", "-h", "help") for word in words):
        yield _HELP
        return
    options = _parse(words)
    if not (options.data_dir / "catalogue.sqlite3").exists():
        yield f"seqsel keeps nothing in {printable(str(options.data_dir))}."
        return
    if options.try_again:
        yield from map(printable, _try_again(options.data_dir))
        return
    usage = survey(options.data_dir, options.days)
    lines = _removal(usage, options) if options.remove else _listing(usage, options)
    yield from map(printable, lines)


def _parse(words: Sequence[str]) -> _Options:
    defaults: dict[str, Any] = {
        "data_dir": "",
        "remove": "",
        "confirm": False,
        "days": 30,
        "all": False,
        "try_again": False,
    }
    values = {**defaults, **parse_overrides(words)}
    for name, value in values.items():
        if name not in defaults:
            raise ConfigError(
                f"Option '{name}' of the store command does not exist. "
                f"There are {', '.join(defaults)}; see store --help."
            )
        if isinstance(defaults[name], bool) and not isinstance(value, bool):
            raise ConfigError(f"{name}={value} is not True or False.")
    days, remove = values["days"], values["remove"] or ""
    if isinstance(days, bool) or not isinstance(days, (int, float)) or not days >= 0:
        raise ConfigError(f"days={days} is not a number of days, 0 or more.")
    if remove not in _REMOVE:
        raise ConfigError(f"remove={remove} is not one of {', '.join(_REMOVE[1:])}.")
    given = values["data_dir"]
    data_dir = Path(given).expanduser() if given else default_data_dir()
    return _Options(data_dir, remove, values["confirm"], days, values["all"], values["try_again"])


def _try_again(data_dir: Path) -> Iterator[str]:
    found = suspects.set_aside(data_dir)
    seen = Catalogue(data_dir).last_seen()
    suspects.try_again(data_dir, found)
    for video_id in found:
        yield f"Read again at the next embedding: {seen.get(video_id, ['an unknown video'])[-1]}"
    if not found:
        yield f"No video is set aside in {data_dir}."


def _listing(usage: Usage, options: _Options) -> Iterator[str]:
    yield f"{in_units(sum(usage.totals.values()))} in {options.data_dir}"
    for what, size in usage.totals.items():
        if size:
            yield f"  {in_units(size):>9}  {what}"
    yield from _by_encoder(usage)
    if usage.datasets:
        yield "Datasets of the app"
    for use in usage.datasets:
        stored = f"{use.n_stored} of {plural(use.n_videos, 'video')}"
        yield (
            f"  {in_units(use.size):>9}  {use.record.name} ({_kinds(use)}, {use.record.encoder}), "
            f"{stored}, {_used(use.last_use)}"
        )
    if options.all:
        yield "Videos"
        for shard in usage.shards:
            name = usage.names.get(shard.name.video_id, "unknown video")
            yield (
                f"  {in_units(shard.size):>9}  {name}: {plural(shard.n_frames, 'frame')}, "
                f"{_used(shard.last_use)}, {shard.path.name}"
            )
    unused = [item for item in usage.unneeded if not item.damaged]
    damaged = [item for item in usage.unneeded if item.damaged]
    yield from _group("Not used", unused, usage, options)
    yield from _group("Damaged", damaged, usage, options)
    names = [name for name, found in (("unused", unused), ("damaged", damaged)) if found]
    for name in names:
        yield f"To have them removed: the same command with remove={name} confirm=True"


def _by_encoder(usage: Usage) -> Iterator[str]:
    groups = defaultdict(list)
    for shard in usage.shards:
        groups[f"{shard.name.key}, format {shard.name.format}"].append(shard)
    if groups:
        yield "Embeddings by encoder, size of its input, and decoder"
    for key, shards in sorted(groups.items()):
        yield (
            f"  {in_units(sum(shard.size for shard in shards)):>9}  {key}: "
            f"{plural(len(shards), 'video')}, "
            f"{plural(sum(shard.n_frames for shard in shards), 'frame')}, "
            f"{_used(max(shard.last_use for shard in shards))}"
        )


def _group(title: str, found: Sequence[Unneeded], usage: Usage, options: _Options) -> Iterator[str]:
    if not found:
        return
    total = sum(item.item.size for item in found)
    yield f"{title}: {len(found)}, {in_units(total)}"
    shown = len(found) if options.all or options.remove else _SHOWN
    for unneeded in found[:shown]:
        yield f"  {in_units(unneeded.item.size):>9}  {_described(unneeded, usage)}"
    if len(found) > shown:
        yield f"  and {len(found) - shown} more; all=True lists them"


def _removal(usage: Usage, options: _Options) -> Iterator[str]:
    wanted = [item for item in usage.unneeded if item.damaged == (options.remove == "damaged")]
    if not wanted:
        yield f"Nothing is {options.remove} in {options.data_dir}."
        return
    if not options.confirm:
        yield from _group("Would be removed", wanted, usage, options)
        yield "Nothing was removed. Add confirm=True to remove it."
        return
    freed = 0
    for unneeded in wanted:
        why_not = inventory.remove(options.data_dir, unneeded.item)
        freed += 0 if why_not else unneeded.item.size
        done = f"Kept ({why_not})" if why_not else "Removed"
        yield f"{done}: {_described(unneeded, usage)} ({in_units(unneeded.item.size)})"
    yield f"{in_units(freed)} freed in {options.data_dir}."


def _described(unneeded: Unneeded, usage: Usage) -> str:
    item = unneeded.item
    name = ""
    if isinstance(item, inventory.StoredShard):
        name = f" of {usage.names.get(item.name.video_id, 'an unknown video')}"
    return f"{unneeded.kind}{name}: {unneeded.reason}; {_used(item.last_use)}; {item.path}"


def _kinds(use: DatasetUse) -> str:
    """Return where the videos come from: 'folder', 'upload', '2 folders, upload'."""
    counts = Counter(source.kind for source in use.record.sources)
    parts = (kind if number == 1 else plural(number, kind) for kind, number in counts.items())
    return ", ".join(parts)


def _used(last_use: float) -> str:
    if not last_use:
        return "never used"
    return f"last used {datetime.fromtimestamp(last_use):%Y-%m-%d}"
