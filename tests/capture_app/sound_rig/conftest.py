"""A sound card of its own: a private PulseAudio whose only output and input are pipes."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_READING_RIG = Path(__file__).parents[1] / "session" / "reading" / "reading_rig.py"
if "reading_rig" not in sys.modules:  # a plain module; with importlib import mode it is loaded by its path
    _SPEC = importlib.util.spec_from_file_location("reading_rig", _READING_RIG)
    assert _SPEC is not None
    assert _SPEC.loader is not None
    _MODULE = importlib.util.module_from_spec(_SPEC)
    sys.modules["reading_rig"] = _MODULE
    _SPEC.loader.exec_module(_MODULE)

FEEDER = Path(__file__).with_name("feeder.py")
CONFIGURATION = """
load-module module-native-protocol-unix auth-anonymous=1 socket={folder}/native
load-module module-pipe-sink sink_name=out file={folder}/out.fifo format=s16le rate=48000 channels=1 \
use_system_clock_for_timing=yes
load-module module-pipe-source source_name=mic file={folder}/mic.fifo format=s16le rate=48000 channels=1
set-default-sink out
set-default-source mic
"""


class SoundRig:
    """The virtual sound card and what hangs on it. One thing hangs on it at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_SERVER": f"unix:{folder}/native",
            "HOME": str(folder),
        }
        self._feeder: subprocess.Popen[str] | None = None
        (folder / "pulse.pa").write_text(CONFIGURATION.format(folder=folder))
        self._server = subprocess.Popen(
            ["pulseaudio", "-n", "-F", str(folder / "pulse.pa"), "--exit-idle-time=-1", "--daemonize=no"],
            env={**os.environ, **self.environment},
            stderr=subprocess.DEVNULL,
        )
        until_s = time.monotonic() + 20
        while subprocess.run(  # the server says in no other way that it is there
            ["pactl", "info"], env={**os.environ, **self.environment}, capture_output=True, check=False
        ).returncode:
            assert self._server.poll() is None, "the sound server did not start"
            assert time.monotonic() < until_s, "the sound server does not answer"

    def hang_on(self, *what: str) -> subprocess.Popen[str]:
        """Hang on a cable (with its delays in frames), a photodiode or a voice in place of what was there."""
        self.take_off()
        kind, *rest = what
        pipes = [str(self.folder / "out.fifo"), str(self.folder / "mic.fifo")]
        self._feeder = subprocess.Popen(
            [sys.executable, str(FEEDER), kind, *pipes, *rest],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._feeder.stdout.readline() == "ready\n"
        return self._feeder

    def take_off(self) -> None:
        if self._feeder is not None:
            end(self._feeder)
            self._feeder = None

    def close(self) -> None:
        self._server.terminate()
        end(self._server)
        self.take_off()


def end(process: subprocess.Popen) -> None:
    try:
        process.wait(0.0 if process.stdin else 10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


@pytest.fixture(scope="module")
def rig() -> Iterator[SoundRig]:
    pytest.importorskip("sounddevice", reason="sounddevice or the PortAudio library is not installed")
    for command in ("pulseaudio", "pactl"):
        if shutil.which(command) is None:
            pytest.skip(f"{command} is not installed: no virtual sound device can be made")
    if ctypes.util.find_library("portaudio") is None:
        pytest.skip("the PortAudio library is not installed")
    if not list(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")):
        pytest.skip("libasound2-plugins is not installed: PortAudio cannot reach the virtual sound device")
    with tempfile.TemporaryDirectory(prefix="sound-") as name:  # short: it holds the name of a socket
        rig = SoundRig(Path(name))
        yield rig
        rig.close()
