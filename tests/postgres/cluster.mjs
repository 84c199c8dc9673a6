// PostgreSQL servers of a test's own, on Unix sockets in a temporary folder, run as an unprivileged
// user: a primary and standbys that get its log, killed and promoted. All are gone at exit.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const VERSIONS = [18, 17, 16, 15, 14, 13];
const bin = [process.env.PG_BIN, ...VERSIONS.map((v) => `/usr/lib/postgresql/${v}/bin`)]
	.find((b) => b && fs.existsSync(path.join(b, 'initdb')));
export const installed = bin !== undefined;

const asRoot = process.getuid() === 0;
const shm = '/dev/shm';
let folder = null;
let user = {};
const running = new Set();

function id(what, name) {
	const run = spawnSync('id', [what, name], { encoding: 'utf8' });
	return run.status === 0 ? Number(run.stdout) : null;
}

function sh(program, ...args) {
	return execFileSync(path.join(bin, program), args,
		{ cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...user });
}

// The folder all servers lie in.
export function open() {
	folder = fs.mkdtempSync(path.join(fs.existsSync(shm) ? shm : os.tmpdir(), 'hool-failover-'));
	fs.chmodSync(folder, 0o755);
	if (asRoot) {
		const name = id('-u', 'postgres') !== null ? 'postgres' : 'nobody';
		user = { uid: id('-u', name), gid: id('-g', name) };
		fs.chownSync(folder, user.uid, user.gid);
	}
	process.on('exit', () => {
		running.forEach(kill);
		fs.rmSync(folder, { recursive: true, force: true });
	});
	return folder;
}

const data = (s) => path.join(folder, s.name, 'data');

function sleep(ms) {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function isUp(s) {
	return spawnSync(path.join(bin, 'pg_isready'), ['-q', '-h', s.socket]).status === 0;
}

// Start the server of a data folder; it answers when this returns.
function start(name) {
	const s = { name, socket: path.join(folder, name), child: null };
	const log = fs.openSync(path.join(folder, `${name}.log`), 'a');

	s.child = spawn(path.join(bin, 'postgres'), ['-D', data(s), '-c', `unix_socket_directories=${s.socket}`],
		{ cwd: folder, stdio: ['ignore', log, log], ...user });
	fs.closeSync(log);
	running.add(s);
	for (let i = 0; !isUp(s); i++) {
		if (i > 300)
			throw new Error(`${name} does not start\n${fs.readFileSync(path.join(folder, `${name}.log`), 'utf8')}`);
		sleep(50);
	}
	return s;
}

function fresh(name) {
	fs.rmSync(path.join(folder, name), { recursive: true, force: true });
	fs.mkdirSync(path.join(folder, name), { mode: 0o755 });
	if (asRoot)
		fs.chownSync(path.join(folder, name), user.uid, user.gid);
}

// A primary with a user `hool`, who is no superuser and owns the empty database `hool`. Commits
// are durable, as they are at an agency: full syncs, and later the standby's too.
export function primary(name) {
	fresh(name);
	sh('initdb', '-D', path.join(folder, name, 'data'), '-U', 'keeper', '-A', 'trust', '-E', 'UTF8',
		'--locale=C.UTF-8', '-N');
	fs.appendFileSync(path.join(folder, name, 'data/postgresql.conf'), `
listen_addresses = ''
unix_socket_permissions = 0777
max_connections = 60
shared_buffers = 32MB
dynamic_shared_memory_type = mmap
max_wal_size = 256MB
wal_keep_size = 64MB
fsync = on
synchronous_commit = on
lc_messages = 'C'
log_min_messages = warning
`);
	const s = start(name);
	sql(s, 'CREATE ROLE hool LOGIN');
	sql(s, 'CREATE DATABASE hool OWNER hool');
	return s;
}

// A standby of `of`, which from now on answers no commit before the standby has it too. The
// standby itself waits for nobody once it is promoted. It has the log at once but shows what is in
// it later, as a busy one does: a program that read from it unawares would miss what it has written.
export function standby(name, of) {
	fresh(name);
	sh('pg_basebackup', '-d', `host=${of.socket} user=keeper application_name=${name}`, '-R', '-X', 'stream',
		'-c', 'fast', '-N', '-D', path.join(folder, name, 'data'));
	fs.appendFileSync(path.join(folder, name, 'data/postgresql.auto.conf'), `
synchronous_standby_names = ''
recovery_min_apply_delay = '400ms'
`);
	const s = start(name);

	sql(of, `ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
	sql(of, 'SELECT pg_reload_conf()');
	for (let i = 0; sql(of, 'SELECT sync_state FROM pg_stat_replication') !== 'sync'; i++) {
		if (i > 200)
			throw new Error(`${name} does not become synchronous`);
		sleep(50);
	}
	return s;
}

// The line between a standby and its primary breaks: from now on the standby has nothing new.
export function cut(s) {
	sql(s, `ALTER SYSTEM SET primary_conninfo = ''`);
	sql(s, 'SELECT pg_reload_conf()');
}

// Kill -9 of all processes of a server at one moment: as if the machine were gone. The postmaster
// is stopped first, so that it makes no more of them.
export function kill(s) {
	if (!running.delete(s))
		return;
	const pid = s.child.pid;
	const shared = /^ *(\d+) +(\d+) *$/m.exec(read(path.join(data(s), 'postmaster.pid')).split('\n')[6] || '');

	end(pid, 'SIGSTOP');
	const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
	[pid, ...children].forEach((p) => end(p, 'SIGKILL'));
	if (shared) // the few bytes of System V memory that mark a data folder as taken
		spawnSync('ipcrm', ['-m', shared[2]]);
}

function read(file) {
	try {
		return fs.readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}

function end(pid, signal) {
	try {
		process.kill(pid, signal);
	} catch { /* it has ended by itself */ }
}

// What whoever watches over the servers does: the standby becomes the one that takes writings.
export function promote(s) {
	const child = spawn(path.join(bin, 'pg_ctl'), ['promote', '-W', '-D', data(s)],
		{ cwd: folder, stdio: 'ignore', ...user });

	return new Promise((resolve, reject) =>
		child.on('exit', (code) => code === 0 ? resolve() : reject(new Error(`pg_ctl promote: ${code}`))));
}

// The answer to a query, one row a line, columns parted by |.
export function sql(s, text, who = 'keeper', database = who === 'hool' ? 'hool' : 'postgres') {
	return sh('psql', '-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', '-h', s.socket, '-U', who, '-d', database,
		'-c', text).trim();
}

// The address hool is given: all servers, looked through in this order.
export function address(...names) {
	return `postgres://hool@/hool?host=${names.map((n) => path.join(folder, n)).join(',')}`;
}
