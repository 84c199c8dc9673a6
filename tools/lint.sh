#!/usr/bin/env bash
# Runs every tools/lint-*.sh, each after its self-test; prints TAP lines, findings below them.
set -u
cd "$(dirname "$0")/.." || exit 1

one() {
	local rule out code
	rule=$(basename "$1" .sh)
	rule=${rule#lint-}
	if ! out=$("$1" --self-test 2>&1); then
		code=1
	else
		out=$("$1" 2>&1)
		code=$?
	fi
	if [ $code -eq 0 ]; then
		echo "ok $rule"
	else
		echo "not ok $rule"
	fi
	[ -z "$out" ] || head -n 60 <<<"${out//$'\n'/$'\n'    }" | sed '1s/^/    /'
}
export -f one

out=$(find tools -name 'lint-*.sh' ! -name lint-lib.sh | sort |
	xargs -P "$(nproc)" -I{} bash -c 'one {}')
printf '%s\n' "$out"
! grep -q '^not ok ' <<<"$out"
