#!/usr/bin/env bash
# The same sources through clang, with the same warnings as errors.
make -k -j"$(nproc)" clang && echo 'ok clang'
