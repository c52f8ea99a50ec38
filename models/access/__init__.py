"""Who may what: one table of roles, actions, fields and channels, and what is read from it."""
