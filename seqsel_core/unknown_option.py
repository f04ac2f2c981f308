"""What to say of an option that does not exist."""

from __future__ import annotations

import difflib

_ELSEWHERE = {
    "token": "seqsel needs no account: leave it out",
    "worker": "seqsel runs by itself: leave it out",
    "upload": "nothing is uploaded: the output folder holds everything",
    "upload_dataset": "nothing is uploaded: use dump_dataset=True",
    "upload_report": "nothing is uploaded: the report is report.pdf in the output folder",
    "enable_training": "seqsel embeds with pretrained weights: choose them with encoder=",
    "checkpoint": "choose a network with encoder= and encoder_weights=",
    "pretagging": "seqsel tags nothing: leave it out",
    "pretagging_debug": "seqsel tags nothing: leave it out",
    "pretagging_config": "seqsel tags nothing: leave it out",
    "active_learning": "scores are not used: method=coreset selects by diversity",
    "object_level": "seqsel selects sequences of frames, not objects: leave it out",
    "datasource": "point input_dir to the files instead",
}


def unknown_option(key: str, known: set[str]) -> str:
    """Return why there is no such option, and which one may have been meant.

    Args:
        key: What was given.
        known: Names of all options.
    """
    top = key.split(".")[0]
    hint = _ELSEWHERE.get(top) or (_ELSEWHERE["upload"] if top.startswith("upload") else None)
    if hint:
        return f"Option '{key}' of the reference system is not supported; {hint}."
    nested = {name for name in known if name.endswith(f".{key}")}
    close = sorted(nested) or difflib.get_close_matches(key, known, 1, cutoff=0.5)
    question = f" Did you mean '{close[0]}'?" if close else " See --help."
    return f"Option '{key}' does not exist!{question}"
