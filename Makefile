# Everything a clone needs, from nothing but python3 (3.11 or later) and the package registry.
#
#   make demo     the whole house on this machine: chat, mails, clock, one page to play with
#   make test     all tests; the last line is pytest's count
#   make lint     ruff (rules and format), mypy --strict, import-linter
#   make bench    rates and latencies beside a bare handler and the peers, as a table
#   make growth   processor time of a webhook with 1, 2 and 4 web processes, and on a cluster of three nodes
#   make million  a million subscribers loaded, walked, reported and backed up, each step with its bound; PEOPLE=20000 for fewer
#   make chaos    the long form of the tests that kill processes (KILLS=240)
#   make servers  the contract of the store on more servers (behind sentinels; Debian's redis-server: alone, with TLS, as a
#                 cluster and behind sentinels with TLS); failover, slot moves and lost nodes under load
#   make storm    webhooks of all kinds, each three times, in random batches, over two processes (EVENTS=100000)
#   make issue    an issue to READERS=20000 people while worker, store and mail server are killed, KILLS times
#   make clocks   the whole suite at awkward moments: at night, at New Year, across changes of summer time
#   make api      random requests to every route that /openapi.json describes (EXAMPLES=200 each)
#   make explore  the tests that make up their examples, with new examples each time (make test repeats the same ones)
#   make simulate  the whole installation on a simulated loop with faults, SEEDS=100000 times; one with its history: SEED=4711
#   make fuzz     inputs out of all shape for every reader, MINUTES=10 each: no exception, no hang; a finding has a number
#   make errors   each row of the platform's error table, tried: what was sent, answered, and done
#   make understanding  typed answers of many kinds: understood, asked again, wrong (-v: ARGS=-v)
#   make reported       what was reported, row by row: the input, what happens now, its test
#   make live     a flow is edited while people stand in every step of it (PEOPLE=1000 in each)
#   make readability  names, circles, comments and sizes of the code, counted
#   make coverage-of-statistics  intervals of reports looked at daily: how often wrong, how soon right (ARGS="--runs 2000")
#   make starts   starts by conditions and dates begin when one who looks every half hour begins them; PEOPLE
#   make caps     no window of any length holds more mails than its cap, in HISTORIES=100000 random lives
#   make proofs   what sequences promise, each proof in short with its figures (docs/decisions/0059)
#   make sbom     what is installed, as CycloneDX in var/sbom.json, and what is known against it
#   make releases when each locked package was last released, into docs/dependencies.md; what is old is printed
#   make mail-tools  as root on Debian: postfix, hunspell and dictionaries, for the tests that ask real ones
#   make judges   every shipped mail before SpamAssassin, html-validate, mjml, axe, dkimpy and the strict parser; what is missing is named
#   make lock     resolve pyproject.toml anew into the lock files
#   make clean    remove what these targets made; the demo's data and workspace stay

PYTHON ?= python3
KILLS ?= 240
EVENTS ?= 100000
PEOPLE ?= 1000
EXAMPLES ?= 200
HISTORIES ?= 100000
READERS ?= 20000
SEEDS ?= 100000
MINUTES ?= 10

venv := .venv
run := $(venv)/bin/python
# A file's tests stay in one process, in their order, since they share what is dear to set up; the smallest come last.
at_once := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
pip := PIP_DISABLE_PIP_VERSION_CHECK=1 $(run) -m pip --quiet

.PHONY: releases simulate fuzz judges growth million proofs api explore sbom servers help demo test lint bench chaos storm issue clocks errors live understanding reported coverage-of-statistics caps starts readability lock clean chromium mail-tools
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   //p' Makefile

# The stamp is newer than what it was made from, or the environment is brought up to date.
$(venv)/installed: requirements.lock requirements-build.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Doorstep needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
			"Name another with: make PYTHON=python3.13 ..." >&2; exit 1; }
	@echo "Setting up $(venv) (about a minute, once)"
	@$(PYTHON) -m venv $(venv) || { \
		echo "This Python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(pip) install --no-deps --require-hashes -r requirements-build.lock
	@$(pip) install --no-deps --require-hashes --no-build-isolation -r requirements.lock
	@$(pip) install --no-deps --no-build-isolation -e .
	@touch $@

demo: $(venv)/installed
	@$(venv)/bin/doorstep demo

test: $(venv)/installed chromium
	@$(run) -m pytest -q $(at_once)

lint: $(venv)/installed
	$(run) -m ruff check .
	$(run) -m ruff format --check .
	$(run) -m mypy
	@$(venv)/bin/lint-imports

bench: $(venv)/installed
	@$(run) -m bench

judges: $(venv)/installed
	@$(run) -m bench.judges $(ARGS)

explore: $(venv)/installed
	DOORSTEP_EXAMPLES=explore $(run) -m pytest -q -m hypothesis $(at_once)

million: $(venv)/installed
	@$(run) -m bench.million

growth: $(venv)/installed
	@$(run) -m bench.growth

chaos: $(venv)/installed
	@$(run) -m pytest -q -s -m chaos --kills $(KILLS)

storm: $(venv)/installed
	@DOORSTEP_TEST_EVENTS=$(EVENTS) $(run) -m pytest -q -s tests/chaos/test_storm.py

servers: $(venv)/installed
	@DOORSTEP_TEST_SERVERS=all $(run) -m pytest -q -s tests/contract/test_store*.py tests/chaos/test_takeover.py \
		tests/chaos/test_store_failover.py tests/acceptance/test_store_move.py tests/acceptance/test_rolling_upgrade.py

issue: $(venv)/installed
	@DOORSTEP_TEST_READERS=$(READERS) $(run) -m pytest -q -s --kills $(KILLS) tests/chaos/test_issue_kills.py

clocks: $(venv)/installed
	@$(run) -m tests.support.clocks

readability: $(venv)/installed
	@$(run) -m tools.measure_readability -v

api: $(venv)/installed
	@DOORSTEP_TEST_EXAMPLES=$(EXAMPLES) $(run) -m pytest -q tests/acceptance/test_openapi.py

simulate: $(venv)/installed
	@PYTHONHASHSEED=0 $(run) -m tests.simulation.world $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

fuzz: $(venv)/installed
	@$(run) -m tests.fuzz --minutes $(MINUTES)

errors: $(venv)/installed
	@$(run) -m tools.try_error_table

understanding: $(venv)/installed
	@$(run) -m tests.understanding $(ARGS)

reported: $(venv)/installed
	@$(run) -m tests.reported

coverage-of-statistics: $(venv)/installed
	@$(run) -m tools.measure_coverage $(ARGS)

caps: $(venv)/installed
	@DOORSTEP_HISTORIES=$(HISTORIES) $(run) -m pytest -q -s tests/unit/onboarding/engine/test_mails_together.py

starts: $(venv)/installed
	@DOORSTEP_STARTS=$(PEOPLE) DOORSTEP_STARTS_DAYS=400 $(run) -m pytest -q -s tests/unit/onboarding/engine/test_starts_reference.py

proofs: $(venv)/installed
	@DOORSTEP_STARTS=200 DOORSTEP_STARTS_DAYS=400 DOORSTEP_HISTORIES=2000 DOORSTEP_FORECAST_NIGHTS=10 DOORSTEP_LIVES=1000 \
		$(run) -m pytest -q -s tests/unit/onboarding/engine/test_wrong_mails.py \
		tests/unit/onboarding/engine/test_untouched.py tests/unit/onboarding/engine/test_starts_reference.py \
		tests/unit/onboarding/engine/test_mails_together.py tests/unit/onboarding/engine/test_hold_back.py \
		tests/unit/service/forecast/test_forecast_kept.py tests/unit/service/workspace/replay/test_compare_lives.py \
		tests/chaos/test_answer_kills.py tests/web/test_pages_answers.py
	@$(run) -m tools.measure_coverage --runs 100

live: $(venv)/installed
	@DOORSTEP_TEST_PEOPLE=$(PEOPLE) $(run) -m pytest -q tests/acceptance/test_live_change.py

# Browser tests need a Chromium. Without one, and without the rights to install one, they are skipped and say so.
chromium:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; \
	then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Debian's chromium for the browser tests"; \
		{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install \
			chromium fonts-liberation fonts-noto-color-emoji; } >/dev/null 2>&1 \
			|| echo "Chromium could not be installed: the browser tests will be skipped"; \
	else echo "No Chromium here: the browser tests will be skipped"; fi

# The tests with a real postfix, and spelling, need Debian's packages; without them they are skipped and say so.
mail-tools:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Debian's postfix (not configured, not started), hunspell and its dictionaries"; \
		{ apt-get -qq update && echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections \
			&& DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install \
			postfix hunspell hunspell-en-gb hunspell-de-de; } >/dev/null 2>&1 \
			|| echo "They could not be installed: their tests will be skipped"; \
	else echo "This needs root and apt-get"; fi

# Only this needs uv; it lives in a scratch environment. No index address gets into the lock files.
lock:
	@$(PYTHON) -m venv var/lock && var/lock/bin/python -m pip --quiet install uv
	@var/lock/bin/uv --quiet pip compile --universal --python-version 3.11 --generate-hashes --extra dev \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	@echo "setuptools>=80" | var/lock/bin/uv --quiet pip compile --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" - -o requirements-build.lock
	@cd bench/peers && ../../var/lock/bin/uv --quiet pip compile --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" requirements.in -o requirements.lock

sbom: $(venv)/installed
	@test -x var/sbom/bin/pip-audit || { $(PYTHON) -m venv var/sbom && \
		PIP_DISABLE_PIP_VERSION_CHECK=1 var/sbom/bin/pip --quiet install cyclonedx-bom==7.5.0 pip-audit==2.10.1; }
	@var/sbom/bin/cyclonedx-py environment $(venv) --pyproject pyproject.toml --output-reproducible -o var/sbom.json
	@$(run) -m tools.list_packages var/sbom.json
	@var/sbom/bin/pip-audit --requirement requirements.lock --no-deps --disable-pip --progress-spinner off \
		|| echo "pip-audit found something, or did not reach the public list: see above"

releases: $(venv)/installed
	@$(run) -m tools.release_dates

clean:
	rm -rf $(venv) var/lock var/sbom var/bench build *.egg-info bench/peers/bottender/node_modules bench/judges/node_modules \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find bot bench domain email_out flows language onboarding service store tests tools -name __pycache__ -prune -exec rm -rf {} +
