"""How large a picture a published network takes, found without loading torch here.

Pages and the command line need the size to know what is stored; torch would cost them seconds
and hundreds of megabytes.
"""

from __future__ import annotations

import functools
import subprocess
import sys

from seqsel_core.errors import EncoderError

_TORCHVISION = {
    "efficientnet_b1": 240,
    "efficientnet_b2": 288,
    "efficientnet_b3": 300,
    "efficientnet_b4": 380,
    "efficientnet_b5": 456,
    "efficientnet_b6": 528,
    "efficientnet_b7": 600,
    "efficientnet_v2_s": 384,
    "efficientnet_v2_m": 480,
    "efficientnet_v2_l": 480,
    "inception_v3": 299,
    "regnet_y_128gf": 384,
    "swin_v2_b": 256,
    "swin_v2_s": 256,
    "swin_v2_t": 256,
    "vit_h_14": 518,
}

_ASK_TIMM = """
import sys
try:
    import timm
except ImportError:
    sys.exit(3)
name = sys.argv[1]
if not timm.is_model(name):
    sys.exit(4)
published = timm.get_pretrained_cfg(name)
print(published.input_size[-1] if published else 224)
"""


def torchvision_size(name: str) -> int:
    """Return the side of the input in pixels that torchvision's default weights expect."""
    return _TORCHVISION.get(name, 224)


@functools.cache
def timm_size(name: str) -> int:
    """Return the side of the input in pixels that timm's default weights expect.

    Asks timm in a process of its own, once.

    Raises:
        EncoderError: timm is not installed, or does not know the name.
    """
    done = subprocess.run(
        [sys.executable, "-c", _ASK_TIMM, name], capture_output=True, text=True, check=False
    )
    if done.returncode == 3:
        raise EncoderError(
            f"encoder=timm:{name} needs the package 'timm', which is not installed. Install it "
            "(pip install timm), or use encoder=efficientnet-lite0."
        )
    if done.returncode == 4:
        raise EncoderError(f"encoder=timm:{name} is not a timm model. See timm.list_models().")
    if done.returncode or not done.stdout.strip().isdigit():
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise EncoderError(f"encoder=timm:{name}: timm cannot say its input size ({reason}).")
    return int(done.stdout)
