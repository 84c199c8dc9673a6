#!/usr/bin/env bash
# Practice data from a file to the server of with.sh and back into a file: the counts and hashes that
# `hool copy` prints are the same both ways, and the same again between the two files; histories hold.
set -u
program=${HOOL:-build/hool}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

say() {
	if [ "$1" -eq 0 ]; then
		echo "ok copy: $2"
	else
		echo "not ok copy: $2" && failed=1
	fi
}

"${PG_BIN:+$PG_BIN/}psql" -X -q -d "${HOOL_TEST_PG/\/hool\?//postgres?}" -c 'CREATE DATABASE round_trip' || exit 1
server=${HOOL_TEST_PG/\/hool\?//round_trip?}
"$program" practice --db "$folder/from.db" --persons 60 --cases 90 --seed 7 >/dev/null
say $? 'practice data in a file'
"$program" copy --from "$folder/from.db" --to "$server" >"$folder/there"
say $? 'from the file to the server'
"$program" copy --from "$server" --to "$folder/back.db" >"$folder/back"
say $? 'from the server to a file'
[ "$(grep -cE '^ *[0-9]+  [0-9a-f]{16}  ' "$folder/there")" -gt 40 ] &&
	grep -qE '^ *[1-9][0-9]{3}  [0-9a-f]{16}  sys_record$' "$folder/there"
say $? 'every table is told with its count and hash'
diff "$folder/there" "$folder/back"
say $? 'counts and hashes are the same there and back'
"$program" copy --from "$folder/back.db" --to "$folder/again.db" >"$folder/again" && diff "$folder/back" "$folder/again"
say $? 'and once more from file to file'
for db in "$server" "$folder/back.db"; do
	"$program" verify --db "$db"
	say $? 'history verified'
done
"$program" copy --from "$folder/from.db" --to "$server" >"$folder/refused" 2>&1
[ $? -ne 0 ]
say $? 'a server that has records is not written over'
exit $failed
