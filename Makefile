# What one types most often. `make test` is `cargo test`; everything that must hold before a change lands is `make ci`.

.PHONY: test ci long fuzz faults schema deny pictures editor bench growth

test:
	cargo test

ci:
	bash .ci/run

# The tests with more generated cases, more pairs of neighbouring plans and more kills: a quarter of an hour or more.
long:
	FUNNELC_CASES=$(or $(FUNNELC_CASES),20000) FUNNELC_PAIRS=$(or $(FUNNELC_PAIRS),1000) FUNNELC_KILLS=$(or $(FUNNELC_KILLS),50) cargo test

# Hours of inputs that nobody would write, in an optimised build: so many executions of each target, beginning at a round.
fuzz:
	ulimit -v 8388608; FUNNELC_FUZZ=$(or $(FUNNELC_FUZZ),2000000) CARGO_PROFILE_DEV_OPT_LEVEL=2 CARGO_PROFILE_TEST_OPT_LEVEL=2 \
	  cargo test --target-dir target/optimised --test fuzz -- --nocapture --test-threads 1 $(TARGET)

# Kills runs at each system call, and makes each call fail: an hour or more. Needs Linux, strace, bindfs and root; MODES="--mode exchange" needs no root.
faults:
	cargo build
	python3 tools/reliability/faults.py target/debug/funnelc $(MODES)

# Writes anew what is generated and committed: schema/, and whatever else the tests call stale.
schema:
	FUNNELC_BLESS=1 cargo test generated

deny:
	tools/deny.sh

tools/node_modules: tools/package-lock.json
	npm ci --prefix tools
	touch $@

# The examples' graphs, drawn by the real Mermaid: target/pictures.
pictures: tools/node_modules
	tools/mermaid/check.sh

# What an editor makes of the schema.
editor: tools/node_modules
	tools/schema/check.sh

# Beside the hand-tuned limit and Polars, on generated contacts.
bench:
	benches/reference/compare.sh $(or $(ROWS),1000000)

# What `check` costs for twice the size: target/bench/growth. KINDS=all for every kind of project.
growth:
	cargo build --release
	python3 benches/growth/measure.py target/release/funnelc $(KINDS)
