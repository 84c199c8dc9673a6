// Faults on purpose, against the program as it is shipped: a table of what was tried, survived and
// lost, by kind.
//
//	node tests/fault/run.mjs [--seconds N] [--all] [KIND…]
//
// Countdown kinds (step, write, sync, read, memory, socket): the n-th call of that kind fails while
// an official's journey is walked, for every n from 1 until a journey meets none (--all), or for as
// many n, spread evenly by chance, as fit in N seconds of each kind. The other kinds are in
// trouble.mjs: full, slow, kill, clock, gone, clients; strewn plays the scenarios with faults all over.
//
// Survived: no crash; every answer right, or an error a person can act on; the same request once
// more succeeds and is done once; everything acknowledged is in the database afterwards; the
// history's chain verifies; the program goes on serving and ends well. Lost: acknowledged and not
// there.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { root, outDir, practiceDatabase, stopServer } from '../lib/hool.mjs';
import { KINDS, Switches, startFaulty, walk, missing, doubled, verify } from './world.mjs';
import { TROUBLES } from './trouble.mjs';

const args = process.argv.slice(2);
const all = args.includes('--all');
const at = args.indexOf('--seconds');
const seconds = at < 0 ? 5 : Number(args[at + 1]);
const wanted = args.filter((a, i) => !a.startsWith('--') && (at < 0 || i !== at + 1));
const shim = path.join(outDir, 'fault-shim.so');
const practice = ['--persons', '60', '--cases', '90', '--seed', '7'];
const rows = [];
let failed = 0;

function complain(kind, what) {
	failed++;
	if (failed <= 20)
		console.log(`not ok fault ${kind}: ${what}`);
}

// The numbers 1 to n, in an order that is the same in every run and spreads any beginning evenly.
function spread(n) {
	const step = [0.6180339887, 0.7548776662].map((x) => Math.floor(n * x) || 1)
		.find((s) => gcd(s, n) === 1) ?? 1;
	return Array.from({ length: n }, (_, i) => (i * step) % n + 1);
}

function gcd(a, b) {
	return b === 0 ? a : gcd(b, a % b);
}

async function countdown(kind) {
	const folder = path.join(outDir, 'fault', kind);
	const db = practiceDatabase(folder, practice);
	const switches = new Switches(path.join(folder, 'switches'));
	const log = path.join(folder, 'serve.log');
	let server = await startFaulty(db, log, switches, shim);
	let agent = new http.Agent({ keepAlive: true });
	const book = [];
	const row = { kind, tried: 0, survived: 0, lost: 0 };
	const cut = kind === 'socket' || kind === 'memory';

	// How many calls there are to fail: the second journey, for the first warms stores up.
	let calls = 0;
	for (const tag of [`${kind}a`, `${kind}b`]) {
		switches.arm(kind, 1e9);
		(await walk(server, tag, 0, book, { met: () => false, agent })).forEach((c) => complain(kind, c));
		calls = 1e9 - switches.get('countdown');
		switches.calm();
	}
	const until = Date.now() + seconds * 1000;
	for (const n of spread(Math.ceil(calls * 1.02))) {
		if (!all && Date.now() > until)
			break;
		switches.arm(kind, n);
		const bad = await walk(server, `${kind}${n}`, n, book, { met: () => switches.get('met') > 0, cut, agent });
		const met = switches.get('met') > 0;
		switches.calm();
		if (!met)
			continue;
		row.tried++;
		if (server.child.exitCode !== null || server.child.signalCode !== null) {
			complain(kind, `${n}: the server died of it\n${server.output.slice(-1500)}`);
			server = await startFaulty(db, log, switches, shim);
			agent.destroy();
			agent = new http.Agent({ keepAlive: true });
		} else if (bad.length > 0) {
			bad.forEach((c) => complain(kind, `${n} of ${calls}: ${c}`));
		} else {
			row.survived++;
		}
	}
	row.lost = await missing(server, book);
	agent.destroy();
	await close(kind, server, db, log, switches, book, row);
	row.note = `${calls} calls in a journey`;
	rows.push(row);
}

// The end of every kind: a clean end, the chain, the books once more after a start.
async function close(kind, server, db, log, switches, book, row) {
	const complaint = await stopServer(server);
	if (complaint !== '')
		complain(kind, complaint);
	const verdict = verify(db);
	if (verdict !== '')
		complain(kind, `verify: ${verdict}`);
	const twice = doubled(db);
	if (twice !== 0)
		complain(kind, `${twice} made twice`);
	const again = await startFaulty(db, log, switches, shim);
	row.lost = Math.max(row.lost, await missing(again, book));
	if (row.lost > 0)
		complain(kind, `${row.lost} of ${book.length} acknowledged are not there`);
	const end = await stopServer(again);
	if (end !== '')
		complain(kind, `after a start: ${end}`);
	row.acknowledged = book.length;
}

const make = spawnSync('make', ['--no-print-directory', 'build/fault-shim.so'], { cwd: root, encoding: 'utf8' });
if (make.status !== 0) {
	console.log(`not ok fault: the shim is not built\n${make.stdout}${make.stderr}`);
	process.exit(1);
}
for (const kind of [...Object.keys(KINDS), ...Object.keys(TROUBLES)]) {
	if (wanted.length > 0 && !wanted.includes(kind))
		continue;
	const before = failed, began = Date.now();
	if (kind in KINDS)
		await countdown(kind);
	else
		rows.push(await TROUBLES[kind]({ kind, seconds, all, shim, practice, complain: (what) => complain(kind, what), close }));
	rows.at(-1).seconds = ((Date.now() - began) / 1000).toFixed(1);
	console.log(`${failed === before ? 'ok' : 'not ok'} fault ${kind}`);
	if (failed === before)
		fs.rmSync(path.join(outDir, 'fault', kind), { recursive: true, force: true });
}
console.log(`\n${'kind'.padEnd(8)} ${'tried'.padStart(6)} ${'survived'.padStart(8)} ${'acknowl.'.padStart(8)} ${'lost'.padStart(5)} ${'s'.padStart(6)}`);
for (const r of rows)
	console.log(`${r.kind.padEnd(8)} ${String(r.tried).padStart(6)} ${String(r.survived).padStart(8)} ` +
		`${String(r.acknowledged ?? '').padStart(8)} ${String(r.lost).padStart(5)} ${r.seconds.padStart(6)}  ${r.note ?? ''}`);
const short = rows.filter((r) => r.tried === 0 || r.survived !== r.tried || r.lost !== 0).length;
console.log(`passed=${rows.length - short} failed=${Math.max(short, failed > 0 ? 1 : 0)} skipped=0`);
process.exit(short === 0 && failed === 0 ? 0 : 1);
