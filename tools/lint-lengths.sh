#!/usr/bin/env bash
# Sizes that ask for a change: a function over 120 lines or a file over 1000 fails; a function
# over 60, a file over 600 and a folder of more than 25 .c files (tests not counted) are said.
. "$(dirname "$0")/lint-lib.sh"

faults=5
lines() { seq "$1" | sed 's/.*/\tx++;/'; }
bad() {
	{ printf 'int\nlong_one(void)\n{\n' && lines 121 && echo '}'; } >src/x.c
	{ printf 'int\nlongish(void)\n{\n' && lines 61 && echo '}'; } >src/y.c
	lines 1001 >src/z.c
	lines 601 >src/v.c
	mkdir src/full
	for i in $(seq 26); do : >"src/full/$i.c"; done
}
look() {
	c_files src | xargs -r awk '
	function file_ends() {
		if (lines > 1000) print file ":" lines ": " lines " lines; look for the second noun"
		else if (lines > 600) print "warn: " file ": " lines " lines"
	}
	FNR == 1 { file_ends(); file = FILENAME; start = 0 }
	{ lines = FNR }
	/^\{/ { start = FNR; name = before }
	/^\}/ && start {
		n = FNR - start + 1
		sub(/\(.*/, "", name)
		if (n > 120) print file ":" start ": " name "() has " n " lines, more than 120"
		else if (n > 60) print "warn: " file ":" start ": " name "() has " n " lines"
		start = 0
	}
	/^[A-Za-z_].*\(/ { before = $0 }
	END { file_ends() }'
	find src -name '*.c' ! -name '*_test.c' | sed 's|/[^/]*$||' | sort | uniq -c |
		awk '$1 > 25 { print "warn: " $2 ": " $1 " .c files; split by noun" }'
}
lint "$@"
