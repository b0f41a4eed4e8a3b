"""Sound in and out: what is heard, with the host time of every block, and sounds played at known frames."""

from capture_app.acquisition.audio.client import SoundClient, SoundPort
from capture_app.acquisition.audio.devices import SoundDevice, choose_device, device_warnings
from capture_app.acquisition.audio.errors import SoundError
from capture_app.acquisition.audio.takes import AudioTake, BlockTimes

__all__ = [
    "AudioTake",
    "BlockTimes",
    "SoundClient",
    "SoundDevice",
    "SoundError",
    "SoundPort",
    "choose_device",
    "device_warnings",
]
