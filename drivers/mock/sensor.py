"""What the sensor makes of the truth: noise, calibration error, losses, pupils, eye positions.

All arrays of one chunk have the shape (2, n): left and right eye, one column for each instant of the device.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.contract import ViewingSetup
from drivers.mock.eye_model import AS_DELIVERED, EyeCorrections, Pair, UncalibratedEyes, draw_uncalibrated
from drivers.mock.intervals import SpanProcess
from drivers.mock.noise import NoiseStream, NoiseTarget, block_length, fit_amplitude
from drivers.mock.parameters import SensorSettings
from drivers.mock.person import Person
from drivers.mock.projection import Floats, to_directions, to_points
from drivers.mock.raw import TRACKER_BEFORE_MM, TRACKER_BELOW_MM
from drivers.mock.settings import MockSettings

_BOTH, _LEFT, _RIGHT = 1, 2, 3  # kinds of loss bursts
_CLOSED: Final = 0.999  # lid closure from which the eye is gone
_OPENNESS_MM: Final = 10.5
_LID_PUPIL_SHARE: Final = 0.6  # of the apparent pupil that a closing lid takes away
_REACQUISITION_MIN_S: Final = 0.01
_EDGE_DEG: Final = 20.0  # the gain error is that of the settings from here on
_ECCENTRIC_DEG: Final = 15.0
_REFERENCE_PUPIL_MM: Final = 4.0
_WANDER_FACTOR: Final = (0.7, 1.5)
_WANDER_S: Final = (10.0, 60.0)
_DRIFT_QUARTER_S: Final = 600.0

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueInstants:
    """The truth at the instants of one chunk, one value each (`head_mm` one column)."""

    t_s: Floats
    x_mm: Floats
    y_mm: Floats
    head_mm: Floats
    pupil_mm: Floats
    lid_closure: Floats
    lid_jump_deg: Floats
    is_away: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the sensor saw, shape (2, n); NaN where it saw nothing. Positions in tracker coordinates."""

    is_valid: Flags
    x_norm: Floats
    y_norm: Floats
    origin_mm: Floats  # shape (3, 2, n)
    pupil_mm: Floats
    openness_mm: Floats
    guess_azimuth_deg: Floats  # before any correction of a calibration, also where nothing is seen
    guess_elevation_deg: Floats
    eye_mm: Floats  # where the eyes are from the screen centre (right, down, before it), shape (3, 2, n)


class Sensor:
    """The sensor in front of one person, fed chunk by chunk in order."""

    def __init__(
        self,
        *,
        noise_rng: np.random.Generator,
        loss_rng: np.random.Generator,
        settings: MockSettings,
        person: Person,
        setup: ViewingSetup,
    ) -> None:
        self._settings = settings.sensor
        self._pupil_noise_mm = settings.pupil.pupil_noise_mm
        self._eye = settings.eye
        self._person = person
        self._setup = setup
        self._rng = noise_rng
        noise_seed, wander_rng = noise_rng.spawn(2)
        target = NoiseTarget(
            rms_s2s_deg=self._settings.noise_rms_s2s_deg * self._settings.noise_scale,
            std_deg=self._settings.noise_std_deg * self._settings.noise_scale,
            is_filtered=self._settings.noise_is_filtered,
            exponent=self._settings.noise_exponent,
        )
        amplitude = fit_amplitude(target, settings.rate_hz)
        self._noise = NoiseStream(noise_seed, amplitude, 6, block_length(settings.rate_hz))
        self._wander = Wander(wander_rng, self._settings.noise_wander)
        burst_rng, self._reacquisition_rng = loss_rng.spawn(2)
        self._bursts = loss_bursts(burst_rng, self._settings)
        self._was_away = False
        self._blind_until_s = -1.0
        self._corrections = AS_DELIVERED
        self._uncalibrated: UncalibratedEyes | None = None
        self._seed = settings.seed

    def use(self, corrections: EyeCorrections) -> None:
        """See the eyes by these corrections from the next instants on."""
        if corrections is self._corrections:
            return
        if self._uncalibrated is None:
            self._uncalibrated = draw_uncalibrated(self._seed)
        self._corrections = corrections

    def measure(self, truth: TrueInstants) -> Measured:
        """Return what the sensor sees at some instants."""
        eye_x = truth.head_mm[0] + 0.5 * self._person.inter_ocular_mm * np.array([[-1.0], [1.0]])
        eye_y, eye_z = truth.head_mm[1], truth.head_mm[2]
        azimuth, elevation = to_directions(truth.x_mm, truth.y_mm, eye_x, eye_y, eye_z)
        azimuth += self._disparity(truth.t_s)
        across, down = self._errors(truth, azimuth, elevation)
        noise = self._noise_pair(len(truth.t_s)) * self._noise_factor(truth, azimuth, elevation)
        noise[1] *= 1.0 + self._settings.lid_droop
        lid_azimuth = azimuth + across + noise[0]
        lid_elevation = elevation + down + noise[1] + truth.lid_jump_deg
        guess = (lid_azimuth.copy(), lid_elevation.copy())
        for eye, correction in enumerate(self._corrections):
            if correction is not None:
                added = correction.added_deg(guess[0][eye], guess[1][eye])
                lid_azimuth[eye] += added[0]
                lid_elevation[eye] += added[1]
        x_mm, y_mm = to_points(lid_azimuth, lid_elevation, eye_x, eye_y, eye_z)
        is_seen = self._seen(truth)
        nowhere = ~is_seen
        x_norm = x_mm / self._setup.width_mm + 0.5
        y_norm = y_mm / self._setup.height_mm + 0.5
        pupil_mm = self._pupils(truth)
        openness_mm = self._openness(truth)
        origin_mm = self._origins(eye_x, eye_y, eye_z)
        for values in (x_norm, y_norm, pupil_mm, openness_mm):
            values[nowhere] = np.nan
        origin_mm[:, nowhere] = np.nan
        return Measured(
            is_valid=is_seen,
            x_norm=x_norm,
            y_norm=y_norm,
            origin_mm=origin_mm,
            pupil_mm=pupil_mm,
            openness_mm=openness_mm,
            guess_azimuth_deg=guess[0],
            guess_elevation_deg=guess[1],
            eye_mm=np.stack(np.broadcast_arrays(eye_x, eye_y, eye_z)),
        )

    def _disparity(self, t_s: Floats) -> Floats:
        slow = np.sin(t_s * (2.0 * math.pi / 90.0) + self._person.disparity_phase)
        disparity = self._person.disparity_deg + self._eye.disparity_drift_deg * slow
        return np.asarray(np.multiply.outer(np.array([0.5, -0.5]), disparity))

    def _errors(self, truth: TrueInstants, azimuth: Floats, elevation: Floats) -> tuple[Floats, Floats]:
        """Return the calibration error across and down: offset, slow drift, gain, head off its place."""
        person = self._person
        drift = np.sin(truth.t_s * (0.5 * math.pi / _DRIFT_QUARTER_S))
        shift = truth.head_mm - np.array([[0.0], [0.0], [self._setup.distance_mm]])
        offset_azimuth, offset_elevation, own_gain = self._offsets()
        gain = np.minimum(1.0, np.hypot(azimuth, elevation) / _EDGE_DEG) * np.array(own_gain)[:, None]
        head = np.array(person.head_error)[:, None]
        across = np.array(offset_azimuth)[:, None] + gain * azimuth + head * shift[0]
        across += np.multiply.outer(np.array(person.drift_azimuth_deg), drift)
        down = np.array(offset_elevation)[:, None] + gain * elevation + head * (shift[1] + 0.3 * shift[2])
        down += np.multiply.outer(np.array(person.drift_elevation_deg), drift)
        return across, down

    def _offsets(self) -> tuple[Pair, Pair, Pair]:
        """Return offsets across and down and the gain error, eye by eye, as the eye is calibrated."""
        person, guess = self._person, self._uncalibrated
        if guess is None:
            return person.offset_azimuth_deg, person.offset_elevation_deg, person.gain
        is_guess = [correction is not None for correction in self._corrections]
        azimuth, elevation, gain = (
            (theirs[0] if is_guess[0] else own[0], theirs[1] if is_guess[1] else own[1])
            for own, theirs in (
                (person.offset_azimuth_deg, guess.offset_azimuth_deg),
                (person.offset_elevation_deg, guess.offset_elevation_deg),
                (person.gain, guess.gain),
            )
        )
        return azimuth, elevation, gain

    def _noise_pair(self, count: int) -> Floats:
        """Return noise in degrees, shape (axis 2, eye 2, count), of which the eyes have a share in common."""
        channels = self._noise.take(count).reshape(2, 3, count)
        own = math.sqrt(self._settings.noise_independent_share)
        common = math.sqrt(1.0 - self._settings.noise_independent_share)
        return np.asarray(own * channels[:, :2] + common * channels[:, 2:])

    def _noise_factor(self, truth: TrueInstants, azimuth: Floats, elevation: Floats) -> Floats:
        settings = self._settings
        factor = self._person.noise_factor * self._wander.factors(truth.t_s)
        if settings.noise_pupil_exponent:
            factor = factor * (_REFERENCE_PUPIL_MM / truth.pupil_mm) ** settings.noise_pupil_exponent
        if not settings.noise_eccentricity:
            return np.broadcast_to(factor, azimuth.shape)
        eccentricity = (azimuth**2 + elevation**2) / _ECCENTRIC_DEG**2
        return np.asarray(factor * (1.0 + settings.noise_eccentricity * eccentricity))

    def _seen(self, truth: TrueInstants) -> Flags:
        """Return which eyes the sensor sees."""
        kinds = self._bursts.kinds_at(truth.t_s)
        lost = (truth.lid_closure >= _CLOSED) | self._blind(truth) | (kinds == _BOTH)
        seen = np.stack([~(lost | (kinds == _LEFT)), ~(lost | (kinds == _RIGHT))])
        if self._settings.tracked_eyes == "left":
            seen[1] = False
        if self._settings.tracked_eyes == "right":
            seen[0] = False
        return seen

    def _blind(self, truth: TrueInstants) -> Flags:
        """Return where the eyes are away, or back but not found again yet."""
        away = np.concatenate([[self._was_away], truth.is_away])
        blind = truth.is_away | (truth.t_s < self._blind_until_s)
        for index in np.flatnonzero(away[:-1] & ~away[1:]):
            longest_s = max(_REACQUISITION_MIN_S, self._settings.reacquisition_max_s)
            wait_s = float(self._reacquisition_rng.uniform(_REACQUISITION_MIN_S, longest_s))
            self._blind_until_s = float(truth.t_s[index]) + wait_s
            blind |= (truth.t_s >= truth.t_s[index]) & (truth.t_s < self._blind_until_s)
        self._was_away = bool(away[-1])
        return np.asarray(blind)

    def _pupils(self, truth: TrueInstants) -> Floats:
        """Return apparent diameters: foreshortened to the camera, shrunk by a closing lid, with noise."""
        view = _cos_to_camera(truth.x_mm, truth.y_mm, truth.head_mm, self._setup)
        centre = _cos_to_camera(np.zeros(1), np.zeros(1), truth.head_mm, self._setup)
        apparent = truth.pupil_mm * (view / centre) * (1.0 - _LID_PUPIL_SHARE * truth.lid_closure)
        pupils = apparent + np.array(self._person.pupil_offset_mm)[:, None]
        pupils += self._pupil_noise_mm * self._rng.standard_normal(pupils.shape)
        return np.asarray(np.maximum(0.5, pupils))

    def _openness(self, truth: TrueInstants) -> Floats:
        openness = _OPENNESS_MM * (1.0 - self._settings.lid_droop) * (1.0 - truth.lid_closure)
        wobble = 0.15 * self._rng.standard_normal((2, len(truth.t_s)))
        return np.asarray(np.maximum(0.0, openness + wobble))

    def _origins(self, eye_x: Floats, eye_y: Floats, eye_z: Floats) -> Floats:
        """Return eye positions in tracker coordinates (x right, y up, z to the reader), shape (3, 2, n)."""
        origins = self._settings.origin_noise_mm * self._rng.standard_normal((3, *eye_x.shape))
        origins[0] += eye_x
        origins[1] += self._setup.height_mm / 2.0 + TRACKER_BELOW_MM - eye_y
        origins[2] += eye_z - TRACKER_BEFORE_MM
        return origins


class Wander:
    """A slow factor of the noise that runs between x0.7 and x1.5 over 10 to 60 s."""

    def __init__(self, rng: np.random.Generator, strength: float) -> None:
        self._rng = rng
        self._strength = strength
        self._times = [0.0]
        self._heights = [self._draw()]

    def factors(self, t_s: Floats) -> Floats:
        """Return the factor at increasing times."""
        while self._times[-1] <= t_s[-1]:
            self._times.append(self._times[-1] + float(self._rng.uniform(*_WANDER_S)))
            self._heights.append(self._draw())
        while len(self._times) > 2 and self._times[1] <= t_s[0]:
            del self._times[0], self._heights[0]
        return np.asarray(np.exp(np.interp(t_s, self._times, self._heights)))

    def _draw(self) -> float:
        low, high = _WANDER_FACTOR
        return self._strength * float(self._rng.uniform(math.log(low), math.log(high)))


def loss_bursts(rng: np.random.Generator, settings: SensorSettings) -> SpanProcess:
    """Return the process of loss bursts, whose shares of time are those of the settings."""
    both, single = settings.loss_share, settings.single_eye_loss_share
    share = both + single
    mean_s = settings.loss_burst_mean_s

    def draw_burst(rng: np.random.Generator) -> tuple[float, int]:
        length_s = float(rng.exponential(mean_s))
        kind, side = rng.uniform(size=2)
        if kind * share < both:
            return length_s, _BOTH
        return length_s, _LEFT if side < 0.5 else _RIGHT

    if share <= 0.0 or mean_s <= 0.0:
        return SpanProcess(rng, None, draw_burst)
    gap_s = mean_s * (1.0 - share) / share
    return SpanProcess(rng, lambda rng: float(rng.exponential(gap_s)), draw_burst)


def _cos_to_camera(x_mm: Floats, y_mm: Floats, head_mm: Floats, setup: ViewingSetup) -> Floats:
    """Return the cosine of the angle at the head between a screen point and the camera below the screen."""
    across, down, ahead = x_mm - head_mm[0], y_mm - head_mm[1], -head_mm[2]
    below_mm = setup.height_mm / 2.0 + TRACKER_BELOW_MM
    camera_across, camera_down, camera_ahead = (
        -head_mm[0],
        below_mm - head_mm[1],
        TRACKER_BEFORE_MM - head_mm[2],
    )
    product = across * camera_across + down * camera_down + ahead * camera_ahead
    gaze_squared = across * across + down * down + ahead * ahead
    camera_squared = camera_across**2 + camera_down**2 + camera_ahead**2
    return np.asarray(product / np.sqrt(gaze_squared * camera_squared))
