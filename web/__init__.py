"""HTTP: pages, API and sign-in. Every change goes through `models.actions`; nothing here decides a rule."""
