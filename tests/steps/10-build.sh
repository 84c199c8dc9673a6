#!/usr/bin/env bash
# The program and its unit tests, with gcc and every warning an error.
set -u
jobs=-j$(nproc)
make "$jobs" all build/hool-test || exit 3
if [ -e src/main.c ]; then
	echo "ok build: $(find src -name '*.c' | wc -l) files, program of $(stat -c %s build/hool) bytes"
else
	echo 'ok build: # skip no src/main.c, unit tests only'
fi
