"""The rules of duty: unit statuses, rosters across midnight, consent to positions. Pure."""
