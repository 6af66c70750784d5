# The targets are in "make help". Choose the Python with: make PYTHON=python3.12 …
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FACTS := fixtures/guangdong-general-office-2024.yaml

export PIP_DISABLE_PIP_VERSION_CHECK := 1

# "newest" installs the newest releases that pyproject.toml allows, and nothing those of constraints.txt.
VERSIONS :=
WANTED := pyproject.toml constraints.txt
# In parallel on all processors; a process that has nothing left takes tests from another.
PYTEST = $(BIN)/python -m pytest -n logical --dist worksteal

# A virtual environment holds absolute paths, and so does what is installed from this folder into it. In a
# tree that was moved or copied it is made anew.
MOVED := $(if $(wildcard $(VENV)),$(filter-out same,$(shell test "$$(cat $(VENV)/made-in 2>/dev/null)" = "$(CURDIR)" && echo same || echo moved)))

# Set-up with an extra (or none) is one step, done again only when what is wanted changes. $(1): the extras.
define set_up
	@sh scripts/check_toolchain.sh "$(PYTHON)"
	@echo "Setting up $(VENV), once … 正在准备 $(VENV)（仅首次）…" >&2
	@"$(PYTHON)" -m venv $(if $(MOVED),--clear) $(VENV)
	@sh scripts/install.sh $(BIN)/python "$(1)" $(VERSIONS)
	@pwd > $(VENV)/made-in
	@touch $@
endef

.PHONY: help score test coverage thorough test-repeatedly test-latest lock lint format types messages schemas bench \
	differential fuzz wheel clean anew

help: ## this list
	@echo "make score    set up, and score $(FACTS)  首次自动安装，并为示例部门评分"
	@echo "make test     set up, and run the tests  运行测试"
	@echo "make coverage the tests, with branch coverage  测试并统计分支覆盖率"
	@echo "make thorough the tests with long searches, then a million departments  长时间测试"
	@echo "make test-repeatedly  the tests three times, in random order, beside a busy machine  乱序重复测试"
	@echo "make test-latest  the tests with the newest release of everything, in .venv-latest  用最新版依赖测试"
	@echo "make lock     write constraints.txt: the exact version of everything  锁定依赖版本"
	@echo "make lint     ruff: rules and format  代码检查"
	@echo "make format   ruff: mend what it can  自动整理代码"
	@echo "make types    mypy, strict  类型检查"
	@echo "make schemas  write the JSON Schemas that editors read  生成 JSON Schema"
	@echo "make messages compile the translations of click's messages  编译界面译文"
	@echo "make bench    the benchmarks  性能对比"
	@echo "make differential  a million departments, direct and in columns  百万部门差分测试"
	@echo "make fuzz MINUTES=10  broken and hostile files through every door  模糊测试"
	@echo "make wheel    build dist/*.whl  打包"
	@echo "make clean    remove all that these targets made  清理"
	@echo "PYTHON=python3.12 chooses the Python (3.11 to 3.13)  指定 Python"

score: $(VENV)/ready
	@$(BIN)/audit score $(FACTS)

test: $(VENV)/ready-dev
	@$(PYTEST)

coverage: $(VENV)/ready-dev
	@$(PYTEST) --cov --cov-report=term

thorough: $(VENV)/ready-dev
	@$(PYTEST) --hypothesis-profile=thorough
	@$(BIN)/python -m benchmarks.portfolio_differential

test-repeatedly: $(VENV)/ready-dev
	@sh scripts/test_repeatedly.sh $(BIN)/python

# An environment made anew each time: what was the newest when it was last made may no longer be.
test-latest:
	@rm -rf .venv-latest
	@AUDIT_TEST_NEWEST=1 $(MAKE) --no-print-directory VENV=.venv-latest VERSIONS=newest test

lock:
	@sh scripts/check_toolchain.sh "$(PYTHON)"
	@"$(PYTHON)" -m venv .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --upgrade uv
	@sh scripts/lock.sh .venv-lock/bin/uv

lint: $(VENV)/ready-dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

format: $(VENV)/ready-dev
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

types: $(VENV)/ready-dev
	@$(BIN)/mypy

messages: $(VENV)/ready-dev
	@$(BIN)/python -m scripts.compile_messages

schemas: $(VENV)/ready
	@$(BIN)/python -m scripts.publish_schemas

differential: $(VENV)/ready-dev
	@$(BIN)/python -m benchmarks.portfolio_differential

MINUTES ?= 10

fuzz: $(VENV)/ready-dev
	@$(BIN)/python -m tests.fuzz --minutes $(MINUTES)

bench: $(VENV)/ready-bench
	@$(BIN)/python -m benchmarks

wheel: $(VENV)/ready-dev
	@rm -rf build dist
	@$(BIN)/python -m build --wheel

clean:
	rm -rf $(VENV) .venv-latest .venv-lock build dist *.egg-info htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

anew:

$(VENV)/ready: $(WANTED) $(if $(MOVED),anew)
	$(call set_up,)

$(VENV)/ready-dev: $(WANTED) $(if $(MOVED),anew)
	$(call set_up,[dev])
	@touch $(VENV)/ready

$(VENV)/ready-bench: $(WANTED) $(if $(MOVED),anew)
	$(call set_up,[bench])
	@touch $(VENV)/ready
