"""Who may what, in one table: nobody may what does not stand here, and nobody is shown a field that does not.

Columns: **R** requester, **O** owner, **P** police, **X** auxiliary officer, **C** commander, **A** administrator,
**U** auditor, **W** wall, **\\*** anyone, without having signed in. Marks: ``y`` may; ``d`` may while on duty in the
incident's district; ``h`` may who has the incident (commands: on duty, and nobody else has it); ``r`` is shown once a
reason has been given for this incident; a dot: may not. Every row is within one's own: a requester's or owner's one
incident, an officer's districts. The last column says which law or standard the row comes from.

An action is an endpoint of the API, by its name; with a dot, a part of one that not everybody has. A field is one
of a shape of the API (``*``: the whole answer, for configuration, which holds nothing about people). Leaves to others:
what is possible now (`models.incident.transitions`), and whose district something is in.

Sources: 规范 公安机关人民警察执勤执法工作规范; 程序 道路交通安全违法行为处理程序规定;
事故 道路交通事故处理程序规定; 个保法 个人信息保护法; 处罚法 行政处罚法; 等保 GB/T 22239-2019, 8.1.4.
"""

ACTIONS = """
                                 R O P X C A U W *
# At the door
sign_in                          y y y y y y y y y  等保 身份鉴别: whoever is to be known must be able to say who he is
sign_in_auxiliary                y y y y y y y y y  规范 5: auxiliary officers have a door of their own
sign_out                         . . y y y y y . .  等保 身份鉴别
own_sessions                     . . y y y y y . .  等保 身份鉴别: one's own
end_session                      . . y y y y y . .  等保 身份鉴别: one's own
lock_session                     . . y y y y y . .  等保 身份鉴别: a desk that nobody sits at
unlock_session                   . . y y y y y . .  等保 身份鉴别
begin_second_factor              . . y y y y y . .  等保 身份鉴别: two factors
confirm_second_factor            . . y y y y y . .  等保 身份鉴别
register                         y y y y y y y y y  等保 身份鉴别: opens nothing before it is approved
register_auxiliary               y y y y y y y y y  规范 5: the auxiliary officers' own door
me                               . . y y y y y . .  等保 身份鉴别
connection_token                 y y y y y y y y .  等保 访问控制: what it opens stands below, under channels
districts                        y y y y y y y y y  public: names and codes of GB/T 2260
openapi                          y y y y y y y y y  public: the description of the API
simulator_messages               y y y y y y y y y  the sample city only, at its own machine
simulator_connection_token       y y y y y y y y y  the sample city only, at its own machine

# A car is in the way
sticker                          y y y y y y y y y  个保法 6: a scan shows province and city letter
request_move                     y y y y y y y y y  道路交通安全法 56: whoever is blocked may ask, without an account
begin_binding                    y y y y y y y y y  个保法 13: an owner consents by binding
confirm_binding                  y y y y y y y y y  个保法 13
pause_sticker                    . y . . . . . . .  个保法 15: consent is taken back as easily as it was given
resume_sticker                   . y . . . . . . .  个保法 15
unbind_sticker                   . y . . . . . . .  个保法 15, 47
replace_sticker                  . y . . . . . . .  个保法 15
begin_wechat                     . y . . . . . . .  个保法 13, 14: told by WeChat because he says so
call_owner                       y . . . . . . . .  个保法 6: by a number that stands for both, for one request
end_wechat                       . y . . . . . . .  个保法 15: consent is taken back as easily as it was given
incident                         y y y y y . . y .  个保法 6, 51: whoever deals with it, and whom it concerns
begin_upload_pass                y y y y y y y y y  个保法 13: whoever reports may; it opens only what is his
upload_options                   y y y y y y y y y  public: what is spoken here
begin_upload                     y y y y y . . . .  程序 18, 23: evidence by citizens and officers
upload_offset                    y y y y y . . . .  one's own
append_upload                    y y y y y . . . .  one's own
give_up_upload                   y y y y y . . . .  个保法 15, 47: one's own, as long as it is nobody's evidence
upload                           y y y y y . . . .  个保法 6: one's own, and what one is concerned with
picture                          y y y y y . . . .  个保法 6, 26: covered, for whoever did not send it
picture.plain                    . . y h y . . . .  程序 18; 规范 5: an auxiliary officer of what he is at
upload_video                     y y y y y . . . .  个保法 6: one's own; the police, without the voices
upload_original                  . . y . y . . . .  程序 18; 处罚法 46: evidence, with a reason, on the record
picture_regions                  . . y . y . . . .  个保法 26
cover_region                     . . y . y . . . .  个保法 26: faces and plates of others
uncover_region                   . . y . y . . . .  个保法 26: an officer answers for what is shown
photo                            y y y h y . . . .  个保法 6; 规范 5: an auxiliary officer of what he is at
add_photo                        y y y y y . . . .  程序 18, 23: evidence by citizens and officers
answer                           . y . . . . . . .  the owner's own word
cancel                           y . . . . . . . .  the requester's own word
defer                            y . . . . . . . .  the requester's own word
rate                             y . . . . . . . .  the requester's own word
settle                           y . d d . . . . .  规范 5: that the car is gone is a report
hand_over                        y . . . y . . . .  规范 5: a commander directs
accept                           . . d d . . . . .  规范 5: on duty, in one's own district
decline                          . . d d . . . . .  规范 5
arrive                           . . h h . . . . .  规范 5
release                          . . h h . . . . .  规范 5
resolve                          . . h h y . . . .  规范 5: that it is over is a report
resolve.rejected                 . . h . y . . . .  规范 5: that somebody was wrong is an officer's word
resolve.duplicate                . . h . y . . . .  规范 5: what ends another's request is an officer's word
reopen                           . . . . y . . . .  规范 5: a commander directs
assign                           . . . . y . . . .  规范 5: a commander directs
reassign                         . . . . y . . . .  规范 5
assign_support                   . . . . y . . . .  规范 5
merge                            . . . . y . . . .  规范 5: what ends another's request is a commander's word
unmerge                          . . . . y . . . .  规范 5: what was ended wrongly goes on
transfer                         . . . . y . . . .  事故 9, 10: to whom it belongs; until then whoever has it
backup                           . . d d y . . . .  规范 5: who is there for it calls for help
support                          . . d d . . . . .  规范 5: beside an officer, under his direction
refer                            . . d . y . . . .  道路交通安全法 30: whose the road is
take_note                        . . d . y . . . .  道路交通安全法 30: what that body says
mend                             . . d d y . . . .  规范 5: that it is mended is a report
still_there                      y . . . . . . . .  the follower's own word
near_hazards                     y y y y y y y y y  道路交通安全法 30: anybody may say what is dangerous
hazard_picture                   y y y y y y y y y  个保法 26: the copy on which faces and plates are covered
hazard_map                       y y y y y y y y y  道路交通安全法 30: where the streets are; nobody's data
report_hazard                    y y y y y y y y y  道路交通安全法 30: anybody may say what is dangerous
join_hazard                      y y y y y y y y y  道路交通安全法 30
leave_phone                      y . . . . . . . .  个保法 13, 14: the follower's own consent
stop_messages                    y . . . . . . . .  个保法 15: taken back as easily
hazards                          . . y . y . . . .  道路交通安全法 30: who sees to it
export_hazards                   . . . . y . . . .  道路交通安全法 30: to the body that answers for it; no person in it
override_decision                . . y . y . . . .  处罚法 5, 47: an officer answers for deviating from the rule
confirm_override                 . . y . y . . . .  处罚法 5: a second person for what weighs
refuse_override                  . . y . y . . . .  处罚法 5
refusals                         . . y . y . . . .  处罚法 44: whoever was refused is told why, at the counter
override_refusal                 . . y . y . . . .  处罚法 5, 47: an officer answers for deviating from the rule

# An accident
report_accident                  y y y y y y y y y  事故 16: whoever is there, without an account
join_accident                    y y y y y y y y y  事故 19: to whoever has the code off the other party's phone
accident                         y . y . y . . . .  个保法 6, 51: its parties, and officers who may determine
invite_party                     y . . . . . . . .  事故 19: a party
add_party                        y . . . . . . . .  事故 19: a party
enter_party                      y . . . . . . . .  事故 21: one's own data and nobody else's
state_accident                   y . . . . . . . .  事故 19, 21: a party
name_photo                       y . . . . . . . .  事故 19: a party
sign_agreement                   y . . . . . . . .  事故 21: a party, for himself
annul_agreement                  . . d . y . . . .  事故 21; 规范 5: no auxiliary officer
move_record                      y y y y y . . . .  处罚法 47: what happened, for whoever took part; nobody is named
ended_shifts                     . . y y y . . . .  规范 5: one's own; a commander's district
shift_report                     . . y y y . . . .  规范 5: one's own; a commander's district
receive_determination            y . . . . . . . .  事故 24: a party, for himself
note_refusal                     . . y . y . . . .  事故 24: noted where a party refuses
ask_review                       y . . . . . . . .  事故 71: a party
withdraw_review                  y . . . . . . . .  事故 75: whoever asked for it
forward_review                   . . . . y . . . .  事故 72: the unit that determined it
conclude_review                  . . . . y . . . .  事故 74, 76: two others than who determined it
accident_reviews                 . . . . y . . . .  事故 72, 74: what has a time limit is watched
call_party                       . . h . . . . . .  事故 16; 个保法 6, 51: who has it, for a reason, each on the record
accident_document                y . y . y . . . .  事故 21, 24: its parties, and officers; each look on the record

# On duty
duty                             . . y y y . . . .  规范 5
set_duty                         . . y y . . . . .  规范 5: patrols are the work of police and of those who help them
move                             . . y y . . . . .  个保法 34: positions on duty only
answer_consent                   . . y y . . . . .  个保法 15, 29: given apart, and taken back as easily
set_unit_status                  . . y y . . . . .  规范 5
push_key                         . . y y y . . . .  规范 5: an offer is heard although the phone lies in a pocket
keep_push                        . . y y y . . . .  个保法 6, 15: one's own browser, as long as one is signed in
drop_push                        . . y y y . . . .  个保法 15
stay_on_duty                     . . y y . . . . .  规范 5
sign_off                         . . y y . . . . .  规范 5
colleagues                       . . y y . . . . .  规范 5: by service number, to hand an incident to one of them
ask_for_relief                   . . y y . . . . .  规范 5: of what he has himself
answer_relief                    . . y y . . . . .  规范 5: what he was asked, or asked himself
raise_panic                      . . y y y . . . .  规范 5: one's own alarm, and nobody else's
withdraw_panic                   . . y y y . . . .  规范 5: one's own
clear_panic                      . . . . y . . . .  规范 5: a commander directs, and never his own
desk                             . . . . y . . . .  规范 5: who was asked, and what he answered
response                         . . y y y . . y .  程序 66: times of incidents, never of persons
board                            . . y y y . . y .  规范 5
record_non_motor                 . . y y y . . . .  规范 5: what stands in the street, and never who rides it
non_motor                        . . y . y . . . .  规范 5
vehicle_figures                  . . y y y . . y .  程序 66: counts of vehicles, never of fines, and no plates
figures                          . . y y y . . y .  规范 5
closed                           . . y y y . . . .  规范 5
district_map                     . . y y y . . . .  规范 5: where the streets are; nobody's data
watch_attendance                 . . . . y . . . .  个保法 6: colleagues do not watch each other

# Planning duty
zones                            . . y y y y . . .  规范 5
set_zone                         . . . . y y . . .  规范 5: a commander directs
add_shift_template               . . . . y y . . .  规范 5
change_shift_template            . . . . y y . . .  规范 5
roster                           . . . . y y . . .  规范 5; 程序 66: who came and who did not, never who fined
add_roster_shift                 . . . . y y . . .  规范 5
change_roster_shift              . . . . y y . . .  规范 5
remove_roster_shift              . . . . y y . . .  规范 5
publish_roster                   . . . . y y . . .  规范 5
copy_roster                      . . . . y y . . .  规范 5
import_roster                    . . . . y y . . .  规范 5

# What has legal effect
# Parking on record; what ``end_record`` has legal effect of is under ``issue_notice``
keep_capture                     . . y y y . . . .  规范 5; 程序 12: whoever stands before the car photographs it
capture                          . . y y y . . . .  规范 5: one's own photo
capture_photo                    . . y y y . . . .  个保法 6; 规范 5: an auxiliary officer of his own records
own_records                      . . y y y . . . .  规范 5: one's own
record                           . . y y y . . . .  规范 5: an auxiliary officer of his own
records_waiting                  . . y . y . . . .  规范 5: what waits for an officer's word
record_figures                   . . y y y . . y .  程序 66: counts and times, never of persons or fines
notice_sheet                     . . y . y . . . .  程序 12: one officer
exported_drafts                  . . . . y . . . .  程序 68: the same export once more
exported_json                    . . . . y . . . .  程序 68: the same, for another program
export_reports                   . . . . y . . . .  程序 68: verified reports as drafts; the register is another
exported_reports                 . . . . y . . . .  程序 68: the same export once more
exported_reports_json            . . . . y . . . .  程序 68: the same, for another program
parking_exports                  . . . . y . . . .  程序 68: how many there are, and which were taken
report_exports                   . . . . y . . . .  程序 68: how many there are, and which were taken
file_record                      . . y y y . . . .  规范 5: an auxiliary officer's is a draft without effect
end_record                       . . y y y . . . .  规范 5: that a car has left is a report
# A citizen tells of an offence
tell_offence                     y y y y y y y y y  程序 14: whoever tells of an offence is heard, without an account
report_words                     y y y y y y y y y  程序 14: what can be told of
own_report                       y . . . . . . . .  程序 22: one's own, each step
withdraw_report                  y . . . . . . . .  个保法 15: one's own
supply_report                    y . . . . . . . .  程序 18: one's own
object_to_report                 y . . . . . . . .  程序 5, 22: one's own, once
report_queue                     . . y . y . . . .  程序 19, 23
take_report                      . . y . y . . . .  程序 19, 23
report                           . . y . y . . . .  程序 19, 23: each look on the record
put_back_report                  . . y . y . . . .  程序 19, 23
review_report                    . . y . y . . . .  程序 19, 23: evidence by citizens counts once an officer verified it
withdraw_record                  . . y . y . . . .  程序 22; 处罚法 5: by a second person, with a reason
draft_evidence                   . . y y y . . . .  规范 5: auxiliary officers secure the scene and report
countersign                      . . y . y . . . .  规范 5: nothing of an auxiliary officer's has effect without it
issue_notice                     . . y . y . . . .  程序 12, 43: one officer, no auxiliary officer
determine_fault                  . . h . y . . . .  事故 20, 60; 规范 5: one officer, no auxiliary officer
export_drafts                    . . . . y . . . .  程序 68: the official register is another
ask_bulk_export                  . . . . y . . . .  程序 68; 个保法 6, 51: a reason, and a record
bulk_exports                     . . . . y . . . .  程序 68: counts and sums only
cancel_bulk_export               . . . . y . . . .  程序 68
bulk_export_file                 . . . . y . . . .  程序 68; 个保法 6, 51: each fetch is on the record
bulk_export_archive              . . . . y . . . .  程序 68; 个保法 6, 51
case_file                        . . . . y . . . .  处罚法 47: the whole course, filed; a reason, and a record
case_file_archive                . . . . y . . . .  处罚法 47; 个保法 6, 51: each fetch is on the record

# About people
watch_lists                      . . . . y y . . .  个保法 34: lists of vehicles are kept by whoever answers for them
check_watch_list                 . . . . y y . . .  个保法 34
import_watch_list                . . . . y y . . .  个保法 34
clear_watch_flag                 . . . . y y . . .  个保法 34
watch_vehicle                    . . . . y y . . .  个保法 34: lists of vehicles are kept by whoever answers for them
look                             . . y . y . . . .  个保法 6, 51, 54: a reason, and a record
look.plate                       . . y . y . . . .  个保法 6, 34: a whole plate leads to its owner
look.phone                       . . y . y . . . .  个保法 6, 34: through the hub; the number itself is shown to nobody
look.name                        . . y . y . . . .  个保法 6, 34
look.history                     . . y . y . . . .  个保法 6, 34; 规范 5: no inquiries by auxiliary officers
incident_history                 . . y . y . . . .  个保法 6, 34; 规范 5: once a reason has been given for the incident
search_people                    . . y . y . . . .  个保法 6, 34; 规范 5
search_history                   . . y . y . . . .  个保法 6, 34; 规范 5

# The administrator's desk
sticker_batches                  . . . . . y . . .  等保 安全管理中心: system administration
issue_stickers                   . . . . . y . . .  等保 安全管理中心
coverage                         . . . . . y . . .  等保 安全管理中心
sticker_sheet                    . . . . . y . . .  等保 安全管理中心
sticker_svg                      . . . . . y . . .  等保 安全管理中心
sticker_png                      . . . . . y . . .  等保 安全管理中心
agencies                         . . . . . y . . .  等保 安全管理中心
set_agency                       . . . . . y . . .  等保 安全管理中心: sealed, and told to nobody
channels                         . . . . . y . . .  等保 安全管理中心
set_channel                      . . . . . y . . .  等保 安全管理中心: sealed, and told to nobody
jobs                             . . . . . y . . .  等保 安全管理中心: what failed, and no person in it
retry_job                        . . . . . y . . .  等保 安全管理中心: with a reason, on the record
drop_job                         . . . . . y . . .  等保 安全管理中心: with a reason, on the record
ways                             . y . . . . . . .  个保法 15: one's own consent
set_ways                         . y . . . . . . .  个保法 15: taken back as easily as it was given
calendar                         . . . . . y . . .  程序 81: working days are data, not code
set_calendar_day                 . . . . . y . . .  程序 81
clear_calendar_day               . . . . . y . . .  程序 81
check_calendar                   . . . . . y . . .  程序 81
import_calendar                  . . . . . y . . .  程序 81
api_keys                         . . . . . y . . .  等保 访问控制: of other programs, without the keys
make_api_key                     . . . . . y . . .  等保 访问控制: told once
revoke_api_key                   . . . . . y . . .  等保 访问控制
revoke_sticker                   . . . . . y . . .  等保 安全管理中心
officers                         . . . . . y . . .  等保 身份鉴别: accounts without names
add_officer                      . . . . . y . . .  等保 身份鉴别: of no auditor
registrations                    . . . . . y . . .  等保 身份鉴别: names, to know whom one approves
approve_registration             . . . . . y . . .  等保 身份鉴别
refuse_registration              . . . . . y . . .  等保 身份鉴别
officer_sessions                 . . . . . y . . .  等保 身份鉴别
sign_out_officer                 . . . . . y . . .  等保 身份鉴别
reset_second_factor              . . . . . y . . .  等保 身份鉴别
end_officer                      . . . . . y . . .  等保 身份鉴别: no stale accounts

# The audit
audit                            . . . . . . y . .  个保法 54; 等保 安全审计: separate from system administration
export_audit                     . . . . . . y . .  个保法 54; 等保 安全审计

# Rules, modules, pilots
rules                            . . . . . y . . .  处罚法 34: published standards of discretion
rule_table                       . . . . . y . . .  处罚法 34
rule_version                     . . . . . y . . .  处罚法 34
validate_rules                   . . . . . y . . .  处罚法 34
ask_rules                        . . . . . y . . .  处罚法 34
replay_rules                     . . . . . y . . .  处罚法 34
draft_rules                      . . . . . y . . .  处罚法 34
roll_back_rules                  . . . . . y . . .  处罚法 34
submit_rules                     . . . . . y . . .  处罚法 34
approve_rules                    . . . . . y . . .  处罚法 34; a second person, by the tables' own constraint
reject_rules                     . . . . . y . . .  处罚法 34
withdraw_rules                   . . . . . y . . .  处罚法 34; its author only
activate_rules                   . . . . . y . . .  处罚法 34
flags                            . . . . . y . . .  等保 安全管理中心
set_stage                        . . . . . y . . .  等保 安全管理中心
kill_flag                        . . . . . y . . .  等保 安全管理中心
flag_history                     . . . . . y . . .  等保 安全管理中心
go_back_flag                     . . . . . y . . .  等保 安全管理中心
rollouts                         . . . . . y . . .  等保 安全管理中心
start_rollout                    . . . . . y . . .  等保 安全管理中心
rollout                          . . . . . y . . .  等保 安全管理中心
widen_rollout                    . . . . . y . . .  等保 安全管理中心
pause_rollout                    . . . . . y . . .  等保 安全管理中心
resume_rollout                   . . . . . y . . .  等保 安全管理中心
set_guards                       . . . . . y . . .  等保 安全管理中心
finish_rollout                   . . . . . y . . .  等保 安全管理中心
roll_back_rollout                . . . . . y . . .  等保 安全管理中心
texts                            . . . . . y . . .  等保 安全管理中心: a city's own wording
word_text                        . . . . . y . . .  等保 安全管理中心
"""

FIELDS = """
                                 R O P X C A U W *
[IncidentView]
id kind status version district  y y y y y . . y .  个保法 6: what the street shows
outcome reason plate place       y y y y y . . y .  个保法 6: the plate is masked
location response_seconds        y y y y y . . y .  个保法 6: the car's place, never a person's
requested_at respond_by          y y y y y . . y .  处罚法 47: instants are recorded and shown to all alike
answered_at reply promised_by    y y y y y . . y .  处罚法 47
deferred handed_over_at          y y y y y . . y .  处罚法 47
accepted_at arrived_at moved_at  y y y y y . . y .  处罚法 47
breached_at closed_at            y y y y y . . y .  处罚法 47
nobody_on_duty unit call         y y y y y . . y .  规范 5: whoever waits is told whom to call
requesters photos                y y y y y . . y .  个保法 6
officer                          . . y y y . . y .  个保法 6: colleagues know who has it
priority escalation zone         . . y y y . . y .  规范 5
merged_into                      y y y y y . . y .  处罚法 44: where one's request goes on
to_confirm backup_at             . . y y y . . y .  规范 5
backup_wanted supporting         . . y y y . . y .  规范 5: by service number

[SupporterView]
officer unit since to_confirm    . . y y y . . y .  规范 5
arrived_at                       . . y y y . . y .  规范 5

[IncidentZone]
code name name_en                . . y y y . . y .  public

[PulledIncident]
now offset epoch timeline        y y y y y . . y .  处罚法 47: the record of what happened
photos                           y y y h y . . . .  个保法 6; 规范 5: an auxiliary officer of what he is at
messages                         y y y . y . . . .  个保法 6: what a citizen writes may name people
notices                          y y y y y . . . .  处罚法 44: whether the owner has been told
you                              y y . . . . . . .  个保法 45
hazard                           y y y y y . . y .  道路交通安全法 30: who has it to mend
plate_full                       . . r . r . . . .  个保法 6, 34: a whole plate leads to its owner
decisions disposition            . . y . y . . . .  处罚法 44, 47
offers                           . . . . y . . . .  规范 5: who was asked, and what he answered
response                         . . y . y . . . .  程序 66: times of an incident
watch                            . . y . y . . . .  规范 5: what a vehicle is looked out for is an officer's to judge
caution                          . . . y . . . . .  规范 5: an auxiliary officer is told to ask one

[QueueView]
name waiting oldest_at           . . . . . y . . .  等保 安全管理中心
[WorkerView]
name kind state                  . . . . . y . . .  等保 安全管理中心
started_at heard_at              . . . . . y . . .  等保 安全管理中心
[FailedJob]
kind id what channel state       . . . . . y . . .  等保 安全管理中心
failure code attempts at         . . . . . y . . .  等保 安全管理中心: of a message, never of whom it was for
incident                         . . . . . y . . .  等保 安全管理中心
[PeriodView]
what begins_at done_at           . . . . . y . . .  等保 安全管理中心
tries error                      . . . . . y . . .  等保 安全管理中心
[JobsDesk]
*                                . . . . . y . . .  等保 安全管理中心
[ChannelField]
name secret required             . . . . . y . . .  等保 安全管理中心
[ChannelView]
channel audience recognises      . . . . . y . . .  等保 安全管理中心
fields active given secrets      . . . . . y . . .  等保 安全管理中心: secrets by name
timeout_seconds a_minute         . . . . . y . . .  等保 安全管理中心
usual_timeout_seconds changed_at . . . . . y . . .  等保 安全管理中心
[CityChannels]
code name name_en channels       . . . . . y . . .  等保 安全管理中心
[Channels]
*                                . . . . . y . . .  等保 安全管理中心
[WayView]
channel allowed                  . y . . . . . . .  个保法 15: one's own
quiet_from quiet_to              . y . . . . . . .  个保法 15
[Ways]
ways                             . y . . . . . . .  个保法 15

[NoticeView]
kind channel contact status at   y y y y y . . . .  处罚法 44: whoever waits knows how the owner was told
sent_at delivered_at seen_at     y y y y y . . . .  处罚法 44, 47: instants are shown to all alike
answered_at due_at               y y y y y . . . .  处罚法 47
step attempts failure code       . . y . y . . . .  个保法 6: why it failed may say something of a person

[Told]
reply minutes outcome            y y y y y . . y .  处罚法 47
reason note metres fresh         . . y y y . . . .  规范 5: the staff's own words
stage nth position_age_seconds   . . y y y . . . .  规范 5: why an officer was asked
ring_m busy kind by              . . y y y . . . .  规范 5
in_zone load                     . . y y y . . . .  规范 5: why an officer was asked
officer units from to into       . . y y y . . . .  规范 5: what a commander ordered
duplicate                        . . y y y . . . .  规范 5

[OfferView]
id officer unit kind status why  . . . . y . . . .  规范 5
offered_at ack_by received_at    . . . . y . . . .  规范 5
seen_at accepted_at decided_at   . . . . y . . . .  规范 5
reason                           . . . . y . . . .  规范 5: why he declined
[UnitResponse]
officer dispatched_at            . . y . y . . . .  程序 66: times of an incident
en_route_at on_scene_at clear_at . . y . y . . . .  程序 66
[ResponseView]
queue turnout travel response    . . y . y . . . .  程序 66
on_scene consumed total units    . . y . y . . . .  程序 66
self_initiated                   . . y . y . . . .  程序 66
cancelled_before_dispatch        . . y . y . . . .  程序 66
[PanicView]
id district officer unit status  . . y y y . . y .  规范 5: by service number
version incident raised_at       . . y y y . . y .  规范 5
again_at location position_at    . . y y y . . y .  个保法 28, 34: to help him
withdrawn_at cleared_at          . . y y y . . y .  规范 5
cleared_by                       . . y y y . . y .  规范 5
[OnePanic]
panic                            . . y y y . . . .  规范 5
[Desk]
district at offers on_duty       . . . . y . . . .  规范 5
duplicates neighbours            . . . . y . . . .  规范 5
watched                          . . . . y . . . .  规范 5: a stolen car is a commander's to know at once
[Watched]
incident district plate kinds    . . . . y . . . .  规范 5; the plate is masked
plate_classes at                 . . . . y . . . .  规范 5
[Suggested]
duplicate into metres            . . . . y . . . .  规范 5
seconds_apart same_plate         . . . . y . . . .  规范 5
[Neighbour]
code name name_en                . . . . y . . . .  public
[Spread]
median p90 n                     . . y y y . . y .  程序 66: counts and times, never of persons
[Response]
district since until incidents   . . y y y . . y .  程序 66
self_initiated                   . . y y y . . y .  程序 66
cancelled_before_dispatch        . . y y y . . y .  程序 66
queue turnout travel response    . . y y y . . y .  程序 66
on_scene consumed total          . . y y y . . y .  程序 66

[Answered]
incident channel access_token    y y . . . . . . .  个保法 6: a token for this one incident
[WechatDoor]
url                              . y . . . . . . .  个保法 6: a door of the platform, without a word of the incident
[PushKey]
key                              . . y y y . . . .  public, by its nature
[PrivateNumber]
number until                     y . . . . . . . .  个保法 6: nobody's own number
[OnePulledIncident]
incident                         y y y y y . . y .  个保法 6
[AccidentReported]
incident channel access_token    y y . . . . . . .  个保法 6: a token for this one incident
path move rescue                 y y . . . . . . .  事故 13-15
[AccidentJoined]
incident channel access_token    y y . . . . . . .  个保法 6: a token for this one incident
[AccidentInvitation]
code until url qr                y . . . . . . . .  事故 19: on the phone of who is there
[TermsView]
terms                            y . . . . . . . .  事故 21
[ShotView]
photo                            y . . . . . . . .  事故 19
[SettledView]
terms code                       y . y . y . . . .  事故 21, 24
[OneAccident]
accident                         y . y . y . . . .  事故 19-21
[AccidentView]
id district status path answers  y . y . y . . . .  事故 13-16
move rescue called_back          y . y . y . . . .  事故 13-16
respond_by happened_at weather   y . y . y . . . .  事故 16, 21
form shots terms suggested       y . y . y . . . .  事故 20, 60
reported_at                      y . y . y . . . .  事故 16
because parties photos documents y . y . y . . . .  事故 20, 21, 60
coming                           y . y . y . . . .  事故 20: how many photos are on their way
you                              y . . . . . . . .  事故 21
review_by review                 y . y . y . . . .  事故 71-79: its parties, and officers
[AccidentParty]
side complete signed did grade   y . y . y . . . .  事故 21, 60
details                          y . y . y . . . .  个保法 6: one's own whole, another's masked
[PartyDetails]
name licence phone vehicle_type  y . y . y . . . .  个保法 6: one's own whole, another's masked
plate insurer policy impact      y . y . y . . . .  个保法 6: one's own whole, another's masked
statement                        y . y . y . . . .  事故 24: one's own, and the officers
[AccidentPhoto]
id url shot at                   y . y . y . . . .  事故 19, 20
[AccidentDocument]
id kind code sha256 made_at      y . y . y . . . .  事故 21, 24
withdrawn_at url                 y . y . y . . . .  事故 21, 24
officer withdrawn_reason         y . y . y . . . .  处罚法 44: whom it concerns is told why
received                         y . y . y . . . .  事故 24
[AccidentReceipt]
side answer at                   y . y . y . . . .  事故 24
[AccidentReview]
state document side requested_at y . y . y . . . .  事故 71
forward_by forwarded_at          y . y . y . . . .  事故 72
decide_by decided_at redo_by     y . y . y . . . .  事故 74, 78, 79
reviewers conclusion             y . y . y . . . .  事故 74, 78: both parties are told
words                            y . y . y . . . .  事故 71: whoever asked, and officers
[ReviewWords]
request reasons evidence         y . y . y . . . .  事故 71: whoever asked, and officers
[ReceiptView]
answer                           y . y . y . . . .  事故 24
[ReviewView]
review                           y . . . y . . . .  事故 71-76
[OpenReviews]
reviews                          . . . . y . . . .  事故 72, 74
[OpenReview]
incident state side place code   . . . . y . . . .  事故 72, 74
requested_at due_by days_left    . . . . y . . . .  事故 72, 74
[Number]
number                           . . y . . . . . .  个保法 6, 51: who has it, for a reason, each on the record
[OneIncident]
incident                         y y y y y . . . .  个保法 6
[HazardFollowed]
incident channel access_token    y y . . . . . . .  个保法 6: a token for this one incident
[NearHazards]
district hazards around          y y y y y y y y y  道路交通安全法 30
[NearHazard]
id reason status place lat lng   y y y y y y y y y  个保法 6: what the street shows
requested_at promised_by         y y y y y y y y y  个保法 6
metres followers                 y y y y y y y y y  个保法 6: a distance, a count
[PhoneKept]
told                             y . . . . . . . .  个保法 6: one's own, masked
[HazardList]
now hazards agencies             . . y . y . . . .  规范 5
[HazardView]
id reason status outcome place   . . y . y . . . .  规范 5
location body agency filing      . . y . y . . . .  规范 5: the road's place, never a person's
number source followers photos   . . y . y . . . .  规范 5: counts
officer requested_at respond_by  . . y . y . . . .  规范 5: by service number
noted_at promised_by mended_at   . . y . y . . . .  处罚法 47
closed_at reopen_until overdue   . . y . y . . . .  处罚法 47
[AgencyView]
id code body district name       . . y . y y . . .  规范 5: bodies, never persons
name_en channel                  . . y . y y . . .  规范 5
has_contact has_key              . . y . y y . . .  规范 5
[Agencies]
agencies                         . . . . . y . . .  等保 安全管理中心
[CalendarOfCity]
*                                . . . . . y . . .  程序 81
[CalendarCity]
*                                . . . . . y . . .  程序 81
[CalendarDay]
*                                . . . . . y . . .  程序 81
[CalendarTakenIn]
*                                . . . . . y . . .  程序 81: counts
[RefusedDay]
*                                . . . . . y . . .  程序 81: what the same person has just sent
[KeyMade]
id key                           . . . . . y . . .  等保 访问控制: told once
[KeyView]
*                                . . . . . y . . .  等保 访问控制: without the keys
[Keys]
*                                . . . . . y . . .  等保 访问控制
[HazardFacts]
agency agency_en body            y y y y y . . y .  道路交通安全法 30: which body has it
reopen_until                     y y y y y . . y .  处罚法 47
[PhotoView]
id url width height              y y y y y . . . .  程序 18
[OnePhoto]
photo                            y y y y y . . . .  程序 18
[StickerView]
status district plate_hint       y y y y y y y y y  个保法 6: province and city letter
plate_length reasons             y y y y y y y y y  个保法 6
[StickerChanged]
sticker status url               . y . . . . . . .  个保法 15
[BindingBegun]
binding expires_at               y y y y y y y y y  个保法 13: to whoever just named the phone
[BindingConfirmed]
sticker owner_token              y y y y y y y y y  个保法 13: to whoever holds the phone
[DistrictView]
code name name_en city parent    y y y y y y y y y  public
[Districts]
districts                        y y y y y y y y y  public

[PlaceView]
lat lng accuracy_m crs           y y y y y . . y .  个保法 6: where the car stands

[Board]
incidents offset epoch           . . y y y . . y .  规范 5
panics                           . . y y y . . y .  规范 5: a colleague in danger
[Closed]
incidents                        y y y y y y y y y  规范 5
[DistrictMap]
district seat outline rivers     y y y y y y y y y  规范 5: where the streets are; nobody's data
layers crs attribution           y y y y y y y y y  规范 5
[RiverView]
width line                       y y y y y y y y y  规范 5
[TileLayer]
url hosts                        y y y y y y y y y  规范 5
[OnDuty]
officer unit role busy since     . . y y y . . y .  规范 5
status status_at                 . . y y y . . y .  规范 5
lat lng position_at              . . y y y . . y .  个保法 28, 34: on duty only
[Figures]
district at statuses day         . . y y y . . y .  程序 66: counts of incidents, never of fines
on_duty                          . . y y y . . y .  规范 5
vehicles                         . . y y y . . y .  程序 66: counts of vehicles, never of fines, and no plates
[BoardVehicles]
days window_days repeat left     . . y y y . . y .  程序 66
[History]
plate non_motor watch entries    . . y . y . . . .  个保法 6, 34; each look with a reason, on the record
elsewhere drafts next            . . y . y . . . .  个保法 6
flags                            . . . . y . . . .  个保法 34: kept by whoever answers for them
[FlagView]
id kind plate_class scope source . . . . y . . . .  个保法 34
date since ends_at may_clear     . . . . y . . . .  个保法 34
[WatchView]
kind plate_class date            . . y . y . . . .  个保法 34
[HistoryEntry]
incident kind plate_class        . . y . y . . . .  个保法 34
district reason status outcome   . . y . y . . . .  处罚法 47
requested_at notified_at notices . . y . y . . . .  处罚法 47
answered_at reply moved_at       . . y . y . . . .  处罚法 47
closed_at officer disposition    . . y . y . . . .  处罚法 47
record                           . . y . y . . . .  处罚法 29, 47: what was seen of this car before
[HistoryRecord]
id state grounds offence author  . . y . y . . . .  处罚法 47: by service number
notices captured_at ended_at     . . y . y . . . .  处罚法 29, 47
withdrawn_reason                 . . y . y . . . .  程序 22
[NonMotorFound]
kind colour description frame    . . y . y . . . .  个保法 34
district recorded_at             . . y . y . . . .  个保法 34
[NonMotorRecorded]
vehicle number plate_class known . . y y y . . . .  规范 5: what to call it by
[NonMotorList]
vehicles                         . . y . y . . . .  规范 5
[NonMotorView]
vehicle number plate_class kind  . . y . y . . . .  规范 5
colour description frame_known   . . y . y . . . .  规范 5
recorded_at                      . . y . y . . . .  规范 5
[VehicleFigures]
district since until window_days . . y y y . . y .  程序 66
now before                       . . y y y . . y .  程序 66
[FiguresOfVehicles]
repeat left                      . . y y y . . y .  程序 66
[ShareView]
count n share                    . . y y y . . y .  程序 66
[WatchLists]
imports sources                  . . . . y y . . .  个保法 34
[ListImport]
*                                . . . . y y . . .  个保法 34: counts
[ListSource]
*                                . . . . y y . . .  个保法 34: counts
[ListTakenIn]
*                                . . . . y y . . .  个保法 34: what the same person has just sent
[RefusedLine]
*                                . . . . y y . . .  个保法 34: what the same person has just sent
[WatchSet]
id                               . . . . y y . . .  个保法 34
[ReportTold]
report access_token joined same  y y y y y y y y y  程序 14: to who has just told
due_by                           y y y y y y y y y  程序 19
[SameReport]
because                          y y y y y y y y y  个保法 6: that somebody was first, and nothing of whom
[ReportReasons]
offences reasons                 y y y y y y y y y  程序 14: words
[ReportView]
id state version district zone   y . y . y . . . .  程序 22: one's own; police of their districts
offence plate plate_class place  y . y . y . . . .  程序 22: the plate is masked
location happened_at filed_at    y . y . y . . . .  程序 22
due_by decided_at reason media   y . y . y . . . .  程序 19, 22
live people steps uploads        y . y . y . . . .  程序 22
first may_object may_withdraw    y . . . . . . . .  程序 22: one's own
more_by days_left                y . y . y . . . .  程序 18, 19
on_the_way                       y . . . . . . . .  程序 22: one's own
duplicate_of incident words      . . y . y . . . .  程序 23
plate_full objection checks      . . y . y . . . .  个保法 6, 34: each look on the record
similar second_person goes_now   . . y . y . . . .  程序 23
overdue mine reviewed_until      . . y . y . . . .  程序 19
taken_by                         . . y . y . . . .  程序 23: by service number
[ReportStep]
command state at by reason note  y . y . y . . . .  程序 22
officer                          . . y . y . . . .  程序 23: by service number
[ReportCheck]
*                                . . y . y . . . .  程序 18
[SimilarReport]
*                                . . y . y . . . .  程序 23
[OneReport]
report                           y . y . y . . . .  程序 22
[TakenReport]
report                           . . y . y . . . .  程序 23
[ReportQueue]
reports counts                   . . y . y . . . .  程序 19: counts of reports, never of who reviewed how many
[ReviewedView]
id state version                 y . y . y . . . .  程序 22
incident                         . . y . y . . . .  程序 23
[OneReviewed]
report                           y . y . y . . . .  程序 22
[UploadPass]
*                                y y y y y y y y y  个保法 13: one's own
[UploadView]
id purpose kind state why size   y y y y y . . . .  个保法 6: one's own, and what one is concerned with
received created_at expires_at   y y y y y . . . .  个保法 6
sha256 seconds taken_at video    y y y y y . . . .  程序 18: evidence shows its time
pictures                         y y y y y . . . .  个保法 6
taken_place                      . . y . y . . . .  个保法 28: where somebody was; evidence
[OneUpload]
upload                           y y y y y . . . .  个保法 6
[PictureView]
id url width height at_seconds   y y y y y . . . .  个保法 6
ready                            y y y y y . . . .  个保法 6
[UploadPlace]
lat lng                          . . y . y . . . .  个保法 28
[RegionView]
*                                . . y . y . . . .  个保法 26
[Regions]
*                                . . y . y . . . .  个保法 26
[OneRegion]
region                           . . y . y . . . .  个保法 26
[CaptureView]
id sha256 url device_at taken_at . . y y y . . . .  规范 5: one's own
received_at reading candidates   . . y y y . . . .  规范 5: one's own
[PlateCandidate]
plate confidence sure            . . y y y . . . .  规范 5: off one's own photo, before whose car one stands
[OneCapture]
capture                          . . y y y . . . .  规范 5
[FiledView]
id state joined told respond_by  . . y y y . . . .  规范 5: what became of one's own record
[OneFiled]
filed                            . . y y y . . . .  规范 5
[EndedView]
id state                         . . y y y . . . .  规范 5
[OneEnded]
record                           . . y y y . . . .  规范 5
[RecordPhoto]
capture kind officer at sha256   . . y y y . . . .  程序 18
url                              . . y y y . . . .  程序 18
[RecordView]
id state district zone place     . . y y y . . . .  规范 5; the plate is masked
location plate plate_class       . . y y y . . . .  规范 5; the plate is masked
grounds offence incident         . . y y y . . . .  规范 5; the plate is masked
respond_by reply captured_at     . . y y y . . . .  规范 5; the plate is masked
filed_at effective_at ended_at   . . y y y . . . .  规范 5; the plate is masked
author unit mine countersigned   . . y y y . . . .  规范 5; the plate is masked
returned_reason withdrawn_reason . . y y y . . . .  规范 5; the plate is masked
waits notices code photos        . . y y y . . . .  规范 5; the plate is masked
exported_at                      . . y y y . . . .  规范 5; the plate is masked
plate_full                       . . y . y . . . .  个保法 6, 34: each look on the record
[OneRecord]
record                           . . y y y . . . .  规范 5
[Records]
records                          . . y y y . . . .  规范 5
[FilingSeconds]
median p90 n                     . . y y y . . y .  程序 66
[ParkingFigures]
district since until records     . . y y y . . y .  程序 66: counts, never of persons
left warning penalty_drafts      . . y y y . . y .  程序 66: counts, never of persons
withdrawn filing_seconds         . . y y y . . y .  程序 66: counts, never of persons
[ExportView]
id csv json more drafts          . . . . y . . . .  程序 68
[Exports]
drafts withdrawn exports         . . . . y . . . .  程序 68: counts
[ExportTaken]
id at drafts csv json            . . . . y . . . .  程序 68: counts, and where to have it again
[OneExport]
export                           . . . . y . . . .  程序 68
[EndedShifts]
shifts                           . . y y y . . . .  规范 5
[EndedShift]
id officer district started_at   . . y y y . . . .  规范 5: by service number
ended_at report                  . . y y y . . . .  规范 5
[AskedBulkExport]
id                               . . . . y . . . .  程序 68
[BulkExports]
formats exports                  . . . . y . . . .  程序 68
[BulkExportView]
id district since until format   . . . . y . . . .  程序 68
plates officer status total rows . . . . y . . . .  程序 68: by service number
created_at ready_at expires_at   . . . . y . . . .  程序 68
files archive                    . . . . y . . . .  程序 68
[BulkFile]
name url rows bytes sha256       . . . . y . . . .  程序 68: sums, and where to have it
[OneCaseFile]
case_file                        . . . . y . . . .  处罚法 47: the whole course, for a reason
[CaseFileView]
id kind district status outcome  . . . . y . . . .  处罚法 47
reason place plate archive       . . . . y . . . .  处罚法 47; 个保法 6: a whole plate, for a reason
requested_at respond_by          . . . . y . . . .  处罚法 47
closed_at now entries evidence   . . . . y . . . .  处罚法 47
[CaseEntry]
at what name by detail           . . . . y . . . .  处罚法 47: by service number; who took part by role and id
[CaseEvidence]
id kind name by sha256 kept      . . . . y . . . .  处罚法 46, 47
[DutyView]
on_duty district since position  . . y y y . . . .  个保法 34: one's own
incidents offers offset epoch    . . y y y . . . .  规范 5
panic                            . . y y y . . . .  规范 5: one's own
status status_at zone planned    . . y y y . . . .  规范 5: one's own
ends_at off_by next handovers    . . y y y . . . .  规范 5: one's own
vehicle                          . . y y y . . . .  规范 5: one's own
consent                          . . y y y . . . .  个保法 17, 29: what is gathered, and what one said
[ZoneView]
id code name name_en polygon     . . y y y y . . .  规范 5: parts of the district
active                           . . y y y y . . .  规范 5
[ConsentView]
state version at keep_days       . . y y y . . . .  个保法 17: one's own
[NextShift]
id district name role starts_at  . . y y y . . . .  规范 5: one's own
ends_at zone                     . . y y y . . . .  规范 5
zone_name zone_name_en           . . y y y . . . .  规范 5
[Colleague]
officer unit role status zone    . . y y . . . . .  规范 5
[Colleagues]
colleagues                       . . y y . . . . .  规范 5
[HandoverView]
id incident status note          . . y y . . . . .  规范 5
asked_at answered_at             . . y y . . . . .  规范 5
[OneHandover]
handover                         . . y y . . . . .  规范 5
[Zones]
zones                            . . y y y y . . .  规范 5
[Made]
id                               . . . . y y . . .  规范 5
[Copied]
copied                           . . . . y y . . .  规范 5
[FileTaken]
placed refused                   . . . . y y . . .  规范 5
[RefusedLine]
line column why value message    . . . . y y . . .  规范 5: the caller's own file
[RosterView]
district week at published_at    . . . . y y . . .  规范 5
shifts unplanned zones templates . . . . y y . . .  规范 5
officers                         . . . . y y . . .  规范 5: by service number
[RosterShift]
id name zone starts_at ends_at   . . . . y y . . .  规范 5
grace_minutes needs places       . . . . y y . . .  规范 5
readiness                        . . . . y y . . .  规范 5
[RosterPlace]
officer role signed_on_at status . . . . y y . . .  规范 5
signed_off_at ended_how returned . . . . y y . . .  规范 5
[ReadinessView]
role required rostered missing   . . . . y y . . .  规范 5: counts
signed_on                        . . . . y y . . .  规范 5
[UnplannedView]
officer role zone signed_on_at   . . . . y y . . .  规范 5
signed_off_at ended_how status   . . . . y y . . .  规范 5
returned                         . . . . y y . . .  规范 5
[TemplateView]
id name starts_minute minutes    . . . . y y . . .  规范 5
grace_minutes needs              . . . . y y . . .  规范 5
[RosterOfficer]
officer unit role                . . . . y y . . .  规范 5

[Session]
access_token role districts id   y y y y y y y y y  等保 身份鉴别: to whoever has just signed in
service_number unit expires_at   y y y y y y y y y  等保 身份鉴别
[Named]
code name name_en modules        . . y y y y y . .  等保 身份鉴别
[Me]
id role service_number unit      . . y y y y y . .  等保 身份鉴别: one's own
districts                        . . y y y y y . .  等保 身份鉴别
second_factor idle_seconds       . . y y y y y . .  等保 身份鉴别: one's own
[SessionView]
id device since last_used_at     . . y y y y y . .  等保 身份鉴别: one's own; administrators of their people
expires_at asleep current        . . y y y y y . .  等保 身份鉴别
[Sessions]
sessions                         . . y y y y y . .  等保 身份鉴别
[SecondFactorBegun]
secret uri qr                    . . y y y y y . .  等保 身份鉴别: to whoever enrols, once
[RecoveryCodes]
recovery_codes                   . . y y y y y . .  等保 身份鉴别: to whoever enrols, once
[Registered]
status                           y y y y y y y y y  等保 身份鉴别: the same whoever asks
[ConnectionToken]
token url channels               y y y y y y y y y  等保 访问控制
[Messages]
messages                         y y y y y y y y y  the sample city only, at its own machine
[Message]
*                                y y y y y y y y y  the sample city only, at its own machine

[OverrideView]
override decision waits          . . y . y . . . .  处罚法 47
[Refusals]
refusals                         . . y . y . . . .  处罚法 44
[RefusalView]
id reference at last_at count    . . y . y . . . .  处罚法 44, 47
district plate table sentence    . . y . y . . . .  处罚法 44; the plate is masked
source version number scope row  . . y . y . . . .  处罚法 44
because inputs result retry_at   . . y . y . . . .  处罚法 44
instead decided_by decided_at    . . y . y . . . .  处罚法 47
reason may why_not               . . y . y . . . .  处罚法 47
[LetThroughView]
refusal until                    . . y . y . . . .  处罚法 47
[OfficerView]
id username role service_number  . . . . . y . . .  等保 身份鉴别: an account without its name
unit active districts            . . . . . y . . .  等保 身份鉴别
[Officers]
officers                         . . . . . y . . .  等保 身份鉴别
[OfficerAdded]
id                               . . . . . y . . .  等保 身份鉴别
[RegistrationView]
id door service_number unit      . . . . . y . . .  等保 身份鉴别
name district at                 . . . . . y . . .  等保 身份鉴别: to know whom one approves
rivals account                   . . . . . y . . .  等保 身份鉴别: to see who else lays claim to a number
[Registrations]
registrations                    . . . . . y . . .  等保 身份鉴别
[Approved]
officer                          . . . . . y . . .  等保 身份鉴别
[AuditRecord]
id at actor role action subject  . . . . . . y . .  等保 安全审计
reason success                   . . . . . . y . .  等保 安全审计
[AuditPage]
records after actions            . . . . . . y . .  等保 安全审计
[Batches]
*                                . . . . . y . . .  等保 安全管理中心: configuration
[OneBatch]
*                                . . . . . y . . .  等保 安全管理中心
[Coverage]
*                                . . . . . y . . .  等保 安全管理中心: counts
[Revoked]
*                                . . . . . y . . .  等保 安全管理中心
[RuleTables]
*                                . . . . . y . . .  处罚法 34: rules are published
[RuleTable]
*                                . . . . . y . . .  处罚法 34
[RuleVersion]
*                                . . . . . y . . .  处罚法 34
[Validated]
*                                . . . . . y . . .  处罚法 34
[RulesSaid]
*                                . . . . . y . . .  处罚法 34
[RuleReplayed]
*                                . . . . . y . . .  处罚法 34
[VersionChanged]
*                                . . . . . y . . .  处罚法 34
[WentBack]
*                                . . . . . y . . .  处罚法 34
[Flags]
*                                . . . . . y . . .  等保 安全管理中心
[FlagHistory]
*                                . . . . . y . . .  等保 安全管理中心
[Version]
*                                . . . . . y . . .  等保 安全管理中心
[Rollouts]
*                                . . . . . y . . .  等保 安全管理中心
[OneRollout]
*                                . . . . . y . . .  等保 安全管理中心
[CityTexts]
*                                . . . . . y . . .  等保 安全管理中心: configuration
[OwnWords]
*                                . . . . . y . . .  等保 安全管理中心
"""

# A publication serves every subscriber of its channel: it carries what the least entitled of them may see.
CHANNELS = """
                                 R O P X C A U W *
district                         . . d d y . . y .  规范 5: the feed is for those on duty
positions                        . . d d y . . y .  个保法 28, 34: on duty only
board                            . . . . y . . y .  程序 66: counts
offers                           . . . . y . . . .  规范 5: who was asked, and what he answered
incident                         y y y y y . . y .  个保法 6: one's own; staff those of their districts
officer                          . . y y y . . . .  规范 5: one's own
phones                           y y y y y y y y y  the sample city only, at its own machine
"""
