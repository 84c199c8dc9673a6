#!/usr/bin/env bash
# In a header, each group of functions has a comment, above it or beside it. Groups are parted by
# empty lines; private headers (x_int.h) may do without. `//` is left for scratch, and a TODO names
# its issue: TODO(#12).
. "$(dirname "$0")/lint-lib.sh"

faults=3
bad() {
	printf '/* The file. */\n\n/* f. */\nint f(void);\n\nint g(void);\n\nint h(int a); /* h. */\n' \
		>src/x.h
	printf '/* TODO: later */\n/* TODO(#3): later */\nint a; // scratch\nchar *b = "http://x";\n' \
		>src/y.c
}
look() {
	find src -name '*.h' ! -name '*_int.h' | sort | xargs -r awk '
	function group_ends() {
		if (function_at && !said) print file ":" function_at ": no comment says what this does"
		function_at = said = 0
	}
	FNR == 1 { group_ends(); file = FILENAME; inside = 0 }
	{ text = $0 }
	/\/\*/ { said = 1; inside = 1 }
	inside { if (/\*\//) inside = 0; next }
	/^$/ { group_ends(); next }
	macro { macro = /\\$/; next }
	/^#/ { macro = /\\$/; next }
	/^static inline/ { body = 1 }
	body { if (/^\}|;$/ && !/^\t/) body = 0; next }
	/^SCOPED_DEFINE/ || /^typedef/ { next }
	/^[a-z].*\(/ && !/^(return|if|for|while|switch)/ && !function_at { function_at = FNR }
	END { group_ends() }' /dev/null
	c_files src | xargs -r grep -HnE 'TODO([^(]|\([^#])' |
		sed -E 's/^([^:]*:[0-9]+):.*/\1: a TODO names its issue, TODO(#12)/'
	c_files src | xargs -r awk '
	{ line = $0; gsub(/"([^"\\]|\\.)*"/, "\"\"", line) }
	line ~ /(^|[^:])\/\// && line !~ /\/?\*/ { print FILENAME ":" FNR ": // is left for scratch" }'
}
lint "$@"
