"""A city as one file: its bundle, read strictly, compared with what an installation holds, and written from it.

The format is described in docs/cities.md. Each subject (the city, its districts, its stickers, its drawing) is a
section of its own (``sections``); carrying out an import is ``models.actions.cities``.
"""
