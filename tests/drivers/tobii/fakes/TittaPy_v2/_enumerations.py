"""The enumerations of TittaPy_v2 2.1.0: names and values as the real module lists them."""

from __future__ import annotations

from enum import Enum


class _Enumeration(Enum):
    """Members know their name and value and turn into an int, but are equal to no int."""

    def __int__(self) -> int:
        return int(self.value)


def _enumeration(name: str, members: str, first: int = 0) -> type[_Enumeration]:
    values = [(member, first + number) for number, member in enumerate(members.split())]
    return _Enumeration(name, values)  # type: ignore[return-value, call-overload]


class capability(_Enumeration):  # noqa: N801  # the real module's name
    can_set_display_area = 1
    has_external_signal = 2
    has_eye_images = 4
    has_gaze_data = 8
    can_do_screen_based_calibration = 32
    can_do_monocular_calibration = 256
    has_eye_openness_data = 512


calibration_action = _enumeration(
    "calibration_action",
    "nothing enter collect_data discard_data compute get_calibration_data apply_calibration_data exit",
)
calibration_eye_validity = _enumeration(
    "calibration_eye_validity", "invalid_and_not_used valid_but_not_used valid_and_used unknown", first=-1
)
calibration_state = _enumeration(
    "calibration_state",
    "not_yet_entered awaiting_cal_point collecting_data discarding_data computing getting_calibration_data "
    "applying_calibration_data left",
)
calibration_status = _enumeration("calibration_status", "failure success success_left_eye success_right_eye")
external_signal_change_type = _enumeration(
    "external_signal_change_type", "value_changed initial_value connection_restored"
)
eye_image_type = _enumeration("eye_image_type", "full_image cropped_image multi_roi_image unknown")
license_validation_result = _enumeration(
    "license_validation_result",
    "ok tampered invalid_application_signature nonsigned_application expired premature invalid_process_name "
    "invalid_serial_number invalid_model unknown",
)
log_level = _enumeration("log_level", "error warning information debug trace")
log_source = _enumeration("log_source", "stream_engine SDK firmware_upgrade")
notification_type = _enumeration(
    "notification_type",
    "connection_lost connection_restored calibration_mode_entered calibration_mode_left calibration_changed "
    "display_area_changed gaze_output_frequency_changed eye_tracking_mode_changed device_faults "
    "device_warnings stream_buffer_overflow notification_unknown",
)
selected_eye = _enumeration("selected_eye", "left right both")
stream_error = _enumeration(
    "stream_error",
    "connection_lost insufficient_license not_supported too_many_subscribers internal_error user_error",
)
stream_error_source = _enumeration(
    "stream_error_source",
    "user stream_pump subscription_gaze_data subscription_external_signal "
    "subscription_time_synchronization_data subscription_eye_image subscription_notification "
    "subscription_user_position_guide",
)
stream = _enumeration(
    "stream", "gaze eye_openness eye_image external_signal time_sync positioning notification", first=1
)
buffer_side = _enumeration("buffer_side", "start end", first=1)
