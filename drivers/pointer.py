"""Where the pointer is, without a window of our own: user32 on Windows, xcb on X11, CoreGraphics on macOS.

The acquisition process has no Qt. xcb is used instead of Xlib because Xlib ends the whole process when the
X server goes away, and a recording must survive that.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from drivers.contract import DriverError, TrackerLostError, TrackerNotFoundError

_XCB: Final = "libxcb.so.1"
_CORE_GRAPHICS: Final = "/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics"
_CORE_FOUNDATION: Final = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"
_PER_MONITOR_AWARE_V2: Final = -4


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerProblem:
    """Why the pointer cannot be read here."""

    reason: str
    remedy: str


class PointerReader(Protocol):
    """An open way to the pointer."""

    def position(self) -> tuple[float, float]:
        """Return x and y on the desktop: physical px on Windows and X11, points on macOS."""

    def close(self) -> None:
        """Let go; idempotent."""


def find_pointer_problem(
    platform: str = sys.platform, environment: Mapping[str, str] = os.environ
) -> PointerProblem | None:
    """Return why the pointer cannot be read on this machine, None where it can; connects to nothing."""
    if platform in ("win32", "darwin"):
        return None
    if not environment.get("DISPLAY"):
        return PointerProblem(
            reason="There is no X display (DISPLAY is not set), so there is no pointer to read.",
            remedy="Start the program in a graphical session, or set DISPLAY.",
        )
    if environment.get("XDG_SESSION_TYPE") == "wayland" and environment.get("QT_QPA_PLATFORM") != "xcb":
        return PointerProblem(
            reason="In a Wayland session the pointer is told only to the window it is in.",
            remedy="Log in to an X11 session, or start the program with QT_QPA_PLATFORM=xcb.",
        )
    try:
        ctypes.CDLL(_XCB)
    except OSError:
        return PointerProblem(
            reason=f"The library {_XCB} is missing, so the pointer cannot be read.",
            remedy="Install the system package libxcb1.",
        )
    return None


def open_pointer() -> PointerReader:
    """Return a reader of the pointer of this desktop.

    Raises
    ------
    TrackerNotFoundError
        If there is no pointer to read.
    """
    problem = find_pointer_problem()
    if problem is not None:
        raise TrackerNotFoundError(f"{problem.reason} {problem.remedy}")
    if sys.platform == "win32":
        return WindowsPointer()
    if sys.platform == "darwin":
        return MacPointer()
    return X11Pointer()


class _ScreenIterator(ctypes.Structure):
    _fields_ = (("data", ctypes.POINTER(ctypes.c_uint32)), ("rem", ctypes.c_int), ("index", ctypes.c_int))


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


class _QueryPointerReply(ctypes.Structure):
    _fields_ = (
        ("response_type", ctypes.c_uint8),
        ("same_screen", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("length", ctypes.c_uint32),
        ("root", ctypes.c_uint32),
        ("child", ctypes.c_uint32),
        ("root_x", ctypes.c_int16),
        ("root_y", ctypes.c_int16),
        ("win_x", ctypes.c_int16),
        ("win_y", ctypes.c_int16),
        ("mask", ctypes.c_uint16),
    )


class X11Pointer:
    """The pointer of the X display named by DISPLAY."""

    def __init__(self) -> None:
        self._xcb = _load_xcb()
        self._free = ctypes.CDLL(None).free
        self._free.argtypes = (ctypes.c_void_p,)
        self._free.restype = None
        self._connection: int | None = self._xcb.xcb_connect(None, None)
        if self._xcb.xcb_connection_has_error(self._connection):
            self.close()
            raise TrackerNotFoundError(
                f"The X display {os.environ.get('DISPLAY')!r} does not answer: no pointer to read. "
                "Check DISPLAY and whether this user may connect to it."
            )
        roots = self._xcb.xcb_setup_roots_iterator(self._xcb.xcb_get_setup(self._connection))
        self._root: int = roots.data[0]  # the first field of xcb_screen_t is the root window

    def position(self) -> tuple[float, float]:
        """Return physical px of the X root window."""
        if self._connection is None:
            raise DriverError("The pointer was let go; open the mouse tracker again.")
        cookie = self._xcb.xcb_query_pointer(self._connection, self._root)
        reply = self._xcb.xcb_query_pointer_reply(self._connection, cookie, None)
        if not reply:
            raise TrackerLostError(
                "The X display stopped answering, so the pointer is lost. Restart the graphical session."
            )
        position = float(reply.contents.root_x), float(reply.contents.root_y)
        self._free(reply)
        return position

    def close(self) -> None:
        """Disconnect from the X display."""
        if self._connection is not None:
            self._xcb.xcb_disconnect(self._connection)
            self._connection = None


def _load_xcb() -> ctypes.CDLL:
    xcb = ctypes.CDLL(_XCB)
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = (ctypes.c_void_p,)
    xcb.xcb_get_setup.argtypes = (ctypes.c_void_p,)
    xcb.xcb_get_setup.restype = ctypes.c_void_p
    xcb.xcb_setup_roots_iterator.argtypes = (ctypes.c_void_p,)
    xcb.xcb_setup_roots_iterator.restype = _ScreenIterator
    xcb.xcb_query_pointer.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    xcb.xcb_query_pointer.restype = _Cookie
    xcb.xcb_query_pointer_reply.argtypes = (ctypes.c_void_p, _Cookie, ctypes.c_void_p)
    xcb.xcb_query_pointer_reply.restype = ctypes.POINTER(_QueryPointerReply)
    xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    xcb.xcb_disconnect.restype = None
    return xcb


class _IntPoint(ctypes.Structure):
    _fields_ = (("x", ctypes.c_long), ("y", ctypes.c_long))


class WindowsPointer:
    """The pointer of a Windows desktop in physical px, whatever the scaling."""

    def __init__(self) -> None:
        self._user32 = _load_user32()
        # Without this the system hands scaled coordinates to a thread that does not say it knows better.
        self._user32.SetThreadDpiAwarenessContext.argtypes = (ctypes.c_void_p,)
        self._user32.SetThreadDpiAwarenessContext.restype = ctypes.c_void_p
        self._user32.SetThreadDpiAwarenessContext(_PER_MONITOR_AWARE_V2)
        self._user32.GetCursorPos.argtypes = (ctypes.POINTER(_IntPoint),)

    def position(self) -> tuple[float, float]:
        """Return physical px of the virtual desktop."""
        point = _IntPoint()
        if not self._user32.GetCursorPos(ctypes.byref(point)):
            raise DriverError(
                "Windows refused to tell the position of the pointer (the desktop is locked or switched). "
                "Unlock the desktop."
            )
        return float(point.x), float(point.y)

    def close(self) -> None:
        """Nothing is held."""


def _load_user32() -> ctypes.CDLL:
    if sys.platform == "win32":
        return ctypes.WinDLL("user32")
    raise TrackerNotFoundError("This is not Windows, so its pointer cannot be read.")


class _FloatPoint(ctypes.Structure):
    _fields_ = (("x", ctypes.c_double), ("y", ctypes.c_double))


class MacPointer:
    """The pointer of a macOS desktop in points."""

    def __init__(self) -> None:
        self._graphics = ctypes.CDLL(_CORE_GRAPHICS)
        self._foundation = ctypes.CDLL(_CORE_FOUNDATION)
        self._graphics.CGEventCreate.argtypes = (ctypes.c_void_p,)
        self._graphics.CGEventCreate.restype = ctypes.c_void_p
        self._graphics.CGEventGetLocation.argtypes = (ctypes.c_void_p,)
        self._graphics.CGEventGetLocation.restype = _FloatPoint
        self._foundation.CFRelease.argtypes = (ctypes.c_void_p,)
        self._foundation.CFRelease.restype = None

    def position(self) -> tuple[float, float]:
        """Return points of the global display space, origin top left of the main display."""
        event = self._graphics.CGEventCreate(None)
        if not event:
            raise DriverError("macOS did not tell the position of the pointer; log in to the desktop.")
        point = self._graphics.CGEventGetLocation(event)
        self._foundation.CFRelease(event)
        return float(point.x), float(point.y)

    def close(self) -> None:
        """Nothing is held."""
