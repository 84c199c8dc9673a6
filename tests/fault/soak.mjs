// A soak: journeys and pages for so many minutes, and the server's memory all along. See bench/soak.
// Flat: the last quarter has less than a tenth more than the one before.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { outDir, practiceDatabase, startServer, stopServer } from '../lib/hool.mjs';
import { ask, missing, urlencoded, verify, walk } from './world.mjs';

const minutes = Number(process.argv[2] || 30);
const CLIENTS = 4;
const folder = path.join(outDir, 'soak');
const db = practiceDatabase(folder, ['--persons', '600', '--cases', '800', '--seed', '7']);
const server = await startServer(db, path.join(folder, 'serve.log'), ['--quiet']);
const began = Date.now(), until = began + minutes * 60000;
const curve = [], book = [];
let walks = 0, pages = 0, failed = 0;

// Memory of its own in MiB: pages of the database mapped in are the system's.
function anonymous() {
	const text = fs.readFileSync(`/proc/${server.child.pid}/smaps_rollup`, 'utf8');
	return Number(/^Anonymous:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
}

async function official(c) {
	const agent = new http.Agent({ keepAlive: true });
	for (let i = 0; Date.now() < until; i++, walks++) {
		const own = [];
		const bad = await walk(server, `soak${c}n${i}`, i, own, { met: () => false, agent });
		if (bad.length > 0 && failed++ < 5)
			console.log(`not ok soak: ${bad.join('; ')}`);
		if (i % 50 === 0)
			book.push(...own);
	}
	agent.destroy();
}

// Someone who only looks: desk, lists, views, people, wrong addresses, downloads.
async function reader() {
	const agent = new http.Agent({ keepAlive: true });
	while (Date.now() < until) {
		const rs = await ask(server.port, 'POST', '/sisene', urlencoded({ kasutaja: 'koordinaator' }));
		const cookie = (rs.cookies[0] || '').split(';')[0];
		const desk = await ask(server.port, 'GET', '/', { cookie, agent });
		const links = [...new Set([...desk.text.matchAll(/href="(\/[^"]*)"/g)].map((m) => m[1]))].concat('/ei/ole', '/isik?leht=%zz');
		for (const at of links) {
			const page = await ask(server.port, 'GET', at.replace(/&amp;/g, '&'), { cookie, agent });
			pages++;
			if ((page.status >= 500 || page.status === 0) && failed++ < 5)
				console.log(`not ok soak: ${at} gave ${page.status}`);
			for (const [, inner] of [...page.text.matchAll(/<tbody>[\s\S]*?href="(\/[^"]*)"/g)].slice(0, 3)) {
				await ask(server.port, 'GET', inner, { cookie, agent });
				pages++;
			}
		}
	}
	agent.destroy();
}

const noting = setInterval(() => {
	const row = { s: Math.round((Date.now() - began) / 1000), anonymous: anonymous(), walks, pages };
	curve.push(row);
	fs.appendFileSync(path.join(folder, 'curve.tsv'), Object.values(row).map((v) => Math.round(v * 10) / 10).join('\t') + '\n');
}, 10000);
await Promise.all([...Array.from({ length: CLIENTS }, (_, c) => official(c)), reader()]);
clearInterval(noting);

const lost = await missing(server, book);
const complaint = await stopServer(server);
const verdict = verify(db);
const mean = (rows) => rows.reduce((sum, r) => sum + r.anonymous, 0) / rows.length;
const last = curve.slice(curve.length >> 1);
const third = mean(last.slice(0, last.length >> 1)), fourth = mean(last.slice(last.length >> 1));
const flat = fourth < third * 1.1;
console.log('seconds  MiB of its own  journeys   pages');
for (const r of curve.filter((_, i) => i % Math.max(1, Math.floor(curve.length / 20)) === 0))
	console.log(`${String(r.s).padStart(7)} ${r.anonymous.toFixed(1).padStart(15)} ${String(r.walks).padStart(9)} ${String(r.pages).padStart(7)}`);
console.log(`third quarter ${third.toFixed(1)} MiB, fourth ${fourth.toFixed(1)} MiB: ${flat ? 'flat' : 'NOT flat'}; ` +
	`${lost} of ${book.length} lost; ${complaint || 'ended well'}; ${verdict || 'the chain verifies'}`);
const ok = flat && lost === 0 && complaint === '' && verdict === '' && failed === 0;
console.log(`passed=${ok ? 1 : 0} failed=${ok ? 0 : 1} skipped=0`);
process.exit(ok ? 0 : 1);
