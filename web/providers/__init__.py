"""Where providers report what became of messages."""
