#!/usr/bin/env bash
# Unit tests.
exec tests/steps/unit.sh build/hool-test
