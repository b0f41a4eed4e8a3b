"""A fake of ``tobii_research`` 2.1.0 on the simulated trackers of `simulated_tobii`.

Its names, values and signatures are those of the real package (a test compares them with a list that was
taken from it); its code is our own. What it imitates beyond that: callbacks on a thread Python does not
know, an exception in a callback that vanishes, calls from inside a callback that fail, time-outs that
surface as IndexError, TypeError, AttributeError or None, setters that time out in silence, a failed
subscription that stays in the table, and a successful calibration without points that raises ValueError.
"""

from __future__ import annotations

import simulated_tobii as _simulated_tobii

from ._calibration import ScreenBasedCalibration, ScreenBasedMonocularCalibration  # noqa: F401  # the API
from ._constants import *  # noqa: F403  # the names are the API
from ._data import *  # noqa: F403
from ._errors import *  # noqa: F403
from ._tracker import EyeTracker

__version__ = "2.1.0.1"


def find_all_eyetrackers():
    return tuple(EyeTracker._of(device) for device in _simulated_tobii.network().find())


def get_system_time_stamp():
    return _simulated_tobii.network().now_us()
