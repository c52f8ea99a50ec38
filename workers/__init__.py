"""What happens apart from a request: notices, records, and the command that runs the service on one machine."""
