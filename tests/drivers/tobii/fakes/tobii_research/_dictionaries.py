"""The simulation's records as the dictionaries of ``tobii_research``."""

from __future__ import annotations

from simulated_tobii import GazeSample, Notification, Position, Signal, SimulatedArea, StreamError, TimeSync

from ._data import (
    CalibrationChangedData,
    CalibrationModeEnteredData,
    CalibrationModeLeftData,
    ConnectionLostData,
    ConnectionRestoredData,
    DeviceFaultsData,
    DeviceWarningsData,
    DisplayAreaChangedData,
    ExternalSignalData,
    EyeImageData,
    EyeOpennessData,
    EyeTrackingModeChangedData,
    GazeData,
    GazeOutputFrequencyChangedData,
    StreamBufferOverflowData,
    StreamErrorData,
    TimeSynchronizationData,
    UserPositionGuide,
)

NOTIFICATION = "eyetracker_notification_"
NOTIFICATION_CLASSES = {
    NOTIFICATION + "connection_lost": ConnectionLostData,
    NOTIFICATION + "connection_restored": ConnectionRestoredData,
    NOTIFICATION + "calibration_mode_entered": CalibrationModeEnteredData,
    NOTIFICATION + "calibration_mode_left": CalibrationModeLeftData,
    NOTIFICATION + "calibration_changed": CalibrationChangedData,
    NOTIFICATION + "display_area_changed": DisplayAreaChangedData,
    NOTIFICATION + "gaze_output_frequency_changed": GazeOutputFrequencyChangedData,
    NOTIFICATION + "eye_tracking_mode_changed": EyeTrackingModeChangedData,
    NOTIFICATION + "device_faults": DeviceFaultsData,
    NOTIFICATION + "device_warnings": DeviceWarningsData,
    NOTIFICATION + "stream_buffer_overflow": StreamBufferOverflowData,
}


def gaze(sample: GazeSample) -> dict:
    made = {"device_time_stamp": sample.device_us, "system_time_stamp": sample.system_us}
    for side, eye in (("left", sample.left), ("right", sample.right)):
        made[f"{side}_gaze_point_on_display_area"] = eye.point_norm
        made[f"{side}_gaze_point_in_user_coordinate_system"] = eye.point_mm
        made[f"{side}_gaze_point_validity"] = int(eye.is_point_valid)
        made[f"{side}_gaze_origin_in_user_coordinate_system"] = eye.origin_mm
        made[f"{side}_gaze_origin_validity"] = int(eye.is_origin_valid)
        made[f"{side}_pupil_diameter"] = eye.pupil_mm
        made[f"{side}_pupil_validity"] = int(eye.is_pupil_valid)
    return made


def openness(sample: GazeSample) -> dict:
    made = {"device_time_stamp": sample.device_us, "system_time_stamp": sample.system_us}
    for side, eye in (("left", sample.left), ("right", sample.right)):
        made[f"{side}_eye_openness_value"] = eye.openness_mm
        made[f"{side}_eye_validity"] = int(eye.is_openness_valid)
    return made


def signal(record: Signal) -> dict:
    return {
        "value": record.value,
        "change_type": f"external_signal_change_type_{record.change}",
        "device_time_stamp": record.device_us,
        "system_time_stamp": record.system_us,
    }


def time_sync(record: TimeSync) -> dict:
    return {
        "system_request_time_stamp": record.request_us,
        "device_time_stamp": record.device_us,
        "system_response_time_stamp": record.response_us,
    }


def position(record: Position) -> dict:
    return {
        "left_user_position": record.left,
        "left_user_position_validity": int(record.is_left_valid),
        "right_user_position": record.right,
        "right_user_position_validity": int(record.is_right_valid),
    }


def stream_error(record: StreamError) -> dict:
    return {
        "system_time_stamp": record.system_us,
        "error": f"stream_error_{record.error}",
        "source": f"stream_error_source_{record.source}",
        "message": record.message,
    }


def area(record: SimulatedArea) -> dict:
    return {
        "top_left": record.top_left,
        "top_right": record.top_right,
        "bottom_left": record.bottom_left,
    }


def notification(record: Notification) -> dict:
    made = {"notification_type": NOTIFICATION + record.kind, "system_time_stamp": record.system_us}
    if record.area is not None:
        made["display_area"] = area(record.area)
    elif record.kind == "gaze_output_frequency_changed":
        made["gaze_output_frequency"] = record.rate_hz
    elif record.kind == "device_faults":
        made["faults"] = record.text
    elif record.kind == "device_warnings":
        made["warnings"] = record.text
    elif record.kind == "stream_buffer_overflow":
        made["notification_source_stream"] = record.text
    return made


# subscription type: stream of the simulation, dictionary, class of the object
STREAMS = {
    "eyetracker_gaze_data": ("gaze", gaze, GazeData),
    "eyetracker_eye_openness_data": ("eye_openness", openness, EyeOpennessData),
    "eyetracker_external_signal": ("external_signal", signal, ExternalSignalData),
    "eyetracker_time_synchronization_data": ("time_sync", time_sync, TimeSynchronizationData),
    "eyetracker_user_position_guide": ("user_position", position, UserPositionGuide),
    "eyetracker_stream_errors": ("stream_error", stream_error, StreamErrorData),
    "eyetracker_eye_images": ("eye_images", dict, EyeImageData),
}
