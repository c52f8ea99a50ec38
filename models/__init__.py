"""What the service knows: the rules, the tables and the only code that changes an incident.

Imports nothing of `hub`, `workers` or `web`, and opens nothing when it is imported: time, ids, randomness
and connections are passed in by the processes that own them.
"""
