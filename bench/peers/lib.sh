# What the peers' scripts share: the same cases drawn from one board of practice data, one client
# for all, the answers held against one key before anything is timed. Sourced, not run.
#
# Settings, in the environment: CASES (100000), N turns (5), WINDOW seconds of one measurement (5),
# W, the scratch folder everything of the peer goes to (build/peers).
# shellcheck shell=bash
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

CASES=${CASES:-100000} N=${N:-5} WINDOW=${WINDOW:-5} B=${B:-build}
W=$(realpath -m "${W:-build/peers}")
LOGIN=b01 PASSWORD=bench-bench-bench # of bench-fill
mkdir -p "$W"

# One side of the comparison gets the first core, the client the second, if there are two.
server=() client=()
if [ "$(nproc)" -gt 1 ]; then
	server=(taskset -c 0) client=(taskset -c 1)
fi
[ "${SERVER_CORES:-one}" = one ] || server=()

need() {
	local p
	for p in "$@"; do
		command -v "$p" >/dev/null || { echo "$p is needed (apt-get install $p)" >&2; exit 2; }
	done
}
need sqlite3 curl wrk

BEGAN=$(cut -d ' ' -f 1-3 /proc/loadavg)
pids=()
stop_all() {
	local p
	for p in "${pids[@]}"; do
		kill "$p" 2>/dev/null || true
		wait "$p" 2>/dev/null || true
	done
	pids=()
}
trap stop_all EXIT

# ---- the same data for all ----

# The board: practice data with the bench's users; made once.
board() {
	local db=$W/board.$CASES.db
	[ -e "$db" ] && return
	make --no-print-directory -s B="$B" all bench
	echo "practising $CASES cases" >&2
	rm -f "$W"/new.db*
	"$B/hool" practice --db "$W/new.db" --persons $((CASES * 6 / 10)) --cases "$CASES" --seed 1 \
		--unsettled >"$W/log"
	"$B/bench-fill" --db "$W/new.db" --type application --users 1
	mv "$W/new.db" "$db"
}

# cases.tsv: id, number, person's code, name, service, county, unit, state, responsible, due and
# arrived (days since 1970; due empty if none). events.tsv: id, case, time (UTC seconds), user, kind,
# text. Both ordered by id. key.STATE.tsv: the numbers a list of that state shows.
export_data() {
	local db=$W/board.$CASES.db state
	board
	unit=$(sqlite3 "$db" "SELECT p.unit FROM position p JOIN user u ON u.sys_id = p.user
		WHERE u.login = '$LOGIN'")
	[ -e "$W/events.tsv" ] && return
	sqlite3 -separator $'\t' "$db" "SELECT a.sys_id, a.sys_number, coalesce(p.code, ''), r.title,
		s.title, coalesce(a.county, ''), a.sys_unit, a.sys_state, coalesce(a.sys_responsible, ''),
		CASE WHEN a.sys_due = 2147483647 THEN '' ELSE a.sys_due END, a.arrived
		FROM application a JOIN person p ON p.sys_id = a.person
		JOIN sys_record r ON r.id = a.person JOIN sys_record s ON s.id = a.service
		WHERE a.sys_deleted = 0 ORDER BY a.sys_id" >"$W/cases.tsv"
	for state in $STATES; do
		sqlite3 "$db" "SELECT sys_number FROM application WHERE sys_unit = $unit AND
			sys_state = '$state' AND sys_open = 1 AND sys_deleted = 0
			ORDER BY sys_due, sys_id LIMIT 50" >"$W/key.$state.tsv"
	done
	sqlite3 -separator $'\t' "$db" "SELECT row_number() OVER (ORDER BY h.chain, h.seq), h.record, h.at,
		h.actor, h.kind || ' ' || h.name, replace(replace(coalesce(h.change, ''), char(10), ' '),
		char(9), ' ') FROM sys_history h JOIN application a ON a.sys_id = h.record" >"$W/events.new"
	mv "$W/events.new" "$W/events.tsv"
}
STATES="received incomplete in_review"

# So many cases of the unit to open, the same for all: id and number.
opened() {
	awk -F '\t' -v unit="$unit" '$7 == unit && (NR * 7919) % 33 == 0 { print $1 "\t" $2 }' \
		"$W/cases.tsv" | head -n 2000
}

# ---- one client for all ----

cat >"$W/turn.lua" <<'LUA'
-- Asks the lines of a file in turn; prints what came back. wrk takes a redirection for an answer:
-- such are counted apart.
local lines, at, others = {}, 0, 0
function init(args)
	for line in io.lines(args[1]) do lines[#lines + 1] = line end
	wrk.headers["Cookie"] = os.getenv("COOKIE")
	wrk.headers["X-Redmine-API-Key"] = os.getenv("API_KEY")
end
function request()
	at = at % #lines + 1
	return wrk.format("GET", lines[at])
end
function done(s, latency, _)
	io.write(string.format("rate=%.1f p50=%.2f p99=%.2f bytes=%.0f faults=%d\n",
		s.requests / s.duration * 1e6, latency:percentile(50) / 1000,
		latency:percentile(99) / 1000, s.bytes / math.max(s.requests, 1),
		s.errors.status + s.errors.connect + s.errors.read + s.errors.write +
		s.errors.timeout))
end
LUA

# ask BASE LINES CONNECTIONS: one measurement; a line of name=value.
ask() {
	"${client[@]}" wrk -t1 -c "$3" -d "${WINDOW}s" --timeout 30s -s "$W/turn.lua" "$1" -- "$2" |
		grep '^rate='
}

field() {
	sed -n "s/^\(.* \)\{0,1\}$1=\([^ ]*\).*/\2/p"
}

median() {
	sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

spread() {
	sort -g | awk '{ v[NR] = $1 } END { printf "%s-%s", v[1], v[NR] }'
}

# The numbers of cases in a page's body, in order, each once.
numbers_in() {
	grep -oE '(PKT|TT|LSR|[A-ZÕÄÖÜ]{2,5})-20[0-9]{2}/[0-9]+' | awk '!seen[$0]++'
}

# same_answer NAME STATE < PAGE: stops unless the page lists what the key says.
same_answer() {
	numbers_in | diff - "$W/key.$2.tsv" >"$W/diff" && return
	echo "$1 answers otherwise for $2 (< it, > the key):" >&2
	head -n 10 "$W/diff" >&2
	exit 1
}

# ---- Hool's side ----

hool_start() {
	local out
	out=$(mktemp "$W/out.XXXX")
	"$B/bench-fill" --db "$W/board.$CASES.db" --type application --forget 1
	"${server[@]}" "$B/hool" serve --db "$W/board.$CASES.db" --listen 127.0.0.1:0 --quiet \
		>"$out" 2>"$out.log" &
	pids+=("$!")
	for _ in $(seq 400); do
		port=$(sed -n 's/^listening.*://p' "$out")
		[ -n "$port" ] && break
		sleep 0.05
	done
	rm -f "$out"
	hool=http://127.0.0.1:$port
	curl -s -o /dev/null -c "$W/jar" -d "kasutaja=$LOGIN&parool=$PASSWORD" "$hool/sisene"
	hool_cookie=$(awk '/hool/ { print $6 "=" $7 }' "$W/jar" | head -n 1)
	for state in $STATES; do
		curl -s -b "$W/jar" "$hool/taotlus?vaade=unit&seisund=$state" |
			sed -n 's/.*<tbody>//p' | numbers_in >"$W/got"
		same_answer Hool "$state" <"$W/got"
		echo "/taotlus?vaade=unit&seisund=$state"
	done >"$W/hool.list"
	opened | sed 's/.*\t/\/taotlus\//' >"$W/hool.open"
}

# ---- turn by turn ----

# against NAME BASE: lists and pages of the peer (NAME.list, NAME.open) and Hool's, in turns.
against() {
	local name=$1 base=$2 turn what c
	rm -f "$W"/result."$name".*
	for turn in $(seq "$N"); do
		for what in list open; do
			for c in 1 8; do
				echo "turn $turn of $N, $what, $c connections" >&2
				COOKIE=${PEER_COOKIE:-} ask "$base" "$W/$name.$what" "$c" >"$W/theirs"
				COOKIE=$hool_cookie ask "$hool" "$W/hool.$what" "$c" >"$W/ours"
				echo "$(field rate <"$W/theirs") $(field p50 <"$W/theirs")" \
					"$(field p99 <"$W/theirs") $(field faults <"$W/theirs")" \
					"$(field rate <"$W/ours") $(field p50 <"$W/ours")" \
					"$(field p99 <"$W/ours") $(field faults <"$W/ours")" \
					"$(field bytes <"$W/theirs") $(field bytes <"$W/ours")" \
					>>"$W/result.$name.$what.$c"
			done
		done
	done
	result "$name" | tee "bench/peers/RESULTS.$name.md"
}

# result NAME: the table of what was measured.
result() {
	local name=$1 what c f
	cat <<-END
		# $name and Hool

		Made by \`bench/peers/$name\`: $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD), $CASES cases, medians of $N turns of $WINDOW s,
		least and most of the ratio in brackets. Machine: $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors;
		load when it began $BEGAN. What each side does: [README.md](../README.md#peers).

		| work | connections | $name a second | p50, ms | p99, ms | kB | Hool a second | p50, ms | p99, ms | kB | times |
		|---|---|---|---|---|---|---|---|---|---|---|
	END
	for what in list open; do
		for c in 1 8; do
			f=$W/result.$name.$what.$c
			awk '$4 + $8 > 0 { exit 1 }' "$f" || echo "faults in $what at $c connections" >&2
			printf '| %s | %s | %s | %s | %s | %.1f | %s | %s | %s | %.1f | %s (%s) |\n' "$what" "$c" \
				"$(cut -d ' ' -f 1 "$f" | median)" "$(cut -d ' ' -f 2 "$f" | median)" \
				"$(cut -d ' ' -f 3 "$f" | median)" \
				"$(awk '{ print $9 / 1000 }' "$f" | median)" \
				"$(cut -d ' ' -f 5 "$f" | median)" "$(cut -d ' ' -f 6 "$f" | median)" \
				"$(cut -d ' ' -f 7 "$f" | median)" \
				"$(awk '{ print $10 / 1000 }' "$f" | median)" \
				"$(awk '{ printf "%.1f\n", $5 / $1 }' "$f" | median)" \
				"$(awk '{ printf "%.1f\n", $5 / $1 }' "$f" | spread)"
		done
	done
}
