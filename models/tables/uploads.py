"""What people sent or are sending, the pictures that came of it, and what is covered on the copies others see."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from models.tables.base import Id, id_column, instant, metadata

uploads = Table(
    "uploads",
    metadata,
    # Made by the phone, so that a creation whose answer was lost is the same one when it is tried again.
    id_column(),
    # Whose it is: participant:<id>, officer:<id> or pass:<id>. Opaque: only compared.
    Column("holder", String(80), nullable=False),
    # Digest of the address that began it, for limits.
    Column("address", LargeBinary, nullable=False),
    # Of ``models.uploads.purposes``; what was announced: photo or video.
    Column("purpose", String(20), nullable=False),
    Column("kind", String(10), nullable=False),
    # What it belongs to since somebody took it into his own (an incident's id); until then it expires.
    Column("about", String(40), nullable=True),
    # Of an accident: which photo of the guide it is (``models.accident.forms.SHOTS``).
    Column("shot", String(10), nullable=True),
    # Bytes announced, and bytes that are on the disk: moved only after they are.
    Column("size", Integer, nullable=False),
    Column("received", Integer, nullable=False),
    # Which request appends: an older one that still hangs on a dead connection can move nothing any more.
    Column("writer", Id, nullable=True),
    # receiving, waiting (to be examined), ready, refused
    Column("state", String(10), nullable=False),
    # Why it was refused: a key of the catalogue, ``uploads.refused.<why>``.
    Column("why", String(20), nullable=True),
    # Of the whole original, which lies sealed in the media folder under ``original``; what it is by its content.
    Column("sha256", LargeBinary, nullable=True),
    Column("original", String(80), nullable=True),
    Column("media_type", String(20), nullable=True),
    # A video: how long, and its copy without sound and metadata in the media folder.
    Column("seconds", Float, nullable=True),
    Column("video", String(80), nullable=True),
    # What the file itself says: when, and (sealed) where. Nobody vouches for either.
    instant("taken_at"),
    Column("place_sealed", LargeBinary, nullable=True),
    instant("created_at", required=True),
    # When it goes unless somebody has taken it into his own.
    instant("expires_at"),
    instant("received_at"),
    instant("examined_at"),
    # Of the examination: who has it until when, and the how manieth try it is.
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("lease", Id, nullable=True),
    instant("lease_until"),
)
Index("ix_uploads_holder_created_at", uploads.c.holder, uploads.c.created_at)
Index("ix_uploads_address_created_at", uploads.c.address, uploads.c.created_at)
Index("ix_uploads_about", uploads.c.about)
Index("ix_uploads_expires_at", uploads.c.expires_at)
Index(
    "ix_uploads_waiting",
    uploads.c.received_at,
    sqlite_where=uploads.c.state == text("'waiting'"),
    postgresql_where=uploads.c.state == text("'waiting'"),
)

pictures = Table(
    "pictures",
    metadata,
    id_column(),
    Column("upload_id", ForeignKey("uploads.id"), nullable=False, index=True),
    # A photo has one picture; a video its posters, in their order.
    Column("position", Integer, nullable=False),
    # Seconds into the video; of a photo none.
    Column("at_seconds", Float, nullable=True),
    # The display copy and its thumbnail: upright, drawn anew, no metadata. For whoever sent it, and the police.
    Column("file", String(80), nullable=False),
    Column("thumb", String(80), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    # The same with faces, plates and whatever an officer marked covered: what others see. Empty while it is drawn.
    Column("covered", String(80), nullable=True),
    Column("covered_thumb", String(80), nullable=True),
    # 64 bits by which the same picture is found again (``models.uploads.likeness``).
    Column("likeness", BigInteger, nullable=False),
    # Each change of the regions asks for a new drawing; this many were asked for, that many are done.
    Column("drawings_wanted", Integer, nullable=False),
    Column("drawings_done", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("lease", Id, nullable=True),
    instant("lease_until"),
    instant("made_at", required=True),
)
Index("ix_pictures_made_at", pictures.c.made_at)
Index(
    "ix_pictures_drawing",
    pictures.c.made_at,
    sqlite_where=pictures.c.drawings_done < pictures.c.drawings_wanted,
    postgresql_where=pictures.c.drawings_done < pictures.c.drawings_wanted,
)

# What is covered, in pixels of the display copy. Taken back, a row stays: who covered and uncovered what, and when.
regions = Table(
    "regions",
    metadata,
    id_column(),
    Column("picture_id", ForeignKey("pictures.id"), nullable=False, index=True),
    Column("left", Integer, nullable=False),
    Column("top", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    # face, plate, whole (nothing could look for them), hand
    Column("kind", String(10), nullable=False),
    # How sure what found it was, 0 to 1; empty where a person drew it, or it is the whole.
    Column("confidence", Float, nullable=True),
    # officer:<id>; empty: found by itself.
    Column("by", String(80), nullable=True),
    instant("at", required=True),
    Column("removed_by", String(80), nullable=True),
    instant("removed_at"),
)
