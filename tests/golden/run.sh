#!/usr/bin/env bash
# Commands whose whole output is held against a file. tests/golden/NAME.sh is run with bash from
# the root of the tree; what it writes, to both outputs, and "exit N" must equal NAME.expected.
#
#	tests/golden/run.sh [NAME…]             run all, or those named
#	tests/golden/run.sh --accept NAME…      write what comes now as expected (then read the diff!)
#
# A script finds $HOOL (the program), $DB (a practice database of its own: 60 persons, 90 cases,
# seed 7) and $DIR (an empty folder).
set -u
cd "$(dirname "$0")/../.." || exit 1

accept=
if [ "${1:-}" = --accept ]; then
	accept=yes
	shift
fi
export HOOL=${HOOL:-build/hool} DIR DB
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

practice() {
	if [ ! -e "$work/practice" ]; then
		mkdir "$work/practice"
		"$HOOL" practice --db "$work/practice/hool.db" --persons 60 --cases 90 --seed 7 \
			>"$work/practice.log" 2>&1 || cat "$work/practice.log"
	fi
	cp -r "$work/practice" "$DIR.data"
	DB=$DIR.data/hool.db
}

passed=0 failed=0
for script in tests/golden/*.sh; do
	name=$(basename "$script" .sh)
	[ "$name" != run ] || continue
	case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
	DIR=$work/$name
	mkdir "$DIR"
	DB=
	if grep -q 'DB' "$script"; then
		practice
	fi
	bash "$script" >"$work/$name.out" 2>&1
	echo "exit $?" >>"$work/$name.out"
	# Its own folder is somewhere else each time.
	sed -i "s|$work|DIR|g" "$work/$name.out"
	if [ -n "$accept" ]; then
		cp "$work/$name.out" "tests/golden/$name.expected"
	fi
	if diff -u "tests/golden/$name.expected" "$work/$name.out" >"$work/$name.diff" 2>&1; then
		echo "ok golden $name"
		passed=$((passed + 1))
	else
		echo "not ok golden $name"
		head -n 40 "$work/$name.diff"
		failed=$((failed + 1))
	fi
done
echo "passed=$passed failed=$failed skipped=0"
[ $failed -eq 0 ]
