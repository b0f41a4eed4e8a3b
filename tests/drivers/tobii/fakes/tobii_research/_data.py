"""The objects that ``tobii_research`` gives its callbacks unless they ask for dictionaries."""

from __future__ import annotations

import inspect
import math

_PARAMETER = inspect.Parameter.POSITIONAL_OR_KEYWORD


def _class(name, parameters, readers, check=lambda values: True):
    """Return a class whose ``__init__`` has these parameters and whose properties read their values."""

    def keep(self, *values, **named):
        given = dict(zip(parameters, values, strict=False)) | named
        if set(given) != set(parameters):
            raise TypeError(f"{name} takes {', '.join(parameters)}.")
        if not check(given):
            raise ValueError(f"You shouldn't create {name} objects yourself.")
        self._given = given

    keep.__signature__ = inspect.Signature(
        [inspect.Parameter(each, _PARAMETER) for each in ("self", *parameters)]
    )
    properties = {each: property(lambda self, read=read: read(self._given)) for each, read in readers.items()}
    return type(name, (), {"__init__": keep, **properties})


def _of_values(name, **parameter_of):
    """Return a class whose properties are the parameters it was made with."""
    readers = {each: lambda given, key=key: given[key] for each, key in parameter_of.items()}
    return _class(name, tuple(parameter_of.values()), readers)


def _of_data(name, *fields, **readers):
    """Return a class that is made from one dictionary of the native library."""
    plain = {each: lambda given, key=each: given["data"][key] for each in fields}
    made = {each: lambda given, read=read: read(given["data"]) for each, read in readers.items()}
    return _class(name, ("data",), plain | made, lambda given: isinstance(given["data"], dict))


_T, _D = "system_time_stamp", "device_time_stamp"

CalibrationChangedData = _of_data("CalibrationChangedData", _T)
CalibrationModeEnteredData = _of_data("CalibrationModeEnteredData", _T)
CalibrationModeLeftData = _of_data("CalibrationModeLeftData", _T)
ConnectionLostData = _of_data("ConnectionLostData", _T)
ConnectionRestoredData = _of_data("ConnectionRestoredData", _T)
EyeTrackingModeChangedData = _of_data("EyeTrackingModeChangedData", _T)
GazeOutputFrequencyChangedData = _of_data("GazeOutputFrequencyChangedData", _T, "gaze_output_frequency")
DeviceFaultsData = _of_data("DeviceFaultsData", _T, "faults")
DeviceWarningsData = _of_data("DeviceWarningsData", _T, "warnings")
StreamBufferOverflowData = _of_data("StreamBufferOverflowData", _T, "notification_source_stream")
DisplayAreaChangedData = _of_data(
    "DisplayAreaChangedData", _T, display_area=lambda data: DisplayArea(data["display_area"])
)
ExternalSignalData = _of_data("ExternalSignalData", "value", "change_type", _D, _T)
TimeSynchronizationData = _of_data(
    "TimeSynchronizationData", "system_request_time_stamp", _D, "system_response_time_stamp"
)
StreamErrorData = _of_data("StreamErrorData", _T, "error", "source", "message")
EyeImageData = _of_data(
    "EyeImageData", _D, _T, "camera_id", "image_data", "image_type", "left", "region_id", "top"
)
EyeOpennessData = _of_data(
    "EyeOpennessData",
    _D,
    _T,
    *(f"{side}_eye_{field}" for side in ("left", "right") for field in ("openness_value", "validity")),
)

GazeOrigin = _of_values(
    "GazeOrigin",
    position_in_user_coordinates="gaze_origin_position_in_user_coordinates",
    validity="gaze_origin_validity",
)
PupilData = _of_values("PupilData", diameter="pupil_diameter", validity="pupil_validity")
GazePoint = _of_values(
    "GazePoint",
    position_on_display_area="gaze_point_position_on_display_area",
    position_in_user_coordinates="gaze_point_position_in_user_coordinates",
    validity="gaze_point_validity",
)
EyeData = _class(
    "EyeData",
    (
        "gaze_point_position_on_display_area",
        "gaze_point_position_in_user_coordinates",
        "gaze_point_validity",
        "pupil_diameter",
        "pupil_validity",
        "gaze_origin_position_in_user_coordinates",
        "gaze_origin_validity",
    ),
    {
        "gaze_point": lambda given: GazePoint(*list(given.values())[:3]),
        "pupil": lambda given: PupilData(given["pupil_diameter"], given["pupil_validity"]),
        "gaze_origin": lambda given: GazeOrigin(*list(given.values())[5:]),
    },
)


def _eye(data, side):
    return EyeData(
        data[f"{side}_gaze_point_on_display_area"],
        data[f"{side}_gaze_point_in_user_coordinate_system"],
        data[f"{side}_gaze_point_validity"],
        data[f"{side}_pupil_diameter"],
        data[f"{side}_pupil_validity"],
        data[f"{side}_gaze_origin_in_user_coordinate_system"],
        data[f"{side}_gaze_origin_validity"],
    )


GazeData = _of_data(
    "GazeData",
    _D,
    _T,
    left_eye=lambda data: _eye(data, "left"),
    right_eye=lambda data: _eye(data, "right"),
)
UserPosition = _of_values("UserPosition", user_position="user_position", validity="user_position_validity")
UserPositionGuide = _of_data(
    "UserPositionGuide",
    left_eye=lambda data: UserPosition(data["left_user_position"], data["left_user_position_validity"]),
    right_eye=lambda data: UserPosition(data["right_user_position"], data["right_user_position_validity"]),
)

CalibrationEyeData = _of_values(
    "CalibrationEyeData", position_on_display_area="position_on_display_area", validity="validity"
)
CalibrationSample = _of_values("CalibrationSample", left_eye="left_eye", right_eye="right_eye")
CalibrationPoint = _of_values(
    "CalibrationPoint",
    position_on_display_area="position_on_display_area",
    calibration_samples="calibration_samples",
)
CalibrationResult = _class(
    "CalibrationResult",
    ("status", "calibration_points"),
    {
        "status": lambda given: given["status"],
        "calibration_points": lambda given: given["calibration_points"],
    },
    # The real one refuses a success without points too.
    lambda given: bool(given["calibration_points"]) or given["status"].endswith("failure"),
)

LicenseKey = _class(
    "LicenseKey",
    ("key_string",),
    {"key_string": lambda given: given["key_string"]},
    lambda given: isinstance(given["key_string"], bytes),
)
FailedLicense = _class(
    "FailedLicense",
    ("key_string", "validation_result"),
    {
        "license_key": lambda given: LicenseKey(given["key_string"]),
        "validation_result": lambda given: f"license_{given['validation_result']}",
    },
)


def _bottom_right(area):
    corners = zip(area["top_right"], area["bottom_left"], area["top_left"], strict=True)
    return tuple(right + left - corner for right, left, corner in corners)


_CORNERS = ("top_left", "top_right", "bottom_left")

DisplayArea = _class(
    "DisplayArea",
    ("display_area",),
    {
        **{each: lambda given, key=each: given["display_area"][key] for each in _CORNERS},
        "bottom_right": lambda given: _bottom_right(given["display_area"]),
        "width": lambda given: math.dist(
            given["display_area"]["top_left"], given["display_area"]["top_right"]
        ),
        "height": lambda given: math.dist(
            given["display_area"]["top_left"], given["display_area"]["bottom_left"]
        ),
    },
    lambda given: (
        isinstance(given["display_area"], dict)
        and all(isinstance(given["display_area"][each], tuple) for each in _CORNERS)
    ),
)
