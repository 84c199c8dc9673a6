#!/usr/bin/env bash
# docs/asvs.md: every requirement of ASVS 5.0.0 of levels 1 and 2 once (253 of them; where the
# standard itself is at hand, exactly its numbers), each met with a test that is there, or with a
# reason why not; the sums in its head are right; every file it names exists.
. "$(dirname "$0")/lint-lib.sh"

faults=6
bad() {
	mkdir docs
	printf '253 requirements: 3 met, 0 not applicable, 0 open.\n' >docs/asvs.md
	printf '| 1.1.1 | 2 | met | how | `src/none.c` |\n' >>docs/asvs.md
	printf '| 1.1.1 | 2 | met | how | |\n| 1.1.2 | 2 | perhaps | how | |\n' >>docs/asvs.md
}
look() {
	local csv=${HOOL_TEST_DATA:-}/security/ASVS_5.0.0_en.csv
	[ -e docs/asvs.md ] || return 0
	awk -F ' *\\| *' '
	function say(why) { print FILENAME ":" FNR ": " why }
	/^[0-9]+ requirements:/ {
		split($0, n, /[^0-9]+/)
		told = n[1] " " n[2] " " n[3] " " n[4]
	}
	/^\| [0-9]+\.[0-9]+\.[0-9]+ / {
		all++
		if ($2 in seen) say($2 " stands twice")
		seen[$2]
		state = $4
		gsub(/\*/, "", state)
		count[state]++
		if (state !~ /^(met|not applicable|open)$/) say("\"" state "\" is no state")
		if ($5 == "") say($2 ": no word of how, or why not")
		if (state == "met" && $6 !~ /`[^`]+`/) say($2 ": met, but by no test")
	}
	END {
		is = all + 0 " " count["met"] + 0 " " count["not applicable"] + 0 " " count["open"] + 0
		if (told != is) say("its sums are told as " told ", and are " is)
		if (all != 253) say(all " requirements, not 253")
	}' docs/asvs.md
	grep -noE '`[^`]+/[^`]*\.[a-z]+`' docs/asvs.md | tr -d '`' | while IFS=: read -r line file; do
		[ -e "$file" ] || echo "docs/asvs.md:$line: there is no $file"
	done
	if [ -e "$csv" ]; then
		diff <(grep -oE '^"?V[0-9]+,.*' "$csv" | grep -oE ',V[0-9]+\.[0-9]+\.[0-9]+,.*,[12]$' |
			sed -E 's/^,V([0-9.]+),.*,([12])$/\1 \2/' | sort) \
			<(sed -nE 's/^\| ([0-9]+\.[0-9]+\.[0-9]+) \| ([12]) .*/\1 \2/p' docs/asvs.md | sort) |
			sed -n 's/^[<>] \(.*\)/docs\/asvs.md:1: \1 (number, level) is not as in the standard/p'
	fi
}
lint "$@"
