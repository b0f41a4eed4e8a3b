"""The session report: one self-contained HTML file that says how a recording was made and how good it is.

`gathering` collects all numbers while the recording is open, read in parts; the sections put them into words,
tables and pictures; `methods` fills in the reporting list. Nothing here needs a window.
"""

from capture_app.session.report.writing import (
    REPORT_ENDING,
    ReportError,
    ReportWriteError,
    report_of,
    report_path,
    write_session_report,
)

__all__ = [
    "write_session_report",
    "report_of",
    "report_path",
    "ReportError",
    "ReportWriteError",
    "REPORT_ENDING",
]
