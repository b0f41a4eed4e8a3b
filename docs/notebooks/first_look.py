# %% [markdown]
# # A first look at a recording in Python
#
# This notebook opens a recording, finds its events again, lays gaze on the image and keeps a layer. It needs
# what the program itself needs and nothing else. The recording here, `reading.gazeh5`, is by the simulated
# reader: 40 s at 120 Hz on a phantom. Put the name of yours in its place; nothing below writes to it.

# %%
from pathlib import Path

import numpy as np

from recordings_schema import DatasetKey, Recording

path = Path("reading.gazeh5")
with Recording.open(path) as recording:
    summary = recording.summary()
    gaze = recording.gaze()
    t_host_ns = recording.host_times_ns()
    fixations = recording.rows(DatasetKey.FIXATIONS)
    viewport = recording.rows(DatasetKey.VIEWPORT)
    images = recording.rows(DatasetKey.IMAGES)
    screen_facts = recording.screen

print(summary.tracker, f"{summary.rate_hz:g} Hz, {summary.duration_s:.1f} s")
print({key.value: count for key, count in summary.row_counts.items() if count})

# %% [markdown]
# ## Samples
#
# A table is a numpy array with named columns; [the format](../reference/format.md) explains each. Invalid
# gaze is NaN. `screen_gaze` makes one signal of two eyes, the way all parts of the program do.

# %%
from gaze_core.directions import screen_gaze
from gaze_core.eyes import Eye

x_norm, y_norm = screen_gaze(gaze, Eye.AVERAGE)
print(f"{np.isfinite(x_norm).mean() * 100:.1f} % of {len(gaze)} samples are valid")
print(f"median interval {np.median(np.diff(t_host_ns)) / 1e6:.2f} ms")

# %% [markdown]
# With pandas, where it is installed, `pandas.DataFrame(fixations)` is the whole table.
#
# ## Events
#
# Recorded live, and found again by the offline reference with another threshold. Directions are in degrees,
# seen from where the tracker saw the eye.

# %%
from gaze_core.directions import directions
from gaze_core.fixations import DetectorName, IvtParameters, detect
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import EventKind

screen = Screen(
    width_px=screen_facts.width_px, height_px=screen_facts.height_px,
    width_mm=screen_facts.width_mm, height_mm=screen_facts.height_mm,
)
geometry = ViewingGeometry(screen, screen_facts.distance_mm)

# A change of zoom splits a fixation into parts on the image; the event of the detector is in each.
live = fixations[(fixations["kind"] == EventKind.FIXATION) & (fixations["part"] == 0)]
found = detect(directions(gaze, geometry), DetectorName.IVT, IvtParameters(threshold_deg_s=40.0)).events
again = found[found["kind"] == EventKind.FIXATION]
for name, durations_ms in (
    ("live", live["duration_ms"]),
    ("ivt", (again["offset_ns"] - again["onset_ns"]) / 1e6),
):
    print(f"{name}: {len(durations_ms)} fixations, median {np.median(durations_ms):.0f} ms")

# %% [markdown]
# ## How well two analyses agree
#
# Kappa by sample, F1 by event: [one implementation](../explanations/detectors.md#measured) for all of them.

# %%
from gaze_core.scoring import event_scores, fixation_intervals, sample_kappa, samples_inside

first, second = fixation_intervals(live), fixation_intervals(again)
times = gaze["t_device_ns"]
kappa = sample_kappa(samples_inside(first, times), samples_inside(second, times))
print(f"kappa {kappa:.3f}, F1 {event_scores(first, second).f1:.3f}")

# %% [markdown]
# ## Where on the image
#
# Zoom, pan and window of every moment are in the viewport rows. `map_to_image` is the one mapping of the
# program; the heatmap is in seconds per square degree, exact under zoom.

# %%
from gaze_core.heatmaps import HeatmapSpec, heatmap_steps, render_heatmap
from gaze_core.mapping import map_to_image

image = images[0]
mapped = map_to_image(x_norm, y_norm, t_host_ns, viewport, screen)
is_on_image = mapped["image_id"] == image["image_id"]
print(f"{is_on_image.mean() * 100:.1f} % of the samples lie on image {image['image_id']}")
seen = np.isfinite(x_norm)
spec, interval_s = HeatmapSpec(sigma_deg=1.0), 1.0 / summary.rate_hz
steps = heatmap_steps(mapped[seen], interval_s, viewport, int(image["image_id"]), spec, geometry)
density = render_heatmap(steps, int(image["width_px"]), int(image["height_px"]))

# %% [markdown]
# A picture of it: anything with `_repr_png_` is shown by a notebook.

# %%
import cv2

from gaze_core.heatmaps import colour_heatmap
from recordings_schema.stimuli import load_image, render_grey


class Picture:
    """RGB pixels that a notebook shows."""

    def __init__(self, pixels: np.ndarray) -> None:
        self.pixels = pixels

    def _repr_png_(self) -> bytes:
        return cv2.imencode(".png", self.pixels[..., ::-1])[1].tobytes()


stimulus = load_image(path.parent / bytes(image["name"]).decode())
size_px = (360, round(360 * int(image["height_px"]) / int(image["width_px"])))
grey = cv2.resize(render_grey(stimulus, stimulus.start_window), size_px, interpolation=cv2.INTER_AREA)
colours = cv2.resize(colour_heatmap(density, 0.65), size_px, interpolation=cv2.INTER_LINEAR)
alpha = colours[..., 3:] / 255.0
Picture(np.rint(grey[..., None] * (1 - alpha) + colours[..., :3] * alpha).astype(np.uint8))

# %% [markdown]
# ## Layers
#
# Analyses kept beside a recording ([how](../how-to/reanalyse.md)), made in the replay or by `reading-station
# layers`. Here one is made, read back and deleted. The recording stays as it is.

# %%
from capture_app.session.layers import LayerChoice, compare_layers, make_layer
from recordings_schema.layers import LayerStore, source_of

store = LayerStore(path)
before = path.read_bytes()
with Recording.open(path) as recording:
    choice = LayerChoice(detector=DetectorName.IVT, parameters=IvtParameters(threshold_deg_s=40.0))
    store.add(make_layer(recording, "ivt 40", choice), source_of(recording))
layer = store.load("ivt 40")
agreement = compare_layers(fixations, layer.events, t_host_ns)
print([each.name for each in store.read().layers], f"kappa {agreement.kappa:.3f}, F1 {agreement.f1:.3f}")
store.delete("ivt 40")
print("the recording is as it was:", path.read_bytes() == before)
