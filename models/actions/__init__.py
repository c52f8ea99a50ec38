"""Everything that changes what the service knows. Nobody else writes to the database."""
