"""Lists of vehicles to look out for: how a file is read, and what taking it in would change. Pure."""
