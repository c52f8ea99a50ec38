"""What the audit knows as a deed, by name. A call that was refused is recorded under the endpoint's name instead.

Each has a name for people in the catalogue (``audit.action.…``); whoever adds one adds its words.
"""

from __future__ import annotations

from typing import Literal, get_args

Deed = Literal[
    # Accounts and sessions
    "sign_in", "sign_out", "unlock", "end_session", "sign_out_officer", "add_officer", "end_officer",
    "approve_registration", "refuse_registration", "second_factor_on", "second_factor_reset",
    # Looks at personal data
    "look", "look.plate", "look.phone", "look.name", "look.history", "look.original", "search_history",
    "read_audit", "export_audit",
    # Stickers, by administrators and owners
    "issue_stickers", "revoke", "bind", "pause", "resume", "unbind", "replace",
    # Ways to be told
    "link_wechat", "unlink_wechat", "call_owner", "set_channel",
    # Work beside requests
    "retry_job", "drop_job",
    # On duty
    "change_zone", "change_template", "change_roster", "publish_roster", "copy_roster", "import_roster",
    "stay_on_duty", "panic", "clear_panic",
    # Deciding
    "override", "confirm_override", "refuse_override",
    "countersign", "send_back", "withdraw_record", "export_drafts", "review_report",
    "bulk_export", "fetch_bulk_export", "cancel_bulk_export",
    "open_case_file", "fetch_case_file",
    # Pictures of others
    "cover", "uncover",
    "determine_fault", "annul_agreement", "note_refusal", "forward_review", "conclude_review",
    # Vehicles
    "record_non_motor", "watch", "unwatch", "import_watch_list",
    # Rules, modules, pilots, wording
    "rule_draft", "rule_submit", "rule_approve", "rule_reject", "rule_withdraw", "rule_activate", "rule_roll_back",
    "set_stage", "kill_flag", "restore_flag", "go_back", "start_rollout", "widen_rollout", "pause_rollout",
    "resume_rollout", "finish_rollout", "roll_back_rollout", "set_guards", "set_text", "import_city",
    "set_calendar", "import_calendar",
    # Other bodies and programs
    "set_agency", "make_api_key", "revoke_api_key", "fetch_agency_file",
    "set_agency", "make_api_key", "revoke_api_key",
    # Keys of sealed fields, by operators
    "begin_key", "use_key", "retire_key",
    # A person's own data, by operators who were asked for it at the counter
    "copy_person", "erase_person",
]  # fmt: skip
DEEDS: frozenset[Deed] = frozenset(get_args(Deed))
