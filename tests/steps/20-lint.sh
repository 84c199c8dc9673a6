#!/usr/bin/env bash
# One rule a script: tools/lint-*.sh.
exec tools/lint.sh
