// Backups, the continuous copy, going back in time, seals: the whole program, under load, killed.
//
//	node tests/keep/run.mjs [ROUNDS]
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { outDir, program, practiceDatabase, startServer, stopServer, killServer } from '../lib/hool.mjs';

const rounds = Number(process.argv[2] || 2);
const CLIENTS = 4;
const folder = path.join(outDir, 'keep');
const db = practiceDatabase(folder, ['--persons', '60', '--cases', '90', '--seed', '7']);
const log = path.join(folder, 'serve.log');
const at = (name) => path.join(folder, name);
const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let passed = 0, failed = 0;

function say(ok, what, detail = '') {
	ok ? passed++ : failed++;
	console.log(`${ok ? 'ok' : 'not ok'} keep: ${what}${ok ? '' : ` ${detail}`}`);
}

function hool(...args) {
	const run = spawnSync(program, ['--lang', 'en', ...args], { encoding: 'utf8', timeout: 60000 });
	return { code: run.status, text: (run.stdout + run.stderr).trim() };
}

function request(server, method, target, cookie, fields) {
	const body = fields ? new URLSearchParams(fields).toString() : null;
	const headers = { Cookie: cookie };
	if (body !== null) {
		headers['Content-Type'] = 'application/x-www-form-urlencoded';
		headers['Content-Length'] = Buffer.byteLength(body);
	}
	return new Promise((resolve, reject) => {
		const rq = http.request({ host: '127.0.0.1', port: server.port, path: target, method, headers, agent },
			(rs) => {
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

async function signIn(server) {
	const rs = await request(server, 'POST', '/sisene', '', { kasutaja: 'koordinaator' });
	const cookie = (rs.headers['set-cookie'] || [''])[0].split(';')[0];
	if (rs.status !== 303 || cookie === '')
		throw new Error(`cannot sign in: ${rs.status}`);
	const page = await request(server, 'GET', '/ulesanne/uus', cookie);
	return { cookie, csrf: /name="_csrf" value="([0-9a-f]+)"/.exec(page.text)[1],
		doer: /name="doer"[^>]*value="(\d+)"/.exec(page.text)?.[1] };
}

// Makes tasks until `ends` says so or the server is gone. `done` gets {title, at, sent, time}.
async function client(server, who, name, done, ends) {
	for (let i = 0; !ends(); i++) {
		const title = `${name}-${i}`, sent = Date.now();
		try {
			const rs = await request(server, 'POST', '/ulesanne/uus', who.cookie,
				{ _csrf: who.csrf, _key: `${name}${i}`, title, due: '31.12.2026', ...(who.doer ? { doer: who.doer } : {}) });
			if (rs.status !== 303)
				return rs.status;
			done.push({ title, at: rs.headers.location, sent, time: Date.now() });
		} catch {
			return 0;
		}
	}
	return 303;
}

function load(server, who, name, done, ends) {
	return Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(server, who, `${name}c${i}n`, done, ends)));
}

// Which of the tasks a database holds: asked of a server on it, by the sign-in made before.
async function held(file, who, tasks) {
	const server = await startServer(file, log, ['--quiet']);
	const there = [];
	let next = 0;
	await Promise.all(Array.from({ length: CLIENTS }, async () => {
		for (let t = tasks[next++]; t !== undefined; t = tasks[next++]) {
			const rs = await request(server, 'GET', t.at, who.cookie);
			if (rs.status === 200 && rs.text.includes(t.title))
				there.push(t);
		}
	}));
	const complaint = await stopServer(server);
	if (complaint !== '')
		say(false, `the restored database serves`, complaint);
	return new Set(there.map((t) => t.title));
}

const header = (file) => {
	const bytes = fs.readFileSync(file);
	return JSON.parse(bytes.subarray(12, 12 + bytes.readUInt32BE(8)));
};
const runOf = (copy) => path.join(copy, fs.readdirSync(copy).filter((n) => n.startsWith('run-')).sort().at(-1));
const segmentsOf = (run) => fs.readdirSync(run).filter((n) => /^seg-\d+\.hool$/.test(n)).sort().map((n) => path.join(run, n));
const tallinn = (ms) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Tallinn', dateStyle: 'short', timeStyle: 'medium' })
	.format(new Date(ms));

async function baseLaid(copy) {
	for (let i = 0; i < 200; i++) {
		if (fs.existsSync(path.join(copy, 'alive')))
			return true;
		await sleep(50);
	}
	return false;
}

hool('key', 'pair', at('secret.key'), at('public.key'));
hool('key', 'shared', at('other.key'));
hool('key', 'seal', at('seal.key'), at('seal.public'));
fs.mkdirSync(at('seals'));

// ---- a backup under load ----
{
	const server = await startServer(db, log, ['--quiet']);
	const who = await signIn(server), done = [];
	let end = false;
	const clients = load(server, who, 'b', done, () => end);
	await sleep(300);
	const before = done.length;
	const backup = spawn(program, ['backup', '--db', db, at('b.hool'), '--key', at('public.key')]);
	const code = await new Promise((resolve) => backup.on('exit', resolve));
	const during = done.length - before;
	end = true;
	await clients;
	say(code === 0 && during > 0, `a backup under load; ${during} tasks were made meanwhile`, `code ${code}`);
	say((await stopServer(server)) === '', 'the server ended well');
	const restored = hool('restore', at('b.hool'), '--to', at('b.db'), '--key', at('secret.key'), '--verify');
	say(restored.code === 0, 'it restores and verifies', restored.text);
	const there = await held(at('b.db'), who, done.slice(0, before));
	say(there.size === before, 'what was acknowledged before it began is in it', `${there.size} of ${before}`);

	const refused = [
		['an existing file is left alone', 5, ['--to', at('b.db'), '--key', at('secret.key')], at('b.hool')],
		['no key', 3, ['--to', at('x.db')], at('b.hool')],
		['another key', 3, ['--to', at('x.db'), '--key', at('other.key')], at('b.hool')],
		['the public key', 3, ['--to', at('x.db'), '--key', at('public.key')], at('b.hool')],
		['a cut file', 9, ['--to', at('x.db'), '--key', at('secret.key')], at('cut.hool')],
		['an altered file', 9, ['--to', at('x.db'), '--key', at('secret.key')], at('bent.hool')],
		['another file', 2, ['--to', at('x.db'), '--key', at('secret.key')], db],
	];
	const bytes = fs.readFileSync(at('b.hool'));
	fs.writeFileSync(at('cut.hool'), bytes.subarray(0, bytes.length - 1000));
	bytes[bytes.length >> 1] ^= 1;
	fs.writeFileSync(at('bent.hool'), bytes);
	for (const [what, want, args, file] of refused) {
		const r = hool('restore', file, ...args);
		say(r.code === want && r.text !== '' && !fs.existsSync(at('x.db')) && !fs.existsSync(at('x.db.part')),
			`refused: ${what}: ${r.text.replaceAll(folder + '/', '')}`, `code ${r.code}`);
	}
}

// ---- the continuous copy: killed at random moments ----
for (let round = 0; round < rounds; round++) {
	const copy = at(`copy${round}`), back = at(`back${round}.db`), name = `round ${round + 1}`;
	fs.mkdirSync(copy);
	const server = await startServer(db, log, ['--quiet', '--copy-to', copy, '--copy-key', at('public.key'), '--copy-every', '1']);
	say(await baseLaid(copy), `${name}: a base is laid down`);
	const who = await signIn(server), done = [];
	const clients = load(server, who, `k${round}`, done, () => false);
	for (let i = 0; i < 100 && segmentsOf(runOf(copy)).length < 3; i++)
		await sleep(100);
	await sleep(Math.random() * 900);
	await killServer(server);
	const killed = Date.now();
	await clients;
	const segments = segmentsOf(runOf(copy)), upto = header(segments.at(-1)).upto;
	say(killed - upto < 4000, `${name}: the copy lags ${((killed - upto) / 1000).toFixed(1)} s behind the kill`);
	const r = hool('restore', '--from', copy, '--to', back, '--key', at('secret.key'), '--verify');
	say(r.code === 0 && !r.text.includes('Left out'), `${name}: it restores and verifies`, r.text);
	const must = done.filter((t) => t.time <= upto);
	const there = await held(back, who, must);
	say(must.length > CLIENTS && there.size === must.length,
		`${name}: of ${done.length} acknowledged, the ${must.length} up to the last segment are there`, `${there.size}`);

	// The last segment torn, as a broken line would leave it.
	fs.truncateSync(segments.at(-1), fs.statSync(segments.at(-1)).size - 100);
	const torn = hool('restore', '--from', copy, '--to', at(`torn${round}.db`), '--key', at('secret.key'), '--verify');
	say(torn.code === 0 && torn.text.includes('Left out') && torn.text.includes(path.basename(segments.at(-1))),
		`${name}: a torn last segment is told and left out`, torn.text);
	fs.rmSync(segments.at(-2));
	const gap = hool('restore', '--from', copy, '--to', at(`gap${round}.db`), '--key', at('secret.key'), '--verify');
	say(gap.code === 0 && gap.text.includes('Left out') && gap.text.includes('is missing'),
		`${name}: a segment missing in the middle is told`, gap.text);
}

// ---- a point in time, and seals ----
{
	const copy = at('time');
	fs.mkdirSync(copy);
	const server = await startServer(db, log, ['--quiet', '--copy-to', copy, '--copy-every', '1', '--seals', at('seals'), '--seal-key', at('seal.key')]);
	await baseLaid(copy);
	const who = await signIn(server), first = [], second = [];
	let end = Date.now() + 1200;
	await load(server, who, 'p', first, () => Date.now() > end);
	await sleep(2300);
	const moment = Date.now();
	await sleep(1300);
	end = Date.now() + 800;
	await load(server, who, 'q', second, () => Date.now() > end);
	say((await stopServer(server)) === '', 'the server ended well');
	say(hool('seal', '--db', db, '--seals', at('seals'), '--key', at('seal.key')).code === 0, 'a seal on demand');

	const whole = hool('restore', '--from', copy, '--to', at('whole.db'), '--verify');
	const then = hool('restore', '--from', copy, '--to', at('then.db'), '--at', tallinn(moment), '--verify');
	say(whole.code === 0 && then.code === 0, 'restored to the end and to a moment', whole.text + then.text);
	say((await held(at('whole.db'), who, [...first, ...second])).size === first.length + second.length,
		`after a clean end nothing is missing from the copy (${first.length + second.length} tasks)`);
	const there = await held(at('then.db'), who, [...first, ...second]);
	say(first.length > 0 && second.length > 0 && first.every((t) => there.has(t.title)) && !second.some((t) => there.has(t.title)),
		`at ${tallinn(moment)} the ${first.length} before are there, the ${second.length} after are not`);
	const early = hool('restore', '--from', copy, '--to', at('early.db'), '--at', '2020-01-01 10:00:00');
	say(early.code === 4 && !fs.existsSync(at('early.db')), `refused: ${early.text.replaceAll(folder + '/', '')}`);

	const seals = ['--seals', at('seals'), '--key', at('seal.public')];
	const fine = hool('verify', '--db', db, ...seals), rolled = hool('verify', '--db', at('then.db'), ...seals);
	say(fine.code === 0, `seals: ${fine.text.split('\n').at(-1)}`);
	say(rolled.code === 9, `a database put back is noticed: ${rolled.text.split('\n').at(-1)}`);
}

// ---- looked over, and an upgrade rehearsed ----
{
	const check = spawnSync(program, ['selfcheck', '--json', '--db', db, '--copy', at('time'), '--seals', at('seals'),
		'--seal-key', at('seal.public'), '--backups', folder], { encoding: 'utf8', timeout: 60000 });
	const found = JSON.parse(check.stdout);
	const broken = found.filter((f) => ['K01', 'K07', 'K08', 'K09', 'K10', 'K12', 'K13', 'K14', 'K19'].includes(f.code));
	say(broken.length === 0 && found.every((f) => f.what !== '' && f.advice !== '' && !f.what.startsWith('check.')) &&
		check.status === (found.some((f) => f.level !== 'note') ? 5 : 0),
	`selfcheck: ${found.map((f) => f.code).join(' ')}`, check.stdout + check.stderr);
	const migrate = hool('migrate', '--check', '--db', db);
	say(migrate.code === 0 && migrate.text.includes('was not changed'), `migrate --check: ${migrate.text}`);
	const back = hool('migrate', '--back', '--db', db);
	say(back.code === 4, `refused: ${back.text}`);
}

agent.destroy();
console.log(`passed=${passed} failed=${failed} skipped=0`);
if (failed === 0)
	fs.rmSync(folder, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
