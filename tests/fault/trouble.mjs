// Troubles that last longer than one call: a full disk, a slow disk, a killed process, a clock
// that jumps, a database that is taken away, and clients that hold on to what they have. Each
// returns a row of the table; see run.mjs.
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { outDir, practiceDatabase, killServer, stopServer } from '../lib/hool.mjs';
import { plainText } from '../scenario/html.mjs';
import { strewn } from './strewn.mjs';
import { Switches, ask, hidden, isClear, missing, startFaulty, urlencoded, verify, walk } from './world.mjs';

const HOUR = 3600, YEAR = 365 * 24 * HOUR;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// A server with its database and switches, the book of what was acknowledged, and a row to fill.
class Place {
	static async at(run, args = []) {
		const p = new Place();
		Object.assign(p, run);
		p.folder = path.join(outDir, 'fault', run.kind);
		p.db = practiceDatabase(p.folder, run.practice);
		p.switches = new Switches(path.join(p.folder, 'switches'));
		p.log = path.join(p.folder, 'serve.log');
		p.args = args;
		p.book = [];
		p.row = { kind: run.kind, tried: 0, survived: 0, lost: 0 };
		p.server = await startFaulty(p.db, p.log, p.switches, p.shim, args);
		return p;
	}

	// One thing tried: what is wrong with it, or nothing.
	judge(what, wrong) {
		this.row.tried++;
		if (wrong)
			this.complain(`${what}: ${wrong}`);
		else
			this.row.survived++;
	}

	async journey(what, options = {}) {
		const bad = await walk(this.server, `${this.kind}-${what}`, this.row.tried, this.book,
			{ met: () => false, ...options });
		this.judge(what, bad.join('; '));
	}

	// An official with an open page: what is sent from it later is judged by the test.
	async signedIn() {
		const rs = await ask(this.server.port, 'POST', '/sisene', urlencoded({ kasutaja: 'juht' }));
		return (rs.cookies[0] || '').split(';')[0];
	}

	async taskForm(cookie, title) {
		const page = await ask(this.server.port, 'GET', '/ulesanne/uus', { cookie });
		const doer = /name="doer"[^>]*value="(\d+)"/.exec(page.text)?.[1];
		return urlencoded({ ...hidden(page.text, '/ulesanne/uus'), title, due: '31.12.2026', doer });
	}

	send(cookie, form) {
		return ask(this.server.port, 'POST', '/ulesanne/uus', { cookie, ...form });
	}

	// Refused now in words a person understands; the same form succeeds once the trouble is over.
	async refused(what, cookie, form, words) {
		const rs = await this.send(cookie, form);
		const text = plainText(rs.text);
		this.judge(what, rs.status !== 503 || !isClear(rs) ? `${rs.status} ${text.slice(-400)}` :
			words && !words.test(text) ? `does not say ${words}: ${text.slice(-700, -200)}` : '');
	}

	async accepted(what, cookie, form, title) {
		const rs = await this.send(cookie, form);
		if (rs.status === 303)
			this.book.push({ at: rs.location, text: title });
		this.judge(what, rs.status === 303 ? '' : `${rs.status} ${plainText(rs.text).slice(-400)}`);
	}

	async end() {
		this.switches.calm();
		this.row.lost = await missing(this.server, this.book);
		await this.close(this.kind, this.server, this.db, this.log, this.switches, this.book, this.row);
		return this.row;
	}
}

// ---- the disk ----

async function full(run) {
	const p = await Place.at(run);
	await p.journey('before');
	const cookie = await p.signedIn();
	const form = await p.taskForm(cookie, 'täis ketas');
	p.switches.set('full', 1);
	// The log may hold half of the first; what comes after is refused before it is begun.
	await p.refused('the first write', cookie, form, /Ketas on täis|Ei ole kindel, kas andmed salvestati/);
	for (let i = 0; i < 20; i++)
		await p.refused(`write ${i}`, cookie, form, /Ketas on täis\. Midagi ei salvestatud/);
	const page = await ask(p.server.port, 'GET', '/sisene');
	p.judge('a page that writes nothing', page.status === 200 ? '' : `${page.status}`);
	p.switches.set('full', 0);
	await p.accepted('room again', cookie, form, 'täis ketas');
	await p.journey('after');
	return p.end();
}

async function slow(run) {
	const p = await Place.at(run);
	const times = [], clients = 8;
	p.switches.set('writeDelay', 2000);
	p.switches.set('syncDelay', 100000);
	let going = true;
	const others = (async () => {
		const agent = new http.Agent({ keepAlive: true });
		while (going) {
			const rs = await ask(p.server.port, 'GET', '/sisene', { agent });
			times.push(rs.ms);
			if (rs.status !== 200)
				p.complain(`others: ${rs.status}`);
			await sleep(10);
		}
		agent.destroy();
	})();
	await Promise.all(Array.from({ length: clients }, (_, i) => p.journey(`slow${i}`)));
	going = false;
	await others;
	p.row.note = `a sync of 100 ms; pages that write nothing: p99 ${percentile(times, 0.99).toFixed(1)} ms, n=${times.length}`;
	// Were they to wait for the disk, half of them would take longer than a sync.
	p.judge('pages that write nothing', percentile(times, 0.5) < 50 ? '' : p.row.note);
	return p.end();
}

// ---- the process ----

async function kill(run) {
	const p = await Place.at(run);
	const until = Date.now() + Math.max(run.seconds, 4) * 1000;
	for (let round = 0; round < 2 || Date.now() < until; round++) {
		let dying = false;
		const before = p.book.length;
		const client = async (c) => {
			for (let i = 0; !dying; i++) {
				const bad = await walk(p.server, `kill${round}c${c}n${i}`, i, p.book, { met: () => dying, cut: true });
				if (bad.length > 0 && !dying)
					p.complain(`round ${round}: ${bad.join('; ')}`);
			}
		};
		const clients = Array.from({ length: 8 }, (_, c) => client(c));
		await sleep(300 + Math.random() * 1200);
		dying = true;
		await killServer(p.server);
		await Promise.all(clients);
		const verdict = verify(p.db);
		p.server = await startFaulty(p.db, p.log, p.switches, p.shim);
		const lost = await missing(p.server, p.book.slice(before));
		p.judge(`round ${round}`, verdict || (lost > 0 ? `${lost} of ${p.book.length - before} lost` : ''));
		p.row.lost += lost;
	}
	return p.end();
}

// ---- the clock ----

async function clock(run) {
	const p = await Place.at(run);
	const first = await p.signedIn();
	const status = async (cookie) => (await ask(p.server.port, 'GET', '/ulesanne/uus', { cookie })).status;
	const form = await p.taskForm(first, 'tund tagasi');
	const old = await p.taskForm(first, 'aasta edasi');
	await p.journey('now');
	p.switches.set('clock', -HOUR);
	p.judge('back an hour: the session holds', (await status(first)) === 200 ? '' : 'it does not');
	await p.accepted('back an hour: the form of before', first, form, 'tund tagasi');
	const again = await p.send(first, form);
	p.judge('back an hour: the same form twice is one task', again.location === p.book.at(-1).at ? '' : `${again.status} ${again.location}`);
	await p.journey('back');
	p.switches.set('clock', YEAR);
	p.judge('forward a year: the session is over', (await status(first)) === 303 ? '' : 'it is not');
	const late = await p.send(first, old);
	p.judge('forward a year: the form of before asks to sign in', late.status === 401 ? '' : `${late.status}`);
	await p.journey('forward');
	const future = await p.signedIn();
	p.judge('forward a year: one can sign in', (await status(future)) === 200 ? '' : 'one cannot');
	p.switches.set('clock', 0);
	p.judge('back again: no session lasts a year', (await status(future)) === 303 ? '' : 'one does');
	await p.journey('again');
	const cookie = await p.signedIn();
	const person = p.book.find((b) => b.at.startsWith('/isik/'));
	const page = await ask(p.server.port, 'GET', person.at, { cookie });
	p.judge('the first person is there', page.status === 200 ? '' : `${page.status}`);
	return p.end();
}

// ---- the database ----

async function gone(run) {
	const p = await Place.at(run);
	const away = `${p.db}.away`;
	const words = /ära viidud või välja vahetatud\. Midagi ei salvestatud/;
	await p.journey('before');
	const cookie = await p.signedIn();
	const turn = async (what, take, back) => {
		const form = await p.taskForm(cookie, what);
		take();
		for (let i = 0; i < 3; i++)
			await p.refused(`${what}: refused`, cookie, form, words);
		const page = await ask(p.server.port, 'GET', '/sisene');
		p.judge(`${what}: still answers`, page.status === 200 ? '' : `${page.status}`);
		back();
		await p.accepted(`${what}: back`, cookie, form, what);
	};
	await turn('moved', () => fs.renameSync(p.db, away), () => fs.renameSync(away, p.db));
	await turn('replaced', () => {
		fs.renameSync(p.db, away);
		fs.copyFileSync(away, p.db);
	}, () => fs.renameSync(away, p.db));
	await turn('its log moved', () => fs.renameSync(`${p.db}-wal`, away), () => fs.renameSync(away, `${p.db}-wal`));
	await turn('its folder moved', () => fs.renameSync(p.folder, `${p.folder}.away`), () => fs.renameSync(`${p.folder}.away`, p.folder));
	await p.journey('after');
	return p.end();
}

// ---- clients that hold on ----

function percentile(times, part) {
	const sorted = [...times].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

// A connection from one of several addresses of the machine itself, and what came back on it.
function open(port, n) {
	return new Promise((resolve) => {
		const s = net.connect({ host: '127.0.0.1', port, localAddress: `127.0.1.${1 + n % 20}` });
		s.heard = '';
		s.over = false;
		s.on('data', (d) => { s.heard += d.toString('latin1').slice(0, 300); });
		s.on('close', () => { s.over = true; });
		s.on('error', () => { s.over = true; resolve(s); });
		s.on('connect', () => resolve(s));
	});
}

const SLOW = 2000;

async function clients(run) {
	const p = await Place.at(run);
	const head = 'GET /sisene HTTP/1.1\r\nHost: t\r\nX-Slow: ';
	const held = [];
	const times = { alone: [], among: [] };
	const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
	const serve = async (into, ms) => {
		const end = Date.now() + ms;
		await Promise.all(Array.from({ length: 8 }, async () => {
			while (Date.now() < end) {
				const rs = await ask(p.server.port, 'GET', '/sisene', { agent });
				into.push(rs.ms);
				if (rs.status !== 200)
					p.complain(`others: ${rs.status}`);
			}
		}));
	};
	await serve(times.alone, 1000);
	while (held.length < SLOW)
		held.push(...await Promise.all(Array.from({ length: 100 }, (_, i) => open(p.server.port, held.length + i))));
	// A third sends a byte a second of a head, a third of a body, and a third nothing at all.
	held.forEach((s, i) => i % 3 === 0 && s.write('G') || i % 3 === 1 &&
		s.write('POST /sisene HTTP/1.1\r\nHost: t\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n'));
	let tick = 1;
	const drip = setInterval(() => {
		held.forEach((s, i) => {
			if (i % 3 !== 2 && !s.over)
				s.write(i % 3 === 0 ? head[tick] ?? 'x' : 'a');
		});
		tick++;
	}, 1000);
	await serve(times.among, run.all ? 30000 : 4000);
	const lasting = held.filter((s) => !s.over).length;
	if (run.all) {
		// Past the deadline of a request (20 s) those who drip are told so and cut off.
		const told = held.filter((s, i) => i % 3 !== 2 && s.over && s.heard.startsWith('HTTP/1.1 408')).length;
		p.judge('who drips is told 408 and cut', told === held.filter((s, i) => i % 3 !== 2).length ? '' : `only ${told}`);
	} else {
		p.judge('they are all held', lasting === SLOW ? '' : `only ${lasting} of ${SLOW}`);
	}
	clearInterval(drip);
	const p99 = percentile(times.among, 0.99), alone = percentile(times.alone, 0.99);
	p.row.note = `${SLOW} slow ones; the others: p99 ${p99.toFixed(1)} ms (alone ${alone.toFixed(1)} ms), n=${times.among.length}`;
	p.judge('others are served', p99 < Math.max(100, alone * 5) ? '' : p.row.note);
	held.forEach((s) => s.destroy());

	// One who asks for much and never reads.
	const deaf = await Promise.all(Array.from({ length: 50 }, (_, i) => open(p.server.port, i)));
	deaf.forEach((s) => s.pause().write('GET /static/nothing HTTP/1.1\r\nHost: t\r\n\r\n'.repeat(2000)));
	await p.journey('beside the deaf');
	deaf.forEach((s) => s.destroy());

	// Too many from one address: the rest is refused with 429, and others come in.
	const many = await Promise.all(Array.from({ length: 260 }, () => open(p.server.port, 7)));
	await sleep(300);
	const refused = many.filter((s) => s.heard.startsWith('HTTP/1.1 429')).length;
	p.judge('too many from one address', refused >= 50 && refused <= 70 ? '' : `${refused} of 260 were refused`);
	await p.journey('beside the many');
	many.forEach((s) => s.destroy());
	agent.destroy();
	return p.end();
}

export const TROUBLES = { full, slow, kill, clock, gone, clients, strewn };
