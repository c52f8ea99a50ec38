"""Rules are data: decision tables that say what local law or local habit decides.

``definitions`` are the tables and columns that the program knows, the JSON files beside this module the rows that
are shipped, ``faults`` what a version may not have, ``evaluation`` how one is asked, ``book`` which one is in
force. Nothing here knows the clock or the database; a city's own versions are ``models.actions.rules``.
"""
