"""Colours of videos: that they can be told apart, and seen on both themes."""

import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from seqsel_core.palette import VIDEO_COLOURS, video_colour

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
# Green-blind, severity 1: Machado, Oliveira and Fernandes (2009).
_GREEN_BLIND = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)


def _linear(colour):
    value = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _contrast(one, other):
    lights = sorted(_linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _least_difference(colours):
    places = [np.cbrt(_TO_LMS @ colour) @ _TO_OKLAB.T for colour in colours]
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(places, 2))


def test_two_dozen_videos_have_colours_that_differ():
    """Videos would share a colour, or two that nobody tells apart in a dot (0.02 is just seen)."""
    assert len(VIDEO_COLOURS) >= 24
    linear = [_linear(colour) for colour in VIDEO_COLOURS]
    assert _least_difference(linear) > 0.08
    assert _least_difference([(_GREEN_BLIND @ colour).clip(0, 1) for colour in linear]) > 0.05


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_is_seen_on_the_ground_of_the_theme(theme):
    """A pale colour is lost on white, a deep one on the dark theme."""
    config = tomllib.loads(Path(".streamlit/config.toml").read_text("utf-8"))
    ground = config["theme"][theme]["backgroundColor"]
    assert min(_contrast(colour, ground) for colour in VIDEO_COLOURS) > 2.1


def test_colours_repeat_after_the_last():
    """A dataset of more videos than colours would crash."""
    assert video_colour(len(VIDEO_COLOURS)) == video_colour(0) == "#0072b2"
