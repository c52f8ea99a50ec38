"""Backups: taken while everything runs, checked before anything is touched, put back under a new epoch."""
