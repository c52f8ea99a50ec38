"""Every route of the API for every role, over real HTTP: a grid by hand. A new route without a row fails here."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import uvicorn
from sqlalchemy import insert
from starlette.routing import Route

from models.actions import flags
from models.flags.content import Stage
from models.store import Store
from models.tables import photos
from tests.support.city import AUX, YUCHENG, ZHANG
from tests.support.ports import free_port
from tests.web.client import PASSWORD, Client, picture
from tests.web.people import ROLES, STAFF, People, people
from web.app import routes

# y: may; a dot: is refused. Typed by hand from the law, never from the table that it holds to account.
GRID = """
                                                           req own pol aux com adm aud wal any
POST   /api/v1/sessions                                     y   y   y   y   y   y   y   y   y
POST   /api/v1/auxiliary/sessions                           y   y   y   y   y   y   y   y   y
DELETE /api/v1/sessions/current                             .   .   y   y   y   y   y   .   .
GET    /api/v1/sessions                                     .   .   y   y   y   y   y   .   .
DELETE /api/v1/sessions/{id}                                .   .   y   y   y   y   y   .   .
POST   /api/v1/sessions/current/lock                        .   .   y   y   y   y   y   .   .
POST   /api/v1/sessions/current/unlock                      .   .   y   y   y   y   y   .   .
POST   /api/v1/second-factor                                .   .   y   y   y   y   y   .   .
POST   /api/v1/second-factor/confirm                        .   .   y   y   y   y   y   .   .
POST   /api/v1/registrations                                y   y   y   y   y   y   y   y   y
POST   /api/v1/auxiliary/registrations                      y   y   y   y   y   y   y   y   y
GET    /api/v1/me                                           .   .   y   y   y   y   y   .   .
GET    /api/v1/connection-token                             y   y   y   y   y   y   y   y   .
GET    /api/v1/districts                                    y   y   y   y   y   y   y   y   y
GET    /api/openapi.json                                    y   y   y   y   y   y   y   y   y
GET    /api/v1/simulator/messages                           y   y   y   y   y   y   y   y   y
GET    /api/v1/simulator/connection-token                   y   y   y   y   y   y   y   y   y
GET    /api/v1/stickers/{code}                              y   y   y   y   y   y   y   y   y
POST   /api/v1/move-requests                                y   y   y   y   y   y   y   y   y
POST   /api/v1/reports                                      y   y   y   y   y   y   y   y   y
GET    /api/v1/reports/words                                y   y   y   y   y   y   y   y   y
GET    /api/v1/reports/own                                  y   .   .   .   .   .   .   .   .
POST   /api/v1/reports/own/withdraw                         y   .   .   .   .   .   .   .   .
POST   /api/v1/reports/own/more                             y   .   .   .   .   .   .   .   .
POST   /api/v1/reports/own/objection                        y   .   .   .   .   .   .   .   .
GET    /api/v1/reports                                      .   .   y   .   y   .   .   .   .
POST   /api/v1/reports/next                                 .   .   y   .   y   .   .   .   .
GET    /api/v1/reports/{id}                                 .   .   y   .   y   .   .   .   .
DELETE /api/v1/reports/{id}/lease                           .   .   y   .   y   .   .   .   .
POST   /api/v1/reports/{id}/review                          .   .   y   .   y   .   .   .   .
POST   /api/v1/report-exports                               .   .   .   .   y   .   .   .   .
GET    /api/v1/districts/{code}/report-exports              .   .   .   .   y   .   .   .   .
GET    /api/v1/report-exports/{id}/drafts.csv               .   .   .   .   y   .   .   .   .
GET    /api/v1/report-exports/{id}/drafts.json              .   .   .   .   y   .   .   .   .
POST   /api/v1/stickers/{code}/binding                      y   y   y   y   y   y   y   y   y
POST   /api/v1/bindings/{id}/confirm                        y   y   y   y   y   y   y   y   y
POST   /api/v1/stickers/{code}/pause                        .   y   .   .   .   .   .   .   .
POST   /api/v1/stickers/{code}/resume                       .   y   .   .   .   .   .   .   .
POST   /api/v1/stickers/{code}/replace                      .   y   .   .   .   .   .   .   .
POST   /api/v1/stickers/{code}/unbind                       .   y   .   .   .   .   .   .   .
PUT    /api/v1/duty                                         .   .   y   y   .   .   .   .   .
GET    /api/v1/duty                                         .   .   y   y   y   .   .   .   .
PUT    /api/v1/duty/position                                .   .   y   y   .   .   .   .   .
PUT    /api/v1/duty/consent                                 .   .   y   y   .   .   .   .   .
PUT    /api/v1/duty/status                                  .   .   y   y   .   .   .   .   .
GET    /api/v1/push/key                                     .   .   y   y   y   .   .   .   .
PUT    /api/v1/push/subscription                            .   .   y   y   y   .   .   .   .
DELETE /api/v1/push/subscription                            .   .   y   y   y   .   .   .   .
POST   /api/v1/duty/stay                                    .   .   y   y   .   .   .   .   .
GET    /api/v1/duty/colleagues                              .   .   y   y   .   .   .   .   .
POST   /api/v1/incidents/{id}/handovers                     .   .   y   y   .   .   .   .   .
POST   /api/v1/handovers/{id}                               .   .   y   y   .   .   .   .   .
GET    /api/v1/districts/{code}/board                       .   .   y   y   y   .   .   y   .
GET    /api/v1/districts/{code}/figures                     .   .   y   y   y   .   .   y   .
GET    /api/v1/districts/{code}/desk                        .   .   .   .   y   .   .   .   .
GET    /api/v1/districts/{code}/response                    .   .   y   y   y   .   .   y   .
GET    /api/v1/districts/{code}/non-motor                   .   .   y   .   y   .   .   .   .
GET    /api/v1/districts/{code}/vehicle-figures             .   .   y   y   y   .   .   y   .
POST   /api/v1/vehicles/search                              .   .   y   .   y   .   .   .   .
GET    /api/v1/incidents/{id}/history                       .   .   y   .   y   .   .   .   .
POST   /api/v1/vehicles/non-motor                           .   .   y   y   y   .   .   .   .
GET    /api/v1/watch-lists                                  .   .   .   .   y   y   .   .   .
POST   /api/v1/watch-lists                                  .   .   .   .   y   y   .   .   .
POST   /api/v1/watch-lists/check                            .   .   .   .   y   y   .   .   .
POST   /api/v1/watch-flags                                  .   .   .   .   y   y   .   .   .
POST   /api/v1/watch-flags/{id}/clear                       .   .   .   .   y   y   .   .   .
POST   /api/v1/upload-passes                                y   y   y   y   y   y   y   y   y
OPTIONS /api/v1/uploads                                     y   y   y   y   y   y   y   y   y
POST   /api/v1/uploads                                      y   y   y   y   y   .   .   .   .
HEAD   /api/v1/uploads/{id}                                 y   y   y   y   y   .   .   .   .
PATCH  /api/v1/uploads/{id}                                 y   y   y   y   y   .   .   .   .
DELETE /api/v1/uploads/{id}                                 y   y   y   y   y   .   .   .   .
GET    /api/v1/uploads/{id}                                 y   y   y   y   y   .   .   .   .
GET    /api/v1/uploads/{id}/video                           y   y   y   y   y   .   .   .   .
POST   /api/v1/uploads/{id}/original                        .   .   y   .   y   .   .   .   .
GET    /api/v1/pictures/{id}                                y   y   y   y   y   .   .   .   .
GET    /api/v1/pictures/{id}/regions                        .   .   y   .   y   .   .   .   .
POST   /api/v1/pictures/{id}/regions                        .   .   y   .   y   .   .   .   .
DELETE /api/v1/pictures/{id}/regions/{region}               .   .   y   .   y   .   .   .   .
POST   /api/v1/captures/{id}/photos                         .   .   y   y   y   .   .   .   .
GET    /api/v1/captures/{id}                                .   .   y   y   y   .   .   .   .
GET    /api/v1/captures/{id}/photo                          .   .   y   y   y   .   .   .   .
POST   /api/v1/parking-records                              .   .   y   y   y   .   .   .   .
GET    /api/v1/parking-records                              .   .   y   y   y   .   .   .   .
GET    /api/v1/parking-records/waiting                      .   .   y   .   y   .   .   .   .
GET    /api/v1/parking-records/{id}                         .   .   y   y   y   .   .   .   .
POST   /api/v1/parking-records/{id}/end                     .   .   y   y   y   .   .   .   .
POST   /api/v1/parking-records/{id}/countersign             .   .   y   .   y   .   .   .   .
POST   /api/v1/parking-records/{id}/withdraw                .   .   y   .   y   .   .   .   .
GET    /api/v1/parking-records/{id}/notice.pdf              .   .   y   .   y   .   .   .   .
GET    /api/v1/districts/{code}/parking-figures             .   .   y   y   y   .   .   y   .
POST   /api/v1/parking-exports                              .   .   .   .   y   .   .   .   .
GET    /api/v1/parking-exports/{id}/drafts.csv              .   .   .   .   y   .   .   .   .
GET    /api/v1/parking-exports/{id}/drafts.json             .   .   .   .   y   .   .   .   .
GET    /api/v1/districts/{code}/parking-exports             .   .   .   .   y   .   .   .   .
POST   /api/v1/bulk-exports                                 .   .   .   .   y   .   .   .   .
GET    /api/v1/districts/{code}/bulk-exports                .   .   .   .   y   .   .   .   .
POST   /api/v1/incidents/{id}/case-file                     .   .   .   .   y   .   .   .   .
GET    /api/v1/incidents/{id}/case-file.zip                 .   .   .   .   y   .   .   .   .
DELETE /api/v1/bulk-exports/{id}                            .   .   .   .   y   .   .   .   .
GET    /api/v1/bulk-exports/{id}/files/{number}             .   .   .   .   y   .   .   .   .
GET    /api/v1/bulk-exports/{id}/files.zip                  .   .   .   .   y   .   .   .   .
GET    /api/v1/districts/{code}/closed                      .   .   y   y   y   .   .   .   .
GET    /api/v1/districts/{code}/map                         .   .   y   y   y   .   .   .   .
GET    /api/v1/incidents/{id}                               y   y   y   y   y   .   .   y   .
POST   /api/v1/accidents                                    y   y   y   y   y   y   y   y   y
POST   /api/v1/accidents/join                               y   y   y   y   y   y   y   y   y
GET    /api/v1/accidents/{id}                               y   .   y   .   y   .   .   .   .
POST   /api/v1/accidents/{id}/invitation                    y   .   .   .   .   .   .   .   .
POST   /api/v1/accidents/{id}/parties                       y   .   .   .   .   .   .   .   .
PUT    /api/v1/accidents/{id}/party                         y   .   .   .   .   .   .   .   .
PUT    /api/v1/accidents/{id}/terms                         y   .   .   .   .   .   .   .   .
PUT    /api/v1/accidents/{id}/shots/{shot}                  y   .   .   .   .   .   .   .   .
POST   /api/v1/accidents/{id}/sign                          y   .   .   .   .   .   .   .   .
POST   /api/v1/accidents/{id}/determination                 .   .   y   .   y   .   .   .   .
POST   /api/v1/accidents/{id}/annul                         .   .   y   .   y   .   .   .   .
POST   /api/v1/accidents/{id}/receipt                       y   .   .   .   .   .   .   .   .
POST   /api/v1/accidents/{id}/refusal                       .   .   y   .   y   .   .   .   .
POST   /api/v1/accidents/{id}/review                        y   .   .   .   .   .   .   .   .
POST   /api/v1/accidents/{id}/review/withdrawal             y   .   .   .   .   .   .   .   .
POST   /api/v1/accidents/{id}/review/forwarding             .   .   .   .   y   .   .   .   .
POST   /api/v1/accidents/{id}/review/conclusion             .   .   .   .   y   .   .   .   .
POST   /api/v1/accidents/{id}/call                          .   .   y   .   .   .   .   .   .
GET    /api/v1/districts/{code}/accident-reviews            .   .   .   .   y   .   .   .   .
GET    /api/v1/accident-documents/{id}                      y   .   y   .   y   .   .   .   .
GET    /api/v1/incidents/{id}/record.pdf                    y   y   y   y   y   .   .   .   .
GET    /api/v1/shifts                                       .   .   y   y   y   .   .   .   .
GET    /api/v1/shifts/{id}/report.pdf                       .   .   y   y   y   .   .   .   .
POST   /api/v1/incidents/{id}/photos                        y   y   y   y   y   .   .   .   .
PUT    /api/v1/incidents/{id}/call                          y   .   .   .   .   .   .   .   .
POST   /api/v1/wechat/link                                  .   y   .   .   .   .   .   .   .
DELETE /api/v1/wechat/link                                  .   y   .   .   .   .   .   .   .
POST   /api/v1/incidents/{id}/answer                        .   y   .   .   .   .   .   .   .
POST   /api/v1/incidents/{id}/defer                         y   .   .   .   .   .   .   .   .
POST   /api/v1/incidents/{id}/hand_over                     y   .   .   .   y   .   .   .   .
POST   /api/v1/incidents/{id}/decline                       .   .   y   y   .   .   .   .   .
POST   /api/v1/incidents/{id}/accept                        .   .   y   y   .   .   .   .   .
GET    /api/v1/photos/{id}                                  y   y   y   y   y   .   .   .   .
POST   /api/v1/incidents/{id}/arrive                        .   .   y   y   .   .   .   .   .
POST   /api/v1/incidents/{id}/backup                        .   .   y   y   y   .   .   .   .
POST   /api/v1/incidents/{id}/support                       .   .   y   y   .   .   .   .   .
POST   /api/v1/incidents/{id}/assign                        .   .   .   .   y   .   .   .   .
POST   /api/v1/incidents/{id}/reassign                      .   .   .   .   y   .   .   .   .
POST   /api/v1/incidents/{id}/assign_support                .   .   .   .   y   .   .   .   .
POST   /api/v1/incidents/{id}/merge                         .   .   .   .   y   .   .   .   .
POST   /api/v1/incidents/{id}/unmerge                       .   .   .   .   y   .   .   .   .
POST   /api/v1/incidents/{id}/transfer                      .   .   .   .   y   .   .   .   .
POST   /api/v1/incidents/{id}/release                       .   .   y   y   .   .   .   .   .
POST   /api/v1/incidents/{id}/settle                        y   .   y   y   .   .   .   .   .
POST   /api/v1/incidents/{id}/resolve                       .   .   y   y   y   .   .   .   .
POST   /api/v1/incidents/{id}/cancel                        y   .   .   .   .   .   .   .   .
POST   /api/v1/incidents/{id}/rate                          y   .   .   .   .   .   .   .   .
POST   /api/v1/incidents/{id}/reopen                        .   .   .   .   y   .   .   .   .
POST   /api/v1/incidents/{id}/refer                         .   .   y   .   y   .   .   .   .
POST   /api/v1/incidents/{id}/take_note                     .   .   y   .   y   .   .   .   .
POST   /api/v1/incidents/{id}/mend                          .   .   y   y   y   .   .   .   .
POST   /api/v1/incidents/{id}/still_there                   y   .   .   .   .   .   .   .   .
GET    /api/v1/hazards/near                                 y   y   y   y   y   y   y   y   y
GET    /api/v1/hazard-pictures/{link}                       y   y   y   y   y   y   y   y   y
GET    /api/v1/hazards/map                                  y   y   y   y   y   y   y   y   y
POST   /api/v1/hazards                                      y   y   y   y   y   y   y   y   y
POST   /api/v1/hazards/{id}/join                            y   y   y   y   y   y   y   y   y
PUT    /api/v1/hazards/{id}/phone                           y   .   .   .   .   .   .   .   .
DELETE /api/v1/hazards/{id}/phone                           y   .   .   .   .   .   .   .   .
GET    /api/v1/districts/{code}/hazards                     .   .   y   .   y   .   .   .   .
GET    /api/v1/districts/{code}/hazards/export              .   .   .   .   y   .   .   .   .
GET    /api/v1/admin/agencies                               .   .   .   .   .   y   .   .   .
PUT    /api/v1/admin/agencies/{id}                          .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/channels                               .   .   .   .   .   y   .   .   .
PUT    /api/v1/admin/channels/{city}/{channel}              .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/jobs                                   .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/jobs/{kind}/{id}/retry                 .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/jobs/{kind}/{id}/drop                  .   .   .   .   .   y   .   .   .
GET    /api/v1/ways                                         .   y   .   .   .   .   .   .   .
PUT    /api/v1/ways                                         .   y   .   .   .   .   .   .   .
GET    /api/v1/admin/calendar                               .   .   .   .   .   y   .   .   .
PUT    /api/v1/admin/calendar/{city}/{day}                  .   .   .   .   .   y   .   .   .
DELETE /api/v1/admin/calendar/{city}/{day}                  .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/calendar/{city}/check                  .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/calendar/{city}                        .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/api-keys                               .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/api-keys                               .   .   .   .   .   y   .   .   .
DELETE /api/v1/admin/api-keys/{id}                          .   .   .   .   .   y   .   .   .
PUT    /api/v1/duty/sign-off                                .   .   y   y   .   .   .   .   .
POST   /api/v1/incidents/{id}/decisions/{decision}/override .   .   y   .   y   .   .   .   .
POST   /api/v1/incidents/{id}/overrides/{override}/confirm  .   .   y   .   y   .   .   .   .
POST   /api/v1/incidents/{id}/overrides/{override}/refuse   .   .   y   .   y   .   .   .   .
GET    /api/v1/refusals                                     .   .   y   .   y   .   .   .   .
POST   /api/v1/refusals/{id}/override                       .   .   y   .   y   .   .   .   .
GET    /api/v1/districts/{code}/zones                       .   .   y   y   y   y   .   .   .
PUT    /api/v1/districts/{code}/zones/{zone}                .   .   .   .   y   y   .   .   .
POST   /api/v1/districts/{code}/shift-templates             .   .   .   .   y   y   .   .   .
PUT    /api/v1/shift-templates/{id}                         .   .   .   .   y   y   .   .   .
GET    /api/v1/districts/{code}/rosters/{week}              .   .   .   .   y   y   .   .   .
POST   /api/v1/districts/{code}/rosters/{week}/shifts       .   .   .   .   y   y   .   .   .
PUT    /api/v1/roster-shifts/{id}                           .   .   .   .   y   y   .   .   .
DELETE /api/v1/roster-shifts/{id}                           .   .   .   .   y   y   .   .   .
PUT    /api/v1/districts/{code}/rosters/{week}/published    .   .   .   .   y   y   .   .   .
POST   /api/v1/districts/{code}/rosters/{week}/copy         .   .   .   .   y   y   .   .   .
POST   /api/v1/districts/{code}/rosters/{week}/import       .   .   .   .   y   y   .   .   .
POST   /api/v1/incidents/{id}/looks                         .   .   y   .   y   .   .   .   .
GET    /api/v1/audit                                        .   .   .   .   .   .   y   .   .
GET    /api/v1/audit.csv                                    .   .   .   .   .   .   y   .   .
GET    /api/v1/admin/registrations                          .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/registrations/{id}/approve             .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/registrations/{id}/refuse              .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/officers/{id}/sessions                 .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/officers/{id}/sign-out                 .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/officers/{id}/second-factor/reset      .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/stickers                               .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/stickers                               .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/coverage                               .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/stickers/{batch}/sheet.pdf             .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/stickers/{code}/qr.svg                 .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/stickers/{code}/qr.png                 .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/stickers/{code}/revoke                 .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/officers                               .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/officers                               .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/officers/{id}/end                      .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/rules                                  .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/rules/tables/{table}                   .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/rules/versions/{id}                    .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rules/tables/{table}/validate          .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rules/tables/{table}/ask               .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rules/tables/{table}/replay            .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rules/tables/{table}/versions          .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rules/tables/{table}/roll_back         .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rules/versions/{id}/submit             .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rules/versions/{id}/approve            .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rules/versions/{id}/reject             .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rules/versions/{id}/withdraw           .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rules/versions/{id}/activate           .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/flags                                  .   .   .   .   .   y   .   .   .
PUT    /api/v1/admin/flags/{key}/districts/{code}           .   .   .   .   .   y   .   .   .
PUT    /api/v1/admin/flags/{key}/kill                       .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/flags/history                          .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/flags/{key}/go_back                    .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/rollouts                               .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rollouts                               .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/rollouts/{id}                          .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rollouts/{id}/widen                    .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rollouts/{id}/pause                    .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rollouts/{id}/resume                   .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rollouts/{id}/guards                   .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rollouts/{id}/finish                   .   .   .   .   .   y   .   .   .
POST   /api/v1/admin/rollouts/{id}/roll_back                .   .   .   .   .   y   .   .   .
GET    /api/v1/admin/texts                                  .   .   .   .   .   y   .   .   .
PUT    /api/v1/admin/texts/{city}/{key}                     .   .   .   .   .   y   .   .   .
POST   /api/v1/panic                                        .   .   y   y   y   .   .   .   .
POST   /api/v1/panics/{id}/withdraw                         .   .   y   y   y   .   .   .   .
POST   /api/v1/panics/{id}/clear                            .   .   .   .   y   .   .   .   .
"""
COLUMNS = {"req": "requester", "own": "owner", "pol": "police", "aux": "auxiliary", "com": "commander",
           "adm": "administrator", "aud": "auditor", "wal": "wall", "any": "anyone"}  # fmt: skip

# Bodies without which a call could not succeed; whatever else lacks one is told so, which is not 401 or 403.
BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/parking-records": {"capture": "a" * 26, "plate": "川TA1235"},
    "POST /api/v1/parking-records/{id}/end": {"how": "left"},
    "POST /api/v1/parking-records/{id}/countersign": {"approve": False, "reason": "看不清"},
    "POST /api/v1/parking-records/{id}/withdraw": {"reason": "救护车"},
    "POST /api/v1/parking-exports": {
        "district": YUCHENG,
        "since": "2026-11-01T00:00:00Z",
        "until": "2026-11-02T00:00:00Z",
        "reason": "移交登记系统",
    },
    "POST /api/v1/bulk-exports": {
        "district": YUCHENG,
        "since": "2026-11-01T00:00:00Z",
        "until": "2026-11-02T00:00:00Z",
        "format": "csv",
        "reason": "月报",
    },
    "POST /api/v1/incidents/{id}/case-file": {"reason": "复核"},
    "PUT /api/v1/hazards/{id}/phone": {"phone": "13800001234"},
    "POST /api/v1/upload-passes": {"purpose": "none"},
    "POST /api/v1/uploads/{id}/original": {"reason": "复核"},
    "POST /api/v1/pictures/{id}/regions": {"left": 0, "top": 0, "width": 9, "height": 9},
    "POST /api/v1/vehicles/search": {"plate": "川TA1235", "reason": "现场核查"},
    "POST /api/v1/vehicles/non-motor": {"district": YUCHENG, "kind": "ebike", "description": "红色两轮"},
    "POST /api/v1/watch-flags": {"plate": "川TA1235", "kind": "stolen", "scope": YUCHENG, "source": "案"},
    "POST /api/v1/watch-flags/{id}/clear": {"reason": "已找回"},
    "POST /api/v1/accidents": {"answers": {}, "district": YUCHENG},
    "POST /api/v1/accidents/join": {"code": "12345678"},
    "PUT /api/v1/accidents/{id}/terms": {"form": "door"},
    "PUT /api/v1/accidents/{id}/shots/{shot}": {"photo": "x"},
    "POST /api/v1/accidents/{id}/sign": {"terms": 1, "strokes": [[[1, 1]]]},
    "POST /api/v1/accidents/{id}/determination": {"grade": "full", "reason": "看过"},
    "POST /api/v1/accidents/{id}/annul": {"reason": "有人受伤"},
    "POST /api/v1/accidents/{id}/receipt": {},
    "POST /api/v1/accidents/{id}/refusal": {"side": "a"},
    "POST /api/v1/accidents/{id}/review": {"request": "重新认定", "reasons": "有录像", "evidence": "录像"},
    "POST /api/v1/accidents/{id}/review/conclusion": {
        "outcome": "upheld",
        "reviewers": ["051901", "051902"],
        "conclusion": "事实清楚",
    },
    "POST /api/v1/accidents/{id}/call": {"who": "a", "reason": "核实"},
    "POST /api/v1/sessions": {"username": f"user-{ZHANG.id}", "password": PASSWORD},
    "POST /api/v1/auxiliary/sessions": {"username": f"user-{AUX.id}", "password": PASSWORD},
    "POST /api/v1/move-requests": {"sticker": "sticker-two", "plate_tail": "345", "reason": "blocking"},
    "POST /api/v1/sessions/current/unlock": {"password": PASSWORD},
    "POST /api/v1/second-factor": {"password": PASSWORD},
    "POST /api/v1/incidents/{id}/looks": {"what": "plate", "reason": "在现场"},
    "POST /api/v1/admin/registrations/{id}/approve": {"role": "police"},
    "POST /api/v1/admin/registrations/{id}/refuse": {"reason": "x"},
    "POST /api/v1/admin/officers/{id}/sign-out": {"reason": "x"},
    "POST /api/v1/admin/officers/{id}/second-factor/reset": {"reason": "x"},
    "PUT /api/v1/duty": {"on_duty": True, "district": YUCHENG},
    "PUT /api/v1/duty/position": {"lat": 29.98, "lng": 103.01},
    "POST /api/v1/incidents/{id}/answer": {"reply": "coming", "minutes": 5},
    "PUT /api/v1/incidents/{id}/call": {"phone": "13811112222"},
    "POST /api/v1/incidents/{id}/rate": {"stars": 5},
    "POST /api/v1/incidents/{id}/reopen": {"reason": "车还在"},
    "POST /api/v1/incidents/{id}/overrides/{override}/refuse": {"reason": "y"},
    "POST /api/v1/refusals/{id}/override": {"result": {"most": 9}, "reason": "y"},
    "POST /api/v1/incidents/{id}/decisions/{decision}/override": {"result": {"x": 1}, "reason": "y"},
}
NAMES = {
    "code": "sticker-one",
    "batch": "none",
    "table": "response",
    "week": "2026-11-02",
    "key": "module.duty",
}


def grid() -> dict[str, dict[str, bool]]:
    """What each role may, by ``METHOD path``."""
    header, *lines = GRID.strip("\n").splitlines()
    heads = header.split()
    rows = {}
    for line in lines:
        method, path, *marks = line.split()
        found = dict(zip(heads, marks, strict=True))
        rows[f"{method} {path}"] = {role: found[head] == "y" for head, role in COLUMNS.items()}
    return rows


def test_every_route_of_the_api_has_a_row() -> None:
    there = {
        f"{method} {route.path}"
        for route in routes()
        if isinstance(route, Route) and route.path.startswith("/api/")
        for method in (route.methods or set()) - ({"HEAD"} if "GET" in (route.methods or set()) else set())
    }
    assert there == set(grid())
    assert set(COLUMNS.values()) == set(ROLES)


class Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


@asynccontextmanager
async def served(web: Client) -> AsyncIterator[httpx2.AsyncClient]:
    """The application on a port of this machine, and a client without cookies."""
    port = free_port()
    server = Server(uvicorn.Config(web.app, port=port, lifespan="off", log_config=None, ws="none"))
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        await server.listens.wait()
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield client
        server.should_exit = True


async def photo_of(store: Store, incident: str) -> str:
    row = {
        "id": store.ids.new(),
        "incident_id": incident,
        "by": "requester:x",
        "sha256": b"x" * 32,
        "file": "nowhere.jpg",
        "width": 4,
        "height": 3,
        "uploaded_at": store.clock.now(),
    }
    async with store.database.write() as connection:
        await connection.execute(insert(photos).values(row))
    return str(row["id"])


def filled(path: str, incident: str, photo: str) -> str:
    def name(match: re.Match[str]) -> str:
        word = match.group(1)
        if word == "code" and "/districts/" in path:
            return YUCHENG
        if word == "id":
            of_incident = "/incidents/" in path or path.endswith("/phone")
            return incident if of_incident else photo if "/photos/" in path else "nobody"
        return NAMES.get(word, "nobody")

    return re.sub(r"{(\w+)}", name, path)


async def call(client: httpx2.AsyncClient, everybody: People, role: str, row: str, photo: str) -> int:
    method, path = row.split()
    url = filled(path, everybody.incident, photo)
    headers = await everybody.headers(role)
    if path.endswith("/photos"):
        files = {"photo": ("a.jpg", picture(), "image/jpeg")}
        return (await client.post(url, files=files, headers=headers)).status_code
    body = None if method in {"GET", "DELETE"} else BODIES.get(row, {})
    answer = await client.request(method, url, json=body, headers=headers)
    client.cookies.clear()
    if answer.status_code in {401, 403} and method != "HEAD":
        assert answer.json()["error"]["code"] in {"unauthenticated", "forbidden"}, answer.text
    return answer.status_code


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_gets_in_where_the_grid_says_and_nowhere_else(unlimited: Client, role: str) -> None:
    everybody = await people(unlimited)
    await flags.set_stage(unlimited.store, "module.accidents", YUCHENG, Stage("live"), STAFF["administrator"])
    await unlimited.store.configuration.refresh()
    await unlimited.let_in(*STAFF.values())
    photo = await photo_of(unlimited.store, everybody.incident)
    refused = 401 if role == "anyone" else 403
    wrong = []
    async with served(unlimited) as client:
        for row, by_role in grid().items():
            status = await call(client, everybody, role, row, photo)
            if (status == refused) == by_role[role] or status >= 500:
                wrong.append(f"{role}: {row} answered {status}")
    assert wrong == []
