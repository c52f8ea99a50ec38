"""What is measured, beside the floor or a peer, each by one command (README.md)."""
