"""Parking on record, as far as it is pure: what becomes of a record, and which sightings are one stay."""
