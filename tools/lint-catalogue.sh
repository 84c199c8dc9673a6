#!/usr/bin/env bash
# The texts of po/*.LANG.po: the same keys in et, en and ru, none empty, none twice, the same {1}
# to {4} in each; and every key that C names (fail("err.x"), msg(cx, "list.empty") …) is there.
# A word counted has KEY.one and KEY.many, in Russian KEY.few too.
. "$(dirname "$0")/lint-lib.sh"

faults=6
bad() {
	mkdir po
	printf 'msgid "err.a"\nmsgstr "A {1}"\n\nmsgid "err.b"\nmsgstr "B"\n' >po/x.et.po
	printf 'msgid "err.a"\nmsgstr "A"\n\nmsgid "err.b"\nmsgstr ""\n' >po/x.en.po
	printf 'msgid "err.a"\nmsgstr ""\n"A {1}"\n\nmsgid "err.c"\nmsgstr "C"\n' >po/x.ru.po
	printf 'fail(cx, ERR_IO, "err.a");\nfail_field(cx, ERR_IO, "f",\n\t"err.none");\n' >src/x.c
}
look() {
	local po
	po=$(ls po/*.po 2>/dev/null)
	{
		# shellcheck disable=SC2086
		[ -z "$po" ] || awk '
		function entry_ends() {
			if (key != "") print "text\t" lang "\t" key "\t" place "\t" value
			key = value = ""
		}
		FNR == 1 {
			entry_ends()
			n = split(FILENAME, part, ".")
			lang = part[n - 1]
			into = ""
		}
		/^#/ { next }
		/^msgid / { entry_ends(); into = "key"; place = FILENAME ":" FNR }
		/^msgstr / { into = "value" }
		/^(msgid|msgstr) |^"/ {
			text = $0
			sub(/^[^"]*"/, "", text)
			sub(/"[ \t]*$/, "", text)
			if (into == "key") key = key text
			else value = value text
		}
		END { entry_ends() }' $po
		c_files src no-tests | xargs -r awk -v want=both -f "$tools/c-text.awk" | awk '
		# A call may go over several lines: its text is gathered to the semicolon.
		{
			place = $0
			match(place, /^[^:]*:[0-9]+:/)
			line = substr(place, RLENGTH + 1)
			place = substr(place, 1, RLENGTH - 1)
			if (call == "") {
				if (!match(line, /(fail|fail_field|fail_at|yaml_fail|msg|msgf|msg_count)\(/))
					next
				call = " " line
				start = place
			} else {
				sub(/^[ \t]+/, " ", line)
				call = call line
			}
			if (line !~ /;|\{$/ && length(call) < 2000) next
			rest = call
			while (match(rest, /[^a-z_](fail|fail_field|fail_at|yaml_fail|msg|msgf|msg_count)\(/)) {
				name = substr(rest, RSTART + 1, RLENGTH - 2)
				rest = substr(rest, RSTART + RLENGTH)
				if (match(rest, /"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+"/))
					print "used\t" name "\t" substr(rest, RSTART + 1, RLENGTH - 2) "\t" start
			}
			call = ""
		}'
	} | awk -F '\t' '
	function marks(s,   out, i) {
		out = ""
		for (i = 1; i <= 4; i++) if (index(s, "{" i "}")) out = out i
		return out
	}
	$1 == "text" {
		if (($2, $3) in value) print $4 ": " $3 " stands twice"
		value[$2, $3] = $5
		place[$2, $3] = $4
		keys[$3] = 1
		if ($5 == "") print $4 ": " $3 " is empty"
		next
	}
	$2 == "msg_count" { count[$3] = $4; next }
	{ used[$3] = $4 }
	END {
		n = split("et en ru", langs, " ")
		for (k in keys) {
			few = k ~ /\.few$/
			for (i = 1; i <= n; i++) {
				l = langs[i]
				if (!((l, k) in value)) {
					if (!few || l == "ru") print "po: " k " is missing in " l
				} else if (!few && ("et", k) in value && value[l, k] != "" && \
					k !~ /\.(one|many)$/ && marks(value[l, k]) != marks(value["et", k]))
					print place[l, k] ": " k " does not name the same {n} as et"
			}
		}
		for (k in used) if (!(k in keys)) print used[k] ": no text for " k
		for (k in count) if (!((k ".one") in keys && (k ".many") in keys && (k ".few") in keys))
			print count[k] ": no " k ".one, .few, .many"
	}' | sort
}
lint "$@"
