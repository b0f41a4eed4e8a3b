"""The Tobii driver passes the suite that is shipped for everybody's drivers."""

from __future__ import annotations

import pytest
from fake_backend import FakeBackend

from drivers.testing import DriverCase, DriverConformance
from drivers.tobii.options import TobiiSettings
from drivers.tobii.tracker import TobiiTracker


class TestOnAFakePackage(DriverConformance):
    """A tracker that tells when it is unplugged, and that the package takes up again by itself."""

    @pytest.fixture
    def case(self, make, clock, tracker):
        def make_absent():
            return TobiiTracker(
                TobiiSettings(), load=lambda name: FakeBackend(), clock=clock, wait=clock.wait
            )

        return DriverCase(
            make=make,
            make_absent=make_absent,
            lose=tracker.unplug,
            bring_back=tracker.plug_in,
        )


class TestOnAFakePackageThatSaysNothing(DriverConformance):
    """A tracker that is silently gone, and whose connection has to be made anew."""

    @pytest.fixture
    def case(self, make, clock, tracker):
        tracker.restores_by_itself = False
        return DriverCase(
            make=make,
            lose=lambda: tracker.unplug(is_told=False),
            bring_back=tracker.plug_in,
        )


class TestOnTheFakesOfBothPackages(DriverConformance):
    """One simulated tracker behind the fakes of both vendor packages, taken by name as `auto` would."""

    @pytest.fixture
    def case(self, on_package):
        return DriverCase(
            make=on_package.make,
            make_absent=lambda: on_package.make(address="tet-tcp://nobody"),
            before_read=lambda: on_package.network.advance(0.1),
            lose=on_package.simulated.unplug,
            bring_back=on_package.simulated.plug_in,
        )
