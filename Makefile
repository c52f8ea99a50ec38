# Wufen: `make run` starts it, `make test` proves it. Python 3.11 and make are all a machine needs.
.POSIX:
.PHONY: help run reader media test check format lock clean

help:
	@echo 'make run      prepare this folder and start Wufen here (LAN=1: for the local network)'
	@echo 'make reader   install what reads plates off photos, too (360 MB); then WUFEN_PROCESSES=…,reader=1'
	@echo 'make media    install what takes in videos and covers faces and plates for others, too (see docs/operations.md)'
	@echo 'make test     install what tests need and run everything'
	@echo 'make check    the quick part: format, lint, types, unit tests'
	@echo 'make format   put the source in order'
	@echo 'make lock     renew the lock files from pyproject.toml'
	@echo 'make clean    remove what was built and installed, not the data in var/'
	@echo 'PYTHON=…      use this Python'

run:
	@scripts/python -m scripts.prepare run
	@exec .venv/bin/wufen run $${LAN:+--lan}

reader:
	@scripts/python -m scripts.prepare reader

media:
	@scripts/python -m scripts.prepare media

test:
	@scripts/python -m scripts.prepare test
	@.venv/bin/python -m scripts.checks all

check:
	@scripts/python -m scripts.prepare check
	@.venv/bin/python -m scripts.checks quick

format:
	@.venv/bin/ruff check -q --fix-only .
	@.venv/bin/ruff format -q .

lock:
	@scripts/python -m scripts.prepare check
	@.venv/bin/python -m scripts.lock

clean:
	rm -rf .venv web/static/dist web/ui/node_modules .mypy_cache .ruff_cache .hypothesis .pytest_cache
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +
