#!/usr/bin/env bash
# The machine of the primary is gone without a word: no connection is closed, nothing is refused,
# packets just meet no answer. The standby is promoted a second later; the first task must be
# acknowledged by it within 10 s. Two network namespaces stand for the two machines (root only).
set -u
if [ "${1:-}" != inside ]; then
	bin=
	for folder in ${PG_BIN:-} /usr/lib/postgresql/{18,17,16,15,14,13}/bin; do
		[ -x "$folder/initdb" ] && bin=$folder && break
	done
	if [ "$(id -u)" != 0 ] || [ -z "$bin" ] || ! unshare -n true 2>/dev/null ||
		! unshare -n ip link add v0 type veth peer name v1 2>/dev/null; then
		echo 'ok vanish # skip needs root, namespaces of the network, PostgreSQL'
		exit 0
	fi
	PG_BIN=$bin exec unshare -n "$0" inside
fi

hool=$PWD/${HOOL:-build/hool}
folder=$(mktemp -d /var/tmp/hool-vanish-XXXXXX)
user=nobody
! id postgres >/dev/null 2>&1 || user=postgres
as=(setpriv "--reuid=$user" "--regid=$(id -g $user)" --clear-groups)
mkdir "$folder/a" "$folder/b"
chown -R $user "$folder"
started=()
end() {
	for server in a b; do # leaves no shared memory behind
		[ ! -e "$folder/$server/data/postmaster.pid" ] ||
			"${as[@]}" "$PG_BIN/pg_ctl" -D "$folder/$server/data" -m immediate -w stop >/dev/null 2>&1
	done
	[ ${#started[@]} -eq 0 ] || kill -9 "${started[@]}" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT TERM

die() {
	echo "not ok vanish: $1"
	tail -n 5 "$folder"/*.log
	exit 1
}
# until COMMAND…: waits for it to succeed, ten seconds at most
until_ok() {
	for _ in {1..100}; do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
	done
	die "$*"
}

# The other machine: a namespace of its own, kept by a process, and a line to it.
ip link set lo up
unshare -n sleep 120 &
there=$!
started+=("$there")
sleep 0.3
ip link add v0 type veth peer name v1 netns "$there"
ip addr add 10.9.0.1/24 dev v0 && ip link set v0 up
on=(nsenter -t "$there" -n)
"${on[@]}" ip addr add 10.9.0.2/24 dev v1
"${on[@]}" ip link set v1 up

cd "$folder" || exit 1
"${as[@]}" "$PG_BIN/initdb" -D a/data -U hool -A trust -E UTF8 --locale=C.UTF-8 -N >init.log 2>&1 || die initdb
printf 'host all all 10.9.0.0/24 trust\nhost replication all 10.9.0.0/24 trust\n' >>a/data/pg_hba.conf
"${on[@]}" "${as[@]}" "$PG_BIN/postgres" -D a/data -c listen_addresses=10.9.0.2 \
	-c "unix_socket_directories=$folder/a" >a.log 2>&1 &
started+=($!)
until_ok "$PG_BIN/pg_isready" -h 10.9.0.2
sql=("$PG_BIN/psql" -X -q -A -t -U hool -d postgres -h)
"${sql[@]}" 10.9.0.2 -c 'CREATE DATABASE hool'
"$hool" practice --db postgres://hool@10.9.0.2/hool --persons 20 --cases 10 --seed 7 >practice.log || die practice
"${as[@]}" "$PG_BIN/pg_basebackup" -d 'host=10.9.0.2 user=hool application_name=b' -R -N -c fast -D b/data ||
	die pg_basebackup
"${as[@]}" "$PG_BIN/postgres" -D b/data -c listen_addresses= -c "unix_socket_directories=$folder/b" >b.log 2>&1 &
started+=($!)
until_ok "$PG_BIN/pg_isready" -h "$folder/b"
"${sql[@]}" 10.9.0.2 -c "ALTER SYSTEM SET synchronous_standby_names = 'b'" -c 'SELECT pg_reload_conf()' >/dev/null
is_sync() { [ "$("${sql[@]}" 10.9.0.2 -c 'SELECT sync_state FROM pg_stat_replication')" = sync ]; }
until_ok is_sync

(cd "$OLDPWD" && exec "$hool" serve --db "postgres://hool@/hool?host=10.9.0.2,$folder/b" --listen 127.0.0.1:8099 \
	--threads 4 --quiet) >hool.log 2>&1 &
started+=($!)
until_ok grep -q listening hool.log
at=http://127.0.0.1:8099
curl -s -c jar -o sign.log -d kasutaja=koordinaator $at/sisene
curl -s -b jar $at/ulesanne/uus >form.log
csrf=$(grep -o 'name="_csrf" value="[0-9a-f]*' form.log | head -n 1 | grep -o '[0-9a-f]*$')
doer=$(grep -o 'name="doer"[^>]*value="[0-9]*' form.log | head -n 1 | grep -o '[0-9]*$')
make_task() {
	curl -s -m 30 -b jar -o answer.log -w '%{http_code}' \
		-d "_csrf=$csrf&_key=$1&title=$1&due=31.12.2026&doer=$doer" $at/ulesanne/uus
}
for i in 1 2 3; do
	[ "$(make_task "before-$i")" = 303 ] || die 'no task before'
done

"${on[@]}" ip rule add to 10.9.0.1 blackhole
gone=$(date +%s%3N)
sleep 1
"${as[@]}" "$PG_BIN/pg_ctl" promote -W -D b/data >/dev/null || die promote
answer=
for i in {1..20}; do
	answer=$(make_task "after-$i")
	took=$(($(date +%s%3N) - gone))
	[ "$answer" != 303 ] || break
	sleep 0.1
done
[ "$answer" = 303 ] && [ "$took" -lt 10000 ] || die "service back after $took ms ($answer)"
echo "ok vanish: service back after $took ms"
titles=$("${sql[@]}" "$folder/b" -d hool -c "SELECT count(DISTINCT title) FROM task WHERE title LIKE 'before-%'")
[ "$titles" = 3 ] || die "$titles of 3 tasks are there"
echo 'ok vanish: what was acknowledged before is there'
