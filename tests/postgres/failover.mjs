// A primary, a synchronous standby and two programs behind a balancer, under load of people who
// make tasks and try again when they are told it went wrong. Rounds take turns: the primary is
// killed with all its processes at a random moment and the standby promoted; one of the programs
// is killed. Nothing acknowledged may be lost or be there twice, and writing must go on in time.
//
//	node tests/postgres/failover.mjs [ROUNDS] [SEED]
//
// A round is one promotion and one program killed after it. In each fourth the promotion comes late;
// in half of the others the standby loses its line to the primary some moments before. Time to
// service is counted from the kill (from the promotion, if that comes late) to the first answer
// "done" to a request that began after that moment.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { outDir, program, startServer, stopServer, killServer } from '../lib/hool.mjs';
import { Balancer } from './balancer.mjs';
import * as cluster from './cluster.mjs';

const rounds = Number(process.argv[2] || 1);
const seed = Number(process.argv[3] || Date.now() % 1000000007);
const CLIENTS = 16;
const IN_TIME = 10000; // ms until service, of the requirements
const GIVEN_UP = 9000; // ms after which the programs have stopped looking; PG_WAIT of pg_int.h
const LATE = 20000; // ms after which a round is given up
let passed = 0, failed = 0;

// mulberry32, by Tommy Ettinger: the same rounds for the same seed
let state = seed >>> 0;
function random() {
	let t = state = (state + 0x6d2b79f5) >>> 0;
	t = Math.imul(t ^ (t >>> 15), t | 1);
	t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
	return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

function say(ok, what, why = '') {
	ok ? passed++ : failed++;
	console.log(`${ok ? 'ok' : 'not ok'} failover: ${what}${ok || why === '' ? '' : '\n' + why}`);
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const agent = new http.Agent({ keepAlive: true, maxSockets: 2 * CLIENTS });

function request(port, method, target, cookie, fields) {
	const body = fields ? new URLSearchParams(fields).toString() : null;
	const headers = { Cookie: cookie };
	if (body !== null) {
		headers['Content-Type'] = 'application/x-www-form-urlencoded';
		headers['Content-Length'] = Buffer.byteLength(body);
	}
	return new Promise((resolve, reject) => {
		const rq = http.request({ host: '127.0.0.1', port, path: target, method, headers, agent }, (rs) => {
			let text = '';
			rs.setEncoding('utf8');
			rs.on('data', (d) => { text += d; });
			rs.on('end', () => resolve({ status: rs.statusCode, headers: rs.headers, text }));
			rs.on('error', reject);
		});
		rq.on('error', reject);
		rq.end(body);
	});
}

async function signIn(port) {
	const rs = await request(port, 'POST', '/sisene', '', { kasutaja: 'koordinaator' });
	const cookie = (rs.headers['set-cookie'] || [''])[0].split(';')[0];
	if (rs.status !== 303 || cookie === '')
		throw new Error(`cannot sign in: ${rs.status}`);
	const page = await request(port, 'GET', '/ulesanne/uus', cookie);
	const csrf = /name="_csrf" value="([0-9a-f]+)"/.exec(page.text)?.[1];
	if (csrf === undefined)
		throw new Error(`the program that signed in does not know the sign-in: ${page.status}`);
	const doer = /name="doer"[^>]*value="(\d+)"/.exec(page.text)?.[1];
	return { cookie, csrf, ...(doer ? { doer } : {}) };
}

// ---- the load ----

// People who make tasks until `load.stop`. One told that it went wrong sends the same form again,
// with the same key, as the page asks for it; a 303 is the acknowledgement.
class Load {
	acknowledged = []; // { title, at, began, ended }
	answers = {}; // how often each other answer came
	stopped = false;
	wait = 0; // the longest anybody waited for a task, tries included

	constructor(port, who, name) {
		this.clients = Array.from({ length: CLIENTS }, (_, i) => this.#client(port, who[i % who.length], `${name}c${i}n`));
	}

	async #client(port, who, name) {
		for (let i = 0; !this.stopped; i++)
			await this.#make(port, who, `${name}${i}`);
	}

	async #make(port, who, title) {
		const first = performance.now();

		for (let began = first; ; began = performance.now()) {
			const { cookie, csrf, ...doer } = who;
			const rs = await request(port, 'POST', '/ulesanne/uus', cookie,
				{ _csrf: csrf, _key: title, title, due: '31.12.2026', ...doer }).catch((e) => ({ status: e.code }));
			const ended = performance.now();

			if (rs.status === 303) {
				this.acknowledged.push({ title, at: rs.headers.location, began, ended });
				this.wait = Math.max(this.wait, ended - first);
				return;
			}
			this.answers[rs.status] = (this.answers[rs.status] || 0) + 1;
			if (this.stopped && ended - first > LATE) // a person would have given up
				return;
			await sleep(50);
		}
	}

	// Milliseconds from `moment` to the first acknowledgement of what began after it; null: none came.
	async back(moment) {
		while (performance.now() - moment < LATE) {
			const done = this.acknowledged.findLast((a) => a.began > moment);
			if (done)
				return Math.min(...this.acknowledged.filter((a) => a.began > moment).map((a) => a.ended)) - moment;
			await sleep(20);
		}
		return null;
	}

	async end() {
		this.stopped = true;
		await Promise.all(this.clients);
	}
}

// ---- the two programs ----

const folder = path.join(outDir, 'failover');
fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder, { recursive: true });

async function startNode(balancer, name) {
	const server = await startServer(dbs[name], path.join(folder, `${name}.log`), ['--threads', '4', '--watch', '127.0.0.1:0', '--quiet']);
	const node = await balancer.add(server.port, Number(/watched http:\/\/\S+:(\d+)/.exec(server.output)[1]));
	return { name, server, node };
}

// ---- what must hold ----

// Everything acknowledged is there once; what was not is there at most once; titles as sent.
function account(primary, load, what) {
	const rows = cluster.sql(primary, 'SELECT title, sys_number FROM task', 'hool').split('\n').map((l) => l.split('|'));
	const there = new Map();
	rows.forEach(([title]) => there.set(title, (there.get(title) || 0) + 1));
	const at = new Map(rows);
	const lost = load.acknowledged.filter((a) => !there.has(a.title));
	const twice = [...there].filter(([title, n]) => n > 1 && /^[pk]\d+c\d+n\d+$/.test(title));
	const elsewhere = load.acknowledged.filter((a) => there.has(a.title) && decodeURI(a.at.split('?')[0]) !== `/ulesanne/${at.get(a.title)}`);
	say(lost.length === 0 && twice.length === 0 && elsewhere.length === 0 && load.acknowledged.length > CLIENTS,
		`${what}: ${load.acknowledged.length} acknowledged, ${lost.length} lost, ${twice.length} twice, ${elsewhere.length} under another number`,
		JSON.stringify({ lost: lost.slice(0, 5), twice: twice.slice(0, 5), elsewhere: elsewhere.slice(0, 5) }));
	return lost.length + twice.length + elsewhere.length;
}

// Through each program: what was acknowledged stands at the address it was given, and every
// sign-in, old and new, made at one of them is good at all.
async function look(nodes, who, load, what) {
	who[Math.floor(random() * who.length)] = await signIn(nodes[Math.floor(random() * nodes.length)].server.port);
	const some = Array.from({ length: 12 }, () => load.acknowledged[Math.floor(random() * load.acknowledged.length)]);
	const wrong = [];

	for (const n of nodes)
		for (const [i, a] of some.entries()) {
			const rs = await request(n.server.port, 'GET', a.at, who[i % who.length].cookie);
			if (rs.status !== 200 || !rs.text.includes(a.title))
				wrong.push(`${n.name} ${a.at}: ${rs.status}`);
		}
	say(wrong.length === 0, `${what}: sign-ins and pages good at both programs`, wrong.join('\n'));
}

function examine(primary, db, chains) {
	const verify = spawnSync(program, ['verify', '--db', db], { encoding: 'utf8' });
	say(verify.status === 0, `history: ${(verify.stdout + verify.stderr).trim()}`);
	const n = Number(cluster.sql(primary, 'SELECT count(DISTINCT chain) FROM sys_history', 'hool'));
	const gaps = Number(cluster.sql(primary, `SELECT count(*) FROM (SELECT chain FROM sys_history GROUP BY chain
		HAVING count(*) <> max(seq) OR min(seq) <> 1) AS broken`, 'hool'));
	say(n >= chains && gaps === 0, `${n} chains of history, each without a gap`, `${gaps} with one`);
	const numbers = Number(cluster.sql(primary,
		'SELECT count(*) - count(DISTINCT (type, number)) FROM sys_record', 'hool'));
	const same = Number(cluster.sql(primary, 'SELECT count(*) - count(DISTINCT sys_number) FROM task', 'hool'));
	const made = Number(cluster.sql(primary, `SELECT count(*) FROM task AS t WHERE t.title ~ '^[pk][0-9]+c[0-9]+n[0-9]+$'
		AND (SELECT count(*) FROM sys_history AS h WHERE h.record = t.sys_id AND h.kind = 'create') <> 1`, 'hool'));
	say(numbers === 0 && same === 0 && made === 0, 'every number given once, every task made once in the history',
		`${numbers} numbers and ${same} numbers of tasks twice, ${made} tasks made otherwise than once`);
}

// ---- the rounds ----

if (!cluster.installed) {
	console.log('ok failover # skip no PostgreSQL server is installed');
	process.exit(0);
}
console.log(`# seed ${seed}: node tests/postgres/failover.mjs ${rounds} ${seed}`);
cluster.open();
let primary = cluster.primary('a');
// One says what it wants of a server, the other meets the standby first: both must find the primary.
const db = cluster.address('a', 'b') + '&target_session_attrs=read-write';
const dbs = { one: db, two: cluster.address('b', 'a') };
const practice = spawnSync(program, ['practice', '--db', db, '--persons', '40', '--cases', '40', '--seed', '7'],
	{ cwd: folder, encoding: 'utf8' });
if (practice.status !== 0)
	throw new Error(`hool practice: ${practice.stdout}${practice.stderr}`);
let standby = cluster.standby('b', primary);
const balancer = new Balancer();
await balancer.listen();
const nodes = [await startNode(balancer, 'one'), await startNode(balancer, 'two')];
const who = [await signIn(nodes[0].server.port), await signIn(nodes[1].server.port)];
const times = { primary: [], late: [], program: [] };
let acknowledged = 0, lost = 0;

function took(kind, ms, load, what) {
	times[kind].push(ms ?? Infinity);
	const others = Object.entries(load.answers).map(([a, n]) => `${n} × ${a}`).join(', ') || 'none';
	say(ms !== null && ms < IN_TIME, `${what}: service back after ${ms === null ? 'never' : Math.round(ms) + ' ms'}, ` +
		`longest wait ${Math.round(load.wait)} ms, told to try again: ${others}`);
}

// `late`: the promotion comes when the programs have given up and told people that nothing was
// saved; time is counted from it, then.
async function losePrimary(round, late) {
	const cut = !late && random() < 0.5; // as when a network fails piece by piece
	const what = `round ${round}: primary ${cut ? 'cut off and ' : ''}killed${late ? ', promoted late' : ''}`;
	const load = new Load(balancer.port, who, `p${round}`);
	await sleep(400 + random() * 1200);
	if (cut) {
		cluster.cut(standby);
		await sleep(random() * 400);
	}
	let moment = performance.now();
	cluster.kill(primary);
	await sleep(late ? GIVEN_UP + random() * 3000 : random() * 1500); // until whoever watches has seen it
	if (late)
		moment = performance.now();
	await cluster.promote(standby);
	const ms = await load.back(moment);
	await sleep(500);
	await load.end();
	const gone = primary.name;
	primary = standby;
	took(late ? 'late' : 'primary', ms, load, what);
	acknowledged += load.acknowledged.length;
	lost += account(primary, load, what);
	await look(nodes, who, load, what);
	standby = cluster.standby(gone, primary); // the old one comes back as the standby of the new
}

async function loseProgram(round) {
	const load = new Load(balancer.port, who, `k${round}`);
	const victim = nodes[Math.floor(random() * nodes.length)];
	await sleep(300 + random() * 900);
	const moment = performance.now();
	await killServer(victim.server);
	const ms = await load.back(moment);
	await sleep(300);
	await load.end();
	balancer.remove(victim.node);
	took('program', ms, load, `round ${round}: program killed`);
	acknowledged += load.acknowledged.length;
	lost += account(primary, load, `round ${round}: program killed`);
	Object.assign(victim, await startNode(balancer, victim.name));
	await look(nodes, who, load, `round ${round}: program killed`);
}

for (let round = 1; round <= rounds; round++) {
	await losePrimary(round, round % 4 === 0);
	await loseProgram(round);
}
for (const n of nodes) {
	balancer.remove(n.node);
	const complaint = await stopServer(n.server);
	say(complaint === '', `program ${n.name} ended well`, complaint);
}
examine(primary, db, 2);
balancer.close();
agent.destroy();

function figures(list) {
	const sorted = [...list].sort((a, b) => a - b);
	if (sorted.length === 0)
		return 'not tried';
	return `${sorted.length} ×, median ${Math.round(sorted[sorted.length >> 1])} ms, worst ${Math.round(sorted.at(-1))} ms`;
}
console.log(`# ${rounds} rounds: primary lost, ${figures(times.primary)}; ` +
	`promoted late, ${figures(times.late)}; program lost, ${figures(times.program)}; ` +
	`${acknowledged} acknowledged, ${lost} lost or twice`);
console.log(`passed=${passed} failed=${failed} skipped=0`);
if (failed === 0)
	fs.rmSync(folder, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
