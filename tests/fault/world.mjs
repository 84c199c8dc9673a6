// What the fault tests share: the switches of the shim, a client that survives anything, the
// journey that faults are strewn over, and the books: what was acknowledged must be there.
import fs from 'node:fs';
import http from 'node:http';
import { spawnSync } from 'node:child_process';
import { program, startServer } from '../lib/hool.mjs';
import { forms, plainText } from '../scenario/html.mjs';

// ---- the shim's switches: see enum cell and enum kind of shim.c ----

export const KINDS = { step: 1, write: 2, sync: 3, memory: 4, socket: 5, read: 6 };
const CELLS = { kind: 0, countdown: 1, met: 2, clock: 3, writeDelay: 4, syncDelay: 5, full: 6 };

export class Switches {
	constructor(file) {
		this.file = file;
		fs.writeFileSync(file, Buffer.alloc(8 * 7));
		this.fd = fs.openSync(file, 'r+');
	}

	set(name, value) {
		const b = Buffer.alloc(8);
		b.writeBigInt64LE(BigInt(value));
		fs.writeSync(this.fd, b, 0, 8, CELLS[name] * 8);
	}

	get(name) {
		const b = Buffer.alloc(8);
		fs.readSync(this.fd, b, 0, 8, CELLS[name] * 8);
		return Number(b.readBigInt64LE());
	}

	arm(kind, n) {
		this.set('countdown', 0);
		this.set('kind', KINDS[kind]);
		this.set('met', 0);
		this.set('countdown', n);
	}

	calm() {
		for (const name of Object.keys(CELLS))
			if (name !== 'met')
				this.set(name, 0);
	}
}

// The server with the shim beneath it.
export async function startFaulty(db, log, switches, shim, args = []) {
	process.env.LD_PRELOAD = shim;
	process.env.HOOL_FAULTS = switches.file;
	try {
		return await startServer(db, log, ['--quiet', ...args]);
	} finally {
		delete process.env.LD_PRELOAD;
		delete process.env.HOOL_FAULTS;
	}
}

// ---- the client ----

// One request; status 0 says that the connection ended without an answer.
export function ask(port, method, target, { cookie, body, type, from, timeout = 20000, agent } = {}) {
	const headers = { 'Accept-Language': 'et' };
	if (cookie)
		headers.Cookie = cookie;
	if (body !== undefined)
		Object.assign(headers, { 'Content-Type': type, 'Content-Length': body.length });
	const began = process.hrtime.bigint();
	return new Promise((resolve) => {
		const end = (status, rs, text) => resolve({ status, text, location: rs?.headers.location,
			cookies: rs?.headers['set-cookie'] || [], type: rs?.headers['content-type'] || '',
			ms: Number(process.hrtime.bigint() - began) / 1e6 });
		const rq = http.request({ host: '127.0.0.1', port, path: target, method, headers, timeout,
			localAddress: from, agent: agent ?? false }, (rs) => {
			const parts = [];
			rs.on('data', (d) => parts.push(d));
			rs.on('error', () => end(0, rs, ''));
			rs.on('end', () => end(rs.complete ? rs.statusCode : 0, rs, Buffer.concat(parts).toString('utf8')));
		});
		rq.on('timeout', () => rq.destroy());
		rq.on('error', () => end(0, null, ''));
		rq.end(body);
	});
}

export function urlencoded(fields) {
	return { body: Buffer.from(new URLSearchParams(fields).toString()), type: 'application/x-www-form-urlencoded' };
}

export function multipart(fields, name, filename, bytes) {
	const parts = Object.entries(fields).map(([k, v]) =>
		`--hool-fault\r\nContent-Disposition: form-data; name="${k}"\r\n\r\n${v}\r\n`);
	parts.push(`--hool-fault\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\n` +
		'Content-Type: application/octet-stream\r\n\r\n');
	return { body: Buffer.concat([Buffer.from(parts.join('')), bytes, Buffer.from('\r\n--hool-fault--\r\n')]),
		type: 'multipart/form-data; boundary=hool-fault' };
}

// The hidden fields of the page's form that posts to an address.
export function hidden(page, at) {
	const form = forms(page).find((f) => f.method === 'post' && (f.action || at) === at);
	return Object.fromEntries((form ? form.fields : []).filter((f) => f.hidden).map((f) => [f.name, f.value]));
}

// ---- the journey ----

// What one official does, from signing in to signing out: every way of the engine to the disk.
// Each step asks for the page of its form first, as people do. `does` makes the request.
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
// Born on days of their own, for "7" and "77" sound alike, and would be asked about as one person.
const person = (tag, n) => ({ first_name: 'Katse', last_name: tag, country: 'FI', document: tag,
	birth_date: `${String(1 + n % 28).padStart(2, '0')}.0${1 + Math.floor(n / 28) % 9}.${1950 + Math.floor(n / 252) % 50}` });

export const JOURNEY = [
	{ name: 'sign in', method: 'POST', want: 303, does: () => ({ to: '/sisene', fields: { kasutaja: 'juht' } }),
		then: (j, rs) => { j.cookie = (rs.cookies[0] || '').split(';')[0]; } },
	{ name: 'desk', want: 200, does: () => ({ to: '/' }) },
	{ name: 'new person', method: 'POST', want: 303, form: () => '/isik/uus',
		does: (j) => ({ to: '/isik/uus', fields: person(j.tag, j.n) }), then: (j, rs) => { j.person = rs.location; },
		made: (j) => ({ at: j.person, text: j.tag }) },
	{ name: 'person', want: 200, does: (j) => ({ to: j.person }) },
	{ name: 'note', method: 'POST', want: 303, form: (j) => j.person, action: (j) => `${j.person}/-/markus`,
		does: (j) => ({ to: `${j.person}/-/markus`, fields: { note: `märkus ${j.tag}` } }),
		made: (j) => ({ at: j.person, text: `märkus ${j.tag}` }) },
	{ name: 'change', method: 'POST', want: 303, form: (j) => `${j.person}/-/muuda`,
		does: (j) => ({ to: `${j.person}/-/muuda`, fields: { ...person(j.tag, j.n), first_name: 'Muudetud', phone: `5${j.n}` } }),
		made: (j) => ({ at: j.person, text: 'Muudetud' }) },
	{ name: 'file', method: 'POST', want: 303, form: (j) => j.person, action: (j) => `${j.person}/-/fail`,
		does: (j) => ({ to: `${j.person}/-/fail`, fields: {}, file: [`${j.tag}.pdf`, Buffer.concat([PDF, Buffer.from(j.tag)])] }),
		made: (j) => ({ at: j.person, text: `${j.tag}.pdf` }) },
	{ name: 'task', method: 'POST', want: 303, form: () => '/ulesanne/uus',
		does: (j) => ({ to: '/ulesanne/uus', fields: { title: `töö ${j.tag}`, due: '31.12.2026', doer: j.doer } }),
		then: (j, rs) => { j.task = rs.location; }, made: (j) => ({ at: j.task, text: `töö ${j.tag}` }) },
	{ name: 'list', want: 200, does: () => ({ to: '/isik?vaade=all' }) },
	{ name: 'search', method: 'POST', want: 303, form: () => '/', action: () => '/otsing',
		does: (j) => ({ to: '/otsing', fields: { q: j.tag } }), then: (j, rs) => { j.found = rs.location; } },
	{ name: 'found', want: 200, does: (j) => ({ to: j.found }) },
	{ name: 'sign out', method: 'POST', want: 303, form: () => '/ulesanne/uus', action: () => '/valju',
		does: () => ({ to: '/valju', fields: {} }) },
];

function content(what, more) {
	if (what.file)
		return multipart({ ...more, ...what.fields }, 'fail', ...what.file);
	return urlencoded({ ...more, ...what.fields });
}

// A refusal a person can act on: a page that says what is wrong and what to do, with its number;
// or, where the guard itself must speak, an empty answer of the right status.
export function isClear(rs) {
	if (rs.status < 500 && rs.status !== 413 && rs.status !== 429)
		return false;
	if (rs.text === '')
		return rs.status === 503;
	const text = plainText(rs.text);
	return /text\/html/.test(rs.type) && text.includes(`E${rs.status}`) && /Mida teha|What to do|Что делать/.test(text) &&
		!/sqlite|SQL|errno|malloc/i.test(text.replace(/.*<main/s, ''));
}

/*
 * Walk the journey once. `fault` may be met anywhere; met() tells whether it was. Returns
 * complaints, and puts what was acknowledged into the book. A request that came to grief is sent
 * once more exactly as it was: it must succeed then, and must not have been done twice.
 */
export async function walk(server, tag, n, book, { met, cut, steps = JOURNEY, agent } = {}) {
	const j = { tag, n, cookie: '', doer: '11' };
	const bad = [];
	const send = async (step, method, to, options) => {
		const rs = await ask(server.port, method, to, { cookie: j.cookie, agent, ...options });
		const want = step.want;
		if (rs.status === want)
			return rs;
		const excused = met() && (isClear(rs) || (cut && rs.status === 0));
		if (!excused)
			bad.push(`${step.name}: ${method} ${to} gave ${rs.status}, not ${want}` +
				(rs.text ? `: ${plainText(rs.text).slice(-500)}` : ''));
		const again = await ask(server.port, method, to, { cookie: j.cookie, agent, ...options });
		if (again.status !== want)
			bad.push(`${step.name}: ${method} ${to} once more gave ${again.status}, not ${want}` +
				(again.text ? `: ${plainText(again.text).slice(-500)}` : ''));
		return again;
	};
	for (const step of steps) {
		let more = {};
		if (step.form) {
			const at = step.form(j);
			const page = await send({ ...step, name: `${step.name} (form)`, want: 200 }, 'GET', at);
			more = hidden(page.text, step.action ? step.action(j) : at);
			j.doer = /name="doer"[^>]*value="(\d+)"/.exec(page.text)?.[1] ?? j.doer;
		}
		const what = step.does(j);
		const rs = await send(step, step.method ?? 'GET', what.to, step.method ? content(what, more) : {});
		if (bad.length > 0)
			return bad;
		step.then?.(j, rs);
		if (step.made)
			book.push(step.made(j));
	}
	return bad;
}

// ---- the books ----

// How many of the acknowledged things are not there, as an official sees them.
export async function missing(server, book) {
	const rs = await ask(server.port, 'POST', '/sisene', urlencoded({ kasutaja: 'juht' }));
	const cookie = (rs.cookies[0] || '').split(';')[0];
	const pages = new Map();
	const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
	let lost = 0;
	for (const { at, text } of book) {
		if (!pages.has(at)) {
			const page = await ask(server.port, 'GET', at, { cookie, agent });
			pages.set(at, page.status === 200 ? plainText(page.text) : '');
		}
		if (!pages.get(at).includes(text))
			lost++;
	}
	agent.destroy();
	return lost;
}

// Things that were made twice, read from the stopped database itself.
export function doubled(db) {
	const sql = 'SELECT count(*) FROM (SELECT 1 FROM person WHERE sys_deleted = 0 AND document IS NOT NULL ' +
		"GROUP BY last_name, document HAVING count(*) > 1 UNION ALL SELECT 1 FROM task WHERE title LIKE 'töö %' " +
		'GROUP BY title HAVING count(*) > 1)';
	const run = spawnSync('sqlite3', ['-readonly', db, sql], { encoding: 'utf8' });
	return run.status === 0 ? Number(run.stdout) : NaN;
}

export function verify(db) {
	const run = spawnSync(program, ['verify', '--db', db], { encoding: 'utf8' });
	return run.status === 0 ? '' : (run.stdout + run.stderr).trim();
}
