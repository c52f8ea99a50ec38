"""All tables, by their names. The schema in words; what may be done with it is in ``models.actions``."""

from __future__ import annotations

from models.tables.accidents import (
    accident_documents,
    accident_drawings,
    accident_parties,
    accident_receipts,
    accident_reviews,
    accident_shots,
    accidents,
)
from models.tables.base import Instant, metadata
from models.tables.bulk import bulk_exports, bulk_files
from models.tables.channels import channel_setups, contact_channels
from models.tables.configuration import configuration
from models.tables.documents import documents
from models.tables.duty import (
    handovers,
    position_consents,
    roster_places,
    roster_shifts,
    rosters,
    shift_templates,
    unit_statuses,
    zones,
)
from models.tables.flags import flags, incident_variants, rollouts, trial_faults
from models.tables.hazards import agencies, agency_filings, api_keys, hazard_contacts, hazards
from models.tables.incidents import deadlines, incidents, offers, participants, photos
from models.tables.jobs import notice_days, periods, worker_lives
from models.tables.keys import leftover_files, resealings, sealing_keys
from models.tables.log import CONTROL, epochs, events, heads
from models.tables.notices import notices, simulator_messages
from models.tables.panics import panics
from models.tables.parking import captures, parking_notices, parking_records
from models.tables.people import (
    contacts,
    officer_districts,
    officers,
    owners,
    recovery_codes,
    registrations,
    second_factors,
    sessions,
    shifts,
)
from models.tables.places import cities, districts
from models.tables.providers import (
    private_numbers,
    provider_calls,
    provider_tokens,
    push_subscriptions,
)
from models.tables.records import anchors, audit, chains, clearings, first_answers, lockouts
from models.tables.refusals import refused_requests
from models.tables.reports import calendar_days, report_steps, reporters, reports
from models.tables.rules import rule_activations, rule_decisions, rule_overrides, rule_versions
from models.tables.texts import city_texts
from models.tables.uploads import pictures, regions, uploads
from models.tables.vehicles import bindings, ownerships, sticker_batches, stickers, vehicles, watch_flags
from models.tables.watching import non_motor, watch_hits, watch_imports

__all__ = [
    "CONTROL",
    "Instant",
    "agencies",
    "agency_filings",
    "api_keys",
    "accident_documents",
    "accident_drawings",
    "accident_parties",
    "accident_receipts",
    "accident_reviews",
    "accident_shots",
    "accidents",
    "anchors",
    "audit",
    "bindings",
    "bulk_exports",
    "bulk_files",
    "calendar_days",
    "captures",
    "channel_setups",
    "chains",
    "cities",
    "city_texts",
    "clearings",
    "configuration",
    "contact_channels",
    "contacts",
    "deadlines",
    "districts",
    "documents",
    "epochs",
    "events",
    "first_answers",
    "flags",
    "handovers",
    "hazard_contacts",
    "hazards",
    "heads",
    "incident_variants",
    "incidents",
    "leftover_files",
    "lockouts",
    "metadata",
    "non_motor",
    "notice_days",
    "notices",
    "offers",
    "officer_districts",
    "officers",
    "owners",
    "ownerships",
    "panics",
    "parking_notices",
    "parking_records",
    "participants",
    "periods",
    "photos",
    "pictures",
    "position_consents",
    "private_numbers",
    "provider_calls",
    "provider_tokens",
    "push_subscriptions",
    "recovery_codes",
    "refused_requests",
    "regions",
    "registrations",
    "report_steps",
    "reporters",
    "reports",
    "rollouts",
    "resealings",
    "roster_places",
    "roster_shifts",
    "rosters",
    "rule_activations",
    "rule_decisions",
    "rule_overrides",
    "rule_versions",
    "sealing_keys",
    "second_factors",
    "sessions",
    "shift_templates",
    "shifts",
    "simulator_messages",
    "sticker_batches",
    "stickers",
    "trial_faults",
    "unit_statuses",
    "uploads",
    "vehicles",
    "watch_flags",
    "watch_hits",
    "watch_imports",
    "worker_lives",
    "zones",
]
