#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server of its own, which is gone afterwards:
#
#	tests/postgres/with.sh COMMAND…
#
# The server listens on a Unix socket in a temporary folder only. It runs as an unprivileged user,
# since PostgreSQL refuses to run as root. Its data are as safe as a test needs them: no syncs.
# The command finds HOOL_TEST_DB=postgres and HOOL_TEST_PG, the address of an empty database.
set -u
bin=
for folder in ${PG_BIN:-} /usr/lib/postgresql/{18,17,16,15,14,13}/bin; do
	[ -x "$folder/initdb" ] && bin=$folder && break
done
if [ -z "$bin" ]; then
	echo "tests/postgres: no PostgreSQL server is installed (package postgresql)" >&2
	exit 77
fi

folder=/dev/shm
[ -w $folder ] || folder=/var/tmp
folder=$(mktemp -d "$folder/hool-pg-XXXXXX")
chmod 755 "$folder"
as=()
if [ "$(id -u)" = 0 ]; then
	user=nobody
	! id postgres >/dev/null 2>&1 || user=postgres
	chown "$user" "$folder"
	as=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups)
fi

stop() {
	[ ! -e "$folder/data/postmaster.pid" ] ||
		(cd "$folder" && "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop) >/dev/null 2>&1
	rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

fail() {
	echo "tests/postgres: $1" >&2
	[ ! -e "$folder/log" ] || tail -n 20 "$folder/log" "$folder/start" >&2
	exit 1
}

cd "$folder" || exit 1
"${as[@]}" "$bin/initdb" -D "$folder/data" -U hool -A trust -E UTF8 --locale=C.UTF-8 -N \
	>"$folder/log" 2>&1 || fail 'initdb failed'
cat >>"$folder/data/postgresql.conf" <<-EOF
	listen_addresses = ''
	unix_socket_directories = '$folder'
	unix_socket_permissions = 0777
	max_connections = 150
	max_prepared_transactions = 0
	shared_buffers = 128MB
	dynamic_shared_memory_type = mmap
	fsync = off
	synchronous_commit = off
	full_page_writes = off
	wal_level = ${PG_WAL_LEVEL:-minimal}
	max_wal_senders = ${PG_WAL_SENDERS:-0}
	max_wal_size = 1GB
	autovacuum = off
	max_locks_per_transaction = 512
	lc_messages = 'C'
	log_min_messages = warning
	log_min_error_statement = panic
EOF
"${as[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/start" -w -t 30 start >/dev/null 2>&1 ||
	fail 'the server does not start'
"$bin/psql" -X -q -h "$folder" -U hool -d postgres -c 'CREATE DATABASE hool' || fail 'no database'
cd - >/dev/null || exit 1

export HOOL_TEST_DB=postgres PG_BIN=$bin
export HOOL_TEST_PG="postgres://hool@/hool?host=$folder"
"$@"
exit
