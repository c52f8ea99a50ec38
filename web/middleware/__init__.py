"""What surrounds every request, one concern in a file; the order is in `web.app`."""
