// Kill -9 under load: clients make tasks over HTTP and note every one the server acknowledged; the
// server is killed at a random moment, started again on the same database, and every acknowledged
// task must be there, once, and the chain of history must verify.
//
//	node tests/crash/run.mjs [ROUNDS]
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { outDir, program, practiceDatabase, startServer, stopServer, killServer } from '../lib/hool.mjs';

const rounds = Number(process.argv[2] || 3);
const CLIENTS = 16;
const folder = path.join(outDir, 'crash');
const db = practiceDatabase(folder, ['--persons', '60', '--cases', '90', '--seed', '7']);
const log = path.join(folder, 'serve.log');
const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
let passed = 0, failed = 0;

function say(ok, what) {
	ok ? passed++ : failed++;
	console.log(`${ok ? 'ok' : 'not ok'} crash: ${what}`);
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
	const csrf = /name="_csrf" value="([0-9a-f]+)"/.exec(page.text)[1];
	const doer = /name="doer"[^>]*value="(\d+)"/.exec(page.text)?.[1];
	return { cookie, csrf, doer };
}

// One client: makes tasks until the server is gone. What got a 303 is acknowledged.
async function client(server, who, name, acknowledged) {
	for (let i = 0; ; i++) {
		const title = `${name}-${i}`;
		try {
			const rs = await request(server, 'POST', '/ulesanne/uus', who.cookie,
				{ _csrf: who.csrf, _key: `${name}${i}`, title, due: '31.12.2026', ...(who.doer ? { doer: who.doer } : {}) });
			if (rs.status === 303)
				acknowledged.push({ title, at: rs.headers.location });
			else
				return rs.status;
		} catch {
			return 0;
		}
	}
}

for (let round = 0; round < rounds; round++) {
	const server = await startServer(db, log, ['--quiet']);
	const who = await signIn(server);
	const acknowledged = [];
	const clients = Array.from({ length: CLIENTS }, (_, i) => client(server, who, `r${round}c${i}n`, acknowledged));
	await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 900));
	await killServer(server);
	const ends = await Promise.all(clients);
	say(ends.every((e) => e === 0) && acknowledged.length > CLIENTS,
		`round ${round + 1}: ${acknowledged.length} tasks acknowledged before the kill`);

	const again = await startServer(db, log, ['--quiet']);
	const cookie = who.cookie; // the sign-in must have survived as well
	let lost = 0;
	for (const a of acknowledged) {
		const rs = await request(again, 'GET', a.at, cookie);
		if (rs.status !== 200 || !rs.text.includes(a.title))
			lost++;
	}
	say(lost === 0, `round ${round + 1}: ${lost} of ${acknowledged.length} lost`);
	const complaint = await stopServer(again);
	say(complaint === '', `round ${round + 1}: the server came back and ended well ${complaint}`);
	const verify = spawnSync(program, ['verify', '--db', db], { encoding: 'utf8' });
	say(verify.status === 0, `round ${round + 1}: ${(verify.stdout + verify.stderr).trim()}`);
}
agent.destroy();
console.log(`passed=${passed} failed=${failed} skipped=0`);
if (failed === 0)
	fs.rmSync(folder, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
