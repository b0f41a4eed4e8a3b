"""Other people's programs on the same samples; run by an interpreter that has them, see `benchmarks.peers`.

Imports nothing of this program. What is not installed is said and passed over.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

FIGURE_INCH: Final = (11.6, 3.4)  # as large as the timeline of the replay
SEEKS: Final = 20
TRAIL_S: Final = 0.8


def spent(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return time on the clock and of the processor, s, and what came out."""
    began, busy = time.perf_counter(), time.process_time()
    made = work()
    return time.perf_counter() - began, time.process_time() - busy, made


def tell(name: str, work: Callable[[], int], samples: int) -> None:
    """Print a row of the table of detectors."""
    try:
        work()  # once for the imports
        _, busy_s, fixations = spent(work)
    except ImportError as err:
        print(f"| {name} | not installed ({err.name}) | - | - |", flush=True)
        return
    rate, each = samples / busy_s, 1e6 * busy_s / samples
    print(f"| {name} | {fixations} | {rate:,.0f} | {each:.2f} |", flush=True)


def pymovements_ivt(made: dict[str, Any]) -> int:
    """Return the number of fixations by velocity threshold, its velocities included."""
    from pymovements.events import ivt
    from scipy.signal import savgol_filter

    # As its own `pos2vel` with "savitzky_golay", over 20 ms.
    velocities = savgol_filter(
        made["degrees"], 25, 2, deriv=1, delta=1.0 / float(made["rate_hz"]), axis=0, mode="nearest"
    )
    return len(ivt(velocities=velocities, timesteps=made["t_ms"], velocity_threshold=30.0).frame)


def pymovements_idt(made: dict[str, Any]) -> int:
    """Return the number of fixations by dispersion."""
    from pymovements.events import idt

    # Times are whole numbers there, so that samples are counted; 100 ms at least.
    events = idt(
        positions=made["degrees"],
        timesteps=np.arange(len(made["degrees"])),
        minimum_duration=round(0.1 * float(made["rate_hz"])),
        dispersion_threshold=1.0,
    )
    return len(events.frame)


def remodnav(made: dict[str, Any]) -> int:
    """Return the number of fixations by REMoDNaV, its preprocessing included."""
    from remodnav import EyegazeClassifier

    data = np.rec.fromarrays([made["x_px"], made["y_px"]], names="x,y")
    classifier = EyegazeClassifier(px2deg=float(made["px_deg"]), sampling_rate=float(made["rate_hz"]))
    # The filter's length has to be an odd number of samples: 21 ms are 25 at 1200 Hz.
    events = classifier(classifier.preproc(data, savgol_length=0.021))
    return sum(each["label"] == "FIXA" for each in events)


def i2mc(made: dict[str, Any]) -> int:
    """Return the number of fixations by I2MC, both eyes."""
    from I2MC import I2MC
    from pandas import DataFrame

    missing = -1e4
    data = DataFrame(
        {
            "time": made["t_ms"],
            **{
                f"{side}_{axis}": np.nan_to_num(made[f"{name}_{axis.lower()}_px"], nan=missing)
                for side, name in (("L", "left"), ("R", "right"))
                for axis in ("X", "Y")
            },
        }
    )
    options = {
        "xres": 1920.0, "yres": 1080.0, "missingx": missing, "missingy": missing,
        "freq": float(made["rate_hz"]), "scrSz": [52.8, 29.7], "disttoscreen": 65.0,
    }  # fmt: skip
    found = I2MC(data, options, logging=False)
    return len(found[0]["startT"]) if found else 0


def detectors(path: Path) -> None:
    """Print what the detectors take on the samples of a file."""
    made = dict(np.load(path))
    for name, run in (
        ("pymovements I-VT", pymovements_ivt), ("pymovements I-DT", pymovements_idt),
        ("REMoDNaV", remodnav), ("I2MC", i2mc),
    ):  # fmt: skip
        tell(name, lambda run=run: run(made), len(made["t_ms"]))


def plain_way(path: Path, image: Path) -> None:
    """Print what pandas and matplotlib take to read a recording, draw all of it, and show moments."""
    try:
        import h5py
        import matplotlib as mpl

        mpl.use("Agg")
        import pandas as pd
        from matplotlib import pyplot as plt
    except ImportError as err:
        print(f"| pandas and matplotlib | not installed ({err.name}) | | |")
        return

    def read() -> Any:
        with h5py.File(path) as file:
            return pd.DataFrame(file["/tracker/gaze"][:])

    def row(name: str, clock_s: list[float], wanted: str) -> None:
        print(
            f"| {name} | {np.median(clock_s) * 1e3:.0f} | {max(clock_s) * 1e3:.0f} | {wanted} |", flush=True
        )

    clock_s, _, table = spent(read)
    row("read all", [clock_s], "")
    seconds = (table["t_host_ns"] - table["t_host_ns"].iloc[0]) / 1e9
    names = ("left_x_norm", "left_y_norm", "left_pupil", "right_pupil")

    def timeline(span_s: float) -> None:
        left = np.random.default_rng(1).uniform(0.0, seconds.iloc[-1] - span_s)
        part = table[(seconds >= left) & (seconds <= left + span_s)]
        figure, axes = plt.subplots(len(names), 1, figsize=FIGURE_INCH, dpi=100, sharex=True)
        for axis, name in zip(axes, names, strict=True):
            axis.plot(part["t_host_ns"], part[name], linewidth=1.0)
        figure.canvas.draw()
        plt.close(figure)

    for span_s in (float(seconds.iloc[-1]), 60.0, 5.0):
        row(f"timeline of {span_s:.0f} s", [spent(lambda s=span_s: timeline(s))[0] for _ in range(3)], "16")
    picture = plt.imread(image)
    rng = np.random.default_rng(2)

    def seek() -> None:
        at = rng.uniform(0.0, seconds.iloc[-1])
        part = table[(seconds >= at - TRAIL_S) & (seconds <= at)]
        figure, axis = plt.subplots(figsize=(9.4, 5.3), dpi=100)
        axis.imshow(picture, cmap="gray", extent=(0.2, 0.8, 1.0, 0.0), aspect="auto")
        axis.plot(part["left_x_norm"], part["left_y_norm"])
        axis.set_xlim(0.0, 1.0)
        axis.set_ylim(1.0, 0.0)
        figure.canvas.draw()
        plt.close(figure)

    row("seek", [spent(seek)[0] for _ in range(SEEKS)], "33")
    import resource

    print(f"| most memory, MB | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} | | 500 |")


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of other people's programs; one logs every saccade
    logging.disable(logging.INFO)
    task = json.loads(sys.argv[1])
    if task["what"] == "detectors":
        detectors(Path(task["samples"]))
    else:
        plain_way(Path(task["recording"]), Path(task["image"]))
