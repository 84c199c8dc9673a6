// Faults strewn over the scenarios: every file of tests/scenario is played with one kind of call
// failing again and again, at distances by chance. What a scenario expects no longer counts; what
// must hold is that the server lives, that each of its errors is one a person can act on, and that
// history and the database are whole afterwards.
import fs from 'node:fs';
import path from 'node:path';
import { outDir, practiceDatabase, root, stopServer } from '../lib/hool.mjs';
import { Scenario, parse } from '../scenario/run.mjs';
import { KINDS, Switches, isClear, startFaulty, verify } from './world.mjs';

const DISTANCE = { step: 150, write: 60, sync: 8, memory: 1500, socket: 25, read: 60 };

class Unexpecting extends Scenario {
	check() {}
}

// The same chances in every run: a small generator of numbers from 0 to 1.
function chances(seed) {
	let x = seed >>> 0 || 1;
	return () => {
		x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
		return x / 2 ** 32;
	};
}

async function play(run, row, kind, file, seed) {
	const name = path.basename(file, '.txt');
	const folder = path.join(outDir, 'fault', run.kind, `${name}-${kind}`);
	const { steps, settings } = parse(path.relative(root, file), fs.readFileSync(file, 'utf8'));
	const s = new Unexpecting(name, folder);
	const chance = chances(seed);
	s.db = practiceDatabase(folder, settings.practice);
	s.vars.db = s.db;
	s.vars.dir = folder;
	const switches = new Switches(path.join(folder, 'switches'));
	s.server = await startFaulty(s.db, path.join(folder, 'serve.log'), switches, run.shim, settings.serve);
	const complain = (what) => run.complain(`${name}, ${kind}: ${what}`);
	const rearm = () => {
		row.tried += switches.get('met');
		switches.arm(kind, 1 + Math.floor(chance() * 2 * DISTANCE[kind]));
	};
	let bad = 0;
	for (const step of steps) {
		if (step.kind === 'command')
			continue; // killing and looking from outside are tried elsewhere
		if (step.kind === 'user')
			switches.calm(); // who cannot sign in would see little
		if (!['request', 'user'].includes(step.kind) && !s.answer)
			continue;
		await s.step(step);
		if (step.kind === 'request') {
			const { status, body, headers } = s.answer;
			const rs = { status: Number(status), text: body, type: headers['content-type'] || '' };
			if (rs.status >= 500 && rs.status !== 501 && rs.status !== 505 && /html/.test(rs.type) && !isClear(rs)) {
				complain(`${s.asked} gave ${status} without saying what to do: ${body.slice(0, 300)}`);
				bad++;
			}
		}
		if (switches.get('countdown') <= 0)
			rearm();
		if (s.server.child.exitCode !== null || s.server.child.signalCode !== null) {
			complain(`the server died at ${s.asked}\n${s.server.output.slice(-1500)}`);
			bad++;
			break;
		}
	}
	row.tried += switches.get('met');
	switches.calm();
	const wrong = (await stopServer(s.server)) || verify(s.db);
	if (wrong) {
		complain(wrong);
		bad++;
	}
	if (bad === 0)
		fs.rmSync(folder, { recursive: true, force: true });
	return bad;
}

export async function strewn(run) {
	const row = { kind: run.kind, tried: 0, survived: 0, lost: 0, acknowledged: '' };
	const here = path.join(root, 'tests/scenario');
	const files = fs.readdirSync(here).filter((f) => f.endsWith('.txt')).sort();
	const pairs = files.flatMap((f) => Object.keys(KINDS).map((kind) => [f, kind]));
	const until = Date.now() + Math.max(run.seconds, 4) * 1000;
	let bad = 0, played = 0;
	// In a short run another few of the pairs each day, and all of them in a long one.
	const first = run.all ? 0 : Math.floor(Date.now() / 86400000) % pairs.length;
	for (let i = 0; i < pairs.length && (run.all || Date.now() < until); i++, played++) {
		const [file, kind] = pairs[(first + i * 7) % pairs.length];
		bad += await play(run, row, kind, path.join(here, file), i + 1);
	}
	row.survived = row.tried - bad;
	row.note = `${played} of ${pairs.length} scenarios by kinds`;
	return row;
}
