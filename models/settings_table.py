"""The table of settings: variable, default, unit and sentence; `docs/settings.md` shows the same rows.

Leaves to others: what a unit accepts (`models.setting_values`), reading the environment (`models.settings`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

PREFIX = "WUFEN_"


class Setting(NamedTuple):
    """One row of the table: the variable, its default as it would be written, its unit and its meaning."""

    name: str
    default: str
    unit: str
    sentence: str

    @property
    def field(self) -> str:
        """The attribute of `Settings` that holds it."""
        return _FIELDS.get(self.name, self.name.removeprefix(PREFIX).lower())


# Names that came before what they hold became several, or that say too little inside.
_FIELDS: Mapping[str, str] = MappingProxyType(
    {"WUFEN_PROCESS": "process_name", "WUFEN_INDEX_KEY": "index_keys"}
)


SETTINGS: tuple[Setting, ...] = (
    Setting("WUFEN_HOME", "var", "path", "Folder for the database, media, secrets and sockets."),
    Setting(
        "WUFEN_DATABASE_URL",
        "sqlite:///{home}/wufen.db",
        "database",
        "Database, as sqlite:/// or postgresql:// URL.",
    ),
    Setting(
        "WUFEN_REDIS_URL",
        "unix://{run_dir}/redis.sock",
        "redis",
        "Redis, as unix://, redis:// or rediss:// URL; the default is a server of the service's own.",
    ),
    Setting("WUFEN_BIND", "127.0.0.1", "address", "Address on which web and hub listen."),
    Setting("WUFEN_WEB_PORT", "8000", "port", "Port of pages and API."),
    Setting("WUFEN_HUB_PORT", "8001", "port", "Port of the WebSocket hub."),
    Setting(
        "WUFEN_PUBLIC_URL",
        "http://localhost:{web_port}",
        "url",
        "Address under which phones reach the pages; it is printed into the QR codes.",
    ),
    Setting(
        "WUFEN_HUB_PUBLIC_URL",
        "ws://{public host}:{hub_port}",
        "websocket url",
        "Address under which phones reach the hub, without a path; wss when the public URL is https.",
    ),
    Setting(
        "WUFEN_ORIGINS",
        "",
        "urls",
        "Further web origins, separated by commas, whose pages may use the API and the hub.",
    ),
    Setting(
        "WUFEN_TRUSTED_PROXIES",
        "",
        "addresses",
        "Proxies, separated by commas, whose X-Forwarded-For header is believed.",
    ),
    Setting(
        "WUFEN_PRODUCTION",
        "0",
        "switch",
        "On: sample accounts, the phone simulator, the hub's test mode and switched-off limits are refused.",
    ),
    Setting(
        "WUFEN_LIMITS",
        "on",
        "switch",
        "Off lifts every limit but the lock-out after wrong plate tails; for load tests only.",
    ),
    Setting(
        "WUFEN_RESPOND_SECONDS",
        "",
        "optional seconds",
        "Response time where neither district nor city has its own; empty: what the rules say, which is 300.",
    ),
    Setting(
        "WUFEN_UNPLANNED_SHIFT_SECONDS",
        "57600",
        "seconds",
        "So long after signing on a shift ends by itself that stands in no roster.",
    ),
    Setting(
        "WUFEN_PROCESSES",
        "web=2,hub=2,worker=1",
        "processes",
        "How many processes of each kind this machine runs; a kind that is left out is not started."
        " reader reads plates off officers' photos and needs the extra [ocr].",
    ),
    Setting(
        "WUFEN_READING_SURE",
        "90",
        "percent",
        "Confidence below which a plate that was read off a photo is shown as doubtful.",
    ),
    Setting(
        "WUFEN_LOG_LEVEL",
        "info",
        "level",
        "Least severe log line that is written: debug, info, warning or error.",
    ),
    Setting(
        "WUFEN_BOUNDARIES",
        "",
        "file",
        "GeoJSON file of district boundaries; empty: an incident is its sticker's district's.",
    ),
    Setting(
        "WUFEN_TILES_URL",
        "",
        "tiles",
        "Tiles of the officers' map, one URL template per layer with {z}, {x}, {y}, and {a-c} or {0-7} for several"
        " hosts; empty: outlines and rivers only.",
    ),
    Setting(
        "WUFEN_TILES_CRS",
        "wgs84",
        "crs",
        "Coordinates of those tiles: wgs84 (Tianditu) or gcj02 (Amap, Tencent).",
    ),
    Setting(
        "WUFEN_TILES_ATTRIBUTION",
        "",
        "text",
        "What stands in the map's corner: whose tiles they are, and the approval number of the map (审图号).",
    ),
    Setting(
        "WUFEN_CAP_STATUS",
        "test",
        "cap status",
        "What messages of CAP about grave accidents are: test, exercise, or actual, which only a production says.",
    ),
    Setting(
        "WUFEN_SECRET_KEY",
        "",
        "secret",
        "Signs cookies and links; empty: made once and kept in the data folder.",
    ),
    Setting(
        "WUFEN_HUB_TOKEN_SECRET",
        "",
        "secret",
        "Signs connection tokens (HS256); empty: made once and kept in the data folder.",
    ),
    Setting(
        "WUFEN_FIELD_KEYS",
        "",
        "keys",
        "Keys of encrypted fields as id:base64 of 32 bytes, separated by commas, the newest first;"
        " empty: made once and kept in the data folder.",
    ),
    Setting(
        "WUFEN_INDEX_KEY",
        "",
        "index keys",
        "Key of the blind indexes, base64 of 32 bytes, or several as WUFEN_FIELD_KEYS; empty: made once and kept in the"
        " data folder.",
    ),
    Setting(
        "WUFEN_ANCHOR_KEYS",
        "",
        "keys",
        "Keys that sign the daily anchors of the record (Ed25519), as id:base64 of 32 bytes, the newest first;"
        " empty: made once and kept in the data folder.",
    ),
    Setting(
        "WUFEN_CONNECTION_TOKEN_SECONDS",
        "600",
        "seconds",
        "Life of a connection token; clients renew it in time.",
    ),
    Setting("WUFEN_SESSION_SECONDS", "43200", "seconds", "Life of a staff member's session."),
    Setting(
        "WUFEN_DESK_IDLE_SECONDS",
        "900",
        "seconds",
        "Time without a person's hand after which a desk (commander, administrator, auditor) asks again who it is.",
    ),
    Setting(
        "WUFEN_PHONE_IDLE_SECONDS",
        "14400",
        "seconds",
        "The same for the phones of police and auxiliary officers, which have a lock of their own.",
    ),
    Setting(
        "WUFEN_SECOND_FACTOR",
        "",
        "roles",
        "Roles that need a second factor, separated by commas; in production administrator and auditor always do.",
    ),
    Setting("WUFEN_HUB_PING_SECONDS", "2", "seconds", "Interval of the hub's pings to its clients."),
    Setting(
        "WUFEN_HUB_QUEUE_BYTES",
        "1048576",
        "bytes",
        "Bytes that may wait for one slow client before it is disconnected and told to come back.",
    ),
    Setting(
        "WUFEN_HUB_CONNECTIONS",
        "10000",
        "connections",
        "Connections that one hub process holds at once, in all.",
    ),
    Setting(
        "WUFEN_HUB_HANDSHAKES",
        "3000",
        "a second",
        "Handshakes that one hub process accepts in all; three seconds' worth at once.",
    ),
    Setting(
        "WUFEN_HUB_ADDRESS_CONNECTIONS",
        "2000",
        "connections",
        "Connections from one address (IPv6: one /64) to one hub process; a carrier puts many phones behind one.",
    ),
    Setting(
        "WUFEN_HUB_ADDRESS_HANDSHAKES",
        "200",
        "a second",
        "Requests from one address to one hub process; ten seconds' worth at once.",
    ),
    Setting(
        "WUFEN_HUB_SUBJECT_CONNECTIONS",
        "100",
        "connections",
        "Connections of one officer, participant or wall to one hub process.",
    ),
    Setting(
        "WUFEN_HUB_TEST_MODE",
        "0",
        "switch",
        "On: the hub lets in connections without a token, and channels outside its own namespaces are open to"
        " everybody; for tests of clients and for benches only.",
    ),
    Setting("WUFEN_REPLAY_ENTRIES", "5000", "entries", "Longest replay of missed events to one subscriber."),
    Setting("WUFEN_REPLAY_BYTES", "2097152", "bytes", "Largest replay of missed events to one subscriber."),
    Setting(
        "WUFEN_HUB_RECENT_BYTES",
        "33554432",
        "bytes",
        "Recent publications that a hub keeps in memory for those who come back; older ones are read.",
    ),
    Setting(
        "WUFEN_HUB_QUIET_CHANNELS",
        "20000",
        "channels",
        "Channels whose last subscriber left and that a hub still follows, for those who come back.",
    ),
    Setting(
        "WUFEN_UPLOAD_PHOTO_BYTES",
        "20971520",
        "bytes",
        "Largest photo of a report, an accident or a hazard.",
    ),
    Setting("WUFEN_UPLOAD_VIDEO_BYTES", "31457280", "bytes", "Largest video."),
    Setting("WUFEN_UPLOAD_VIDEO_SECONDS", "60", "seconds", "Longest video."),
    Setting("WUFEN_UPLOAD_PHOTOS", "20", "entries", "Photos of one report, or of one party to an accident."),
    Setting(
        "WUFEN_UPLOAD_DAY_BYTES",
        "314572800",
        "bytes",
        "What one holder (a participant, an officer, a pass) may send in a day; from one address ten times as much.",
    ),
    Setting(
        "WUFEN_UPLOAD_SECONDS",
        "86400",
        "seconds",
        "For how long an upload that nobody took into his own is kept.",
    ),
    Setting(
        "WUFEN_UPLOADS_BYTES",
        "1073741824",
        "bytes",
        "What may lie in the media folder unfinished or unexamined at once, as it was announced.",
    ),
    Setting(
        "WUFEN_MEDIA_URL",
        "",
        "bucket",
        "Where photos, videos and documents lie: an S3 bucket, which needs the extra [s3]; empty: the media folder.",
    ),
    Setting("WUFEN_MEDIA_KEY_ID", "", "secret", "Key id of the account that may use that bucket."),
    Setting("WUFEN_MEDIA_SECRET", "", "secret", "Its secret."),
    Setting(
        "WUFEN_WEBHOOK_PRIVATE",
        "off",
        "switch",
        "On: webhooks and Web Push may go to addresses of private networks and of this machine, and without"
        " encryption.",
    ),
    Setting(
        "WUFEN_VAPID_KEY",
        "",
        "key",
        "Private key of Web Push (VAPID), base64 of 32 bytes; empty: browsers of officers are not told.",
    ),
    Setting("WUFEN_PROCESS", "", "name", "Name of this process in logs and metrics; set by the supervisor."),
    Setting(
        "WUFEN_HEARTBEAT_FD",
        "",
        "descriptor",
        "File descriptor to which this process writes its heartbeat; set by the supervisor.",
    ),
)
BY_NAME: Mapping[str, Setting] = MappingProxyType({row.name: row for row in SETTINGS})
