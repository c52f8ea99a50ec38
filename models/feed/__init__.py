"""The feed: entries of the log as they are written, announced, and shown in channels."""
