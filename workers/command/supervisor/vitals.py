"""When a process counts as frozen, and how long to wait before the next life: pure rules over seconds.

All instants are seconds of one monotonic clock that the caller reads. Nothing here kills, starts or waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# Pauses before the next life, in seconds, by how many lives in a row ended the same way.
# A process that was up is always back within a second; one that never came up would only burn the machine.
AFTER_A_SHORT_LIFE = (0.0, 0.1, 0.2, 0.4, 0.5)
AFTER_A_STILLBIRTH = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0)
STEADY_SECONDS = 10.0
# The supervisor looks several times a second. If it comes to itself later than this, it was frozen too
# (a paused machine, a stopped terminal job), and nobody's silence meanwhile proves anything.
INATTENTIVE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient the supervisor is, in seconds."""

    first_beat_seconds: float = 20.0
    silence_seconds: float = 3.0
    look_seconds: float = 0.2
    stop_seconds: float = 10.0


@dataclass(slots=True)
class Vitals:
    """What is known of one life of a process."""

    started_at: float
    last_beat_at: float | None = None
    patient_from: float = 0.0

    @property
    def was_up(self) -> bool:
        """Whether it ever gave a sign of life."""
        return self.last_beat_at is not None

    def beat(self, now: float) -> None:
        self.last_beat_at = now

    def be_patient(self, now: float) -> None:
        """Count no silence from before ``now``."""
        self.patient_from = now

    def silent_for(self, now: float) -> float:
        """Seconds since the last sign of life, or since the start when there was none."""
        heard_at = self.started_at if self.last_beat_at is None else self.last_beat_at
        return now - max(heard_at, self.patient_from)

    def is_frozen(self, now: float, limits: Limits) -> bool:
        """Whether it has been silent for longer than a living process would be."""
        allowed = limits.silence_seconds if self.was_up else limits.first_beat_seconds
        return self.silent_for(now) > allowed


@dataclass(slots=True)
class Attention:
    """Whether the supervisor itself was awake between two looks."""

    looked_at: float

    def was_absent(self, now: float) -> bool:
        """True when this look comes so late that the time since the last one must not count."""
        gap, self.looked_at = now - self.looked_at, now
        return gap > INATTENTIVE_SECONDS


@dataclass(slots=True)
class Restarts:
    """The recent deaths of one program, as far as they decide the next pause."""

    short_lives: int = field(default=0)
    stillbirths: int = field(default=0)

    def pause_after(self, life: Vitals, died_at: float) -> float:
        """Records a death; returns the seconds to wait before the next start."""
        if not life.was_up:
            self.stillbirths += 1
            return _step(AFTER_A_STILLBIRTH, self.stillbirths)
        self.stillbirths = 0
        self.short_lives = 0 if died_at - life.started_at >= STEADY_SECONDS else self.short_lives + 1
        return _step(AFTER_A_SHORT_LIFE, self.short_lives)


def _step(ladder: tuple[float, ...], count: int) -> float:
    return ladder[min(max(count - 1, 0), len(ladder) - 1)]
