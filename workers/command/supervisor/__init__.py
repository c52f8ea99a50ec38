"""Starts the processes of one machine, watches them, starts the dead and the frozen again, and ends them all.

It knows lines of a Procfile and heartbeats, nothing of what the processes are for. Three files are pure and
decide (`plan`, `vitals`, `lines`); the others do.
"""
