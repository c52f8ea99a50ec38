"""What people send us over a bad connection: what it may be for and how much of it, and what a file really is. Pure."""
