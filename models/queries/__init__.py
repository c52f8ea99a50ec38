"""Reading: snapshots, replays, figures and what a caller may see. Nothing here changes anything."""
