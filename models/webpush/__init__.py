"""Web Push (RFC 8030): what goes to the push service of an officer's browser. No rows."""
