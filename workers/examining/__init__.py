"""Examining what people sent: a process of its own, started when something waits, with a program that has no keys."""
