"""The tests mirror the source: one folder for each package, `browser/` for what a person sees."""
