"""A reading whose voice is kept: real loop and real dictation; microphone, engine and loudspeaker by hand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).parent


def _load(path: Path) -> None:
    """Load a plain module by its path, as importlib import mode needs it."""
    if path.stem in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)


_load(_HERE.parents[1] / "reading" / "reading_rig.py")
_load(_HERE / "voice_rig.py")


@pytest.fixture
def voice(tmp_path):
    from voice_rig import VoiceRig

    rigs = []

    def make(**options) -> VoiceRig:
        rigs.append(VoiceRig(tmp_path, **options))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.run.close()
