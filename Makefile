# 納め — `make` で説明を表示。 Two commands do all set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RESIDENTS ?= 10000
# 訳したものを残す。残さないと、起こすプロセスごとに全部を訳し直す。 Keep bytecode: else every process compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

help:  ## この説明を表示する (show this help)
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

setup: $(VENV)/.ready  ## 必要なものを .venv に入れる (install into .venv)

demo: setup  ## 架空市で一年の収納から督促までを動かす (run one city's year; RESIDENTS=10000)
	$(BIN)/osame demo run --residents $(RESIDENTS)

serve: setup  ## 架空市の三つのシステムと中間サーバー、国の側の模擬を開く (open the demo city's consoles; Ctrl+C stops)
	$(BIN)/osame demo serve $(if $(filter-out file,$(origin RESIDENTS)),--residents $(RESIDENTS))

browser:  ## 画面の試験に使う Chromium と字体を入れる (Chromium and a Japanese font, for the tests)
	@$(PYTHON) tests/browser/chromium.py

test: setup browser  ## すべての試験を走らせる (run all tests)
	$(BIN)/pytest -n auto

check: setup  ## 整頓・lint・型・依存の契約 (tidy, lint, types, contracts)
	$(BIN)/ruff check osame tests
	$(BIN)/ruff format --check osame tests
	OSAME_ALL_SYSTEMS=1 OSAME_NO_DATABASE=1 $(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest tests/tidy

bench: setup  ## 件数150万・入金30万の計測と、中間サーバーの計測を JSON で出す (benchmark as JSON)
	$(BIN)/osame bench
	$(BIN)/osame bench-gateway

lock:  ## 依存を固定し直す (re-lock dependencies: hashes, no addresses)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml -o requirements.lock

clean:  ## 仮想環境と架空市のデータを消す (remove .venv and var/)
	rm -rf $(VENV) var

.PHONY: help setup browser demo serve test check bench lock clean
.DEFAULT_GOAL := help
