"""The steps from an empty database to the present schema, in order; each is kept for ever."""
