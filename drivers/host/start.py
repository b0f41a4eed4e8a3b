"""The first lines that run in the other interpreter: ``python start.py FOLDER``, spoken to through its pipes.

Must at least compile on every Python 3, however old, to be able to say that it is too old; imports nothing of
ours before it has found out whether that can work. FOLDER holds the packages ``drivers`` and ``gaze_core``.
"""

import json
import os
import signal
import struct
import sys
from importlib.machinery import PathFinder
from typing import Any

OWN_PACKAGES = ("drivers", "gaze_core")
OLDEST_PYTHON = (3, 10)
OLDEST_NUMPY = (1, 26)


class OwnPackages:
    """Finds our own packages in one folder and nothing else there.

    The folder may be the ``site-packages`` of another Python, whose numpy must not be taken here.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return where a module is, None where it is not for this finder to say."""
        if path is None and name in OWN_PACKAGES:
            return PathFinder.find_spec(name, [self.folder], target)
        return None


def claim_pipes() -> "tuple[int, int]":
    """Return descriptors of the pipes to read and to write; what is printed goes to the log from now on."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        for descriptor in (incoming, outgoing):
            msvcrt.setmode(descriptor, os.O_BINARY)
        kernel = ctypes.windll.kernel32
        # Libraries with a C runtime of their own ask Windows, which still has the pipe, where to print.
        kernel.SetStdHandle(-11, ctypes.c_void_p(msvcrt.get_osfhandle(2)))
        kernel.SetDllDirectoryW(None)  # a frozen parent's own libraries must not be found from here
    return incoming, outgoing


def refuse(outgoing: int, problem: str, remedy: str) -> None:
    """Say why this interpreter cannot host, as the frame of a `drivers.host.messages.CannotHost`."""
    header = {"message": "CannotHost", "problem": problem, "remedy": remedy}
    text = json.dumps(header).encode("ascii")
    frame = struct.pack("<I", len(text)) + text
    os.write(outgoing, struct.pack("<I", len(frame)) + frame)


def problem_of_numpy() -> "tuple[str, str]":
    """Return what is wrong with numpy here and what to do, two empty texts where nothing is."""
    wanted = ".".join(str(part) for part in OLDEST_NUMPY)
    remedy = f'Install it with "{sys.executable} -m pip install numpy".'
    try:
        import numpy
    except Exception as error:  # noqa: BLE001  # a broken installation may raise anything
        return f"it has no usable numpy ({error}).", remedy
    found = tuple(int(part) for part in numpy.__version__.split(".")[:2])
    if found < OLDEST_NUMPY:
        return f"its numpy is {numpy.__version__}, and {wanted} or newer is needed.", remedy
    return "", ""


def main() -> int:
    """Find out whether this interpreter can host; become the host if so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program, which ends this process
    incoming, outgoing = claim_pipes()
    if sys.version_info < OLDEST_PYTHON:
        version = ".".join(str(part) for part in sys.version_info[:3])
        problem = f"it is Python {version}, and 3.10 or newer is needed."
        refuse(outgoing, problem, "Choose another interpreter.")
        return 1
    problem, remedy = problem_of_numpy()
    if problem:
        refuse(outgoing, problem, remedy)
        return 1
    sys.meta_path.insert(0, OwnPackages(sys.argv[1]))
    from drivers.host.child import run

    return run(incoming, outgoing)


if __name__ == "__main__":
    # The folder of this script holds our modules under names that are others' as well.
    del sys.path[0]
    sys.exit(main())
