"""Citizens' reports of offences, as far as they are pure: what becomes of one, when it is due, which are the same."""
