#!/usr/bin/env bash
# Input that must be refused with a reason. Each file of tests/refused/KIND/ is given to the
# command that reads such files; it must be refused: exit 2 (wrong), 5 (clash) or 6 (too large),
# nothing else, and the words in FILE.because (one line each) must be in what is said.
#
#	type     hool type check FILE
#	rule     hool rule check FILE
#	args     a line of arguments a file: hool ARGS; a comment line begins with #
#
# A new kind is a line in command() below.
set -u
cd "$(dirname "$0")/../.." || exit 1

hool=${HOOL:-build/hool}
command() {
	case $1 in
	type | rule) "$hool" "$1" check "$2" ;;
	*) return 99 ;;
	esac
}

passed=0 failed=0
check() { # name, exit code, output file, file of reasons
	local why=
	case $2 in
	2 | 5 | 6) ;;
	*) why="exit $2" ;;
	esac
	if [ -e "$4" ]; then
		while IFS= read -r words; do
			grep -qF -- "$words" "$3" || why="$why; does not say: $words"
		done <"$4"
	elif [ ! -s "$3" ]; then
		why="$why; says nothing"
	fi
	if [ -z "$why" ]; then
		echo "ok refused $1"
		passed=$((passed + 1))
	else
		echo "not ok refused $1: $why"
		sed 's/^/    /' "$3" | head -n 10
		failed=$((failed + 1))
	fi
}

out=$(mktemp)
trap 'rm -f "$out"' EXIT
for file in tests/refused/*/*; do
	kind=$(basename "$(dirname "$file")")
	case $file in *.because | *'*') continue ;; esac
	if [ "$kind" = args ]; then
		while IFS= read -r line; do
			case $line in '' | '#'*) continue ;; esac
			# shellcheck disable=SC2086
			timeout 10 "$hool" $line >"$out" 2>&1 </dev/null
			check "$kind: $line" $? "$out" /nonexistent
		done <"$file"
	else
		command "$kind" "$file" >"$out" 2>&1 </dev/null
		code=$?
		check "$kind $(basename "$file")" $code "$out" "$file.because"
	fi
done
echo "passed=$passed failed=$failed skipped=0"
[ $failed -eq 0 ]
