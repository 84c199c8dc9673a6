// Starting the program for tests: practice databases, a server on a free port, its clean end.
// Environment: HOOL names another program (build/asan/hool) than build/hool.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const program = path.resolve(root, process.env.HOOL || 'build/hool');
export const outDir = path.join(root, 'build');

// With HOOL_TEST_DB=postgres databases are those of the server that HOOL_TEST_PG names
// (tests/postgres/with.sh starts one); a copy of a database is made by the server.
export const onPostgres = process.env.HOOL_TEST_DB === 'postgres';
let copies = 0;

function databaseUrl(name) {
	const url = process.env.HOOL_TEST_PG || '';
	if (!url.includes('/hool?'))
		throw new Error('HOOL_TEST_PG names no server: run it by tests/postgres/with.sh');
	return url.replace('/hool?', `/${name}?`);
}

// An empty database, or a copy of another; its address.
export function createDatabase(name, from) {
	const run = spawnSync(path.join(process.env.PG_BIN || '', 'psql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1',
		'-d', databaseUrl('postgres'), '-c', `CREATE DATABASE ${name}` + (from ? ` TEMPLATE ${from}` : '')],
		{ encoding: 'utf8' });
	if (run.status !== 0)
		throw new Error(`CREATE DATABASE ${name}: ${run.stderr}`);
	return databaseUrl(name);
}

// A practice database made by `hool practice` with these arguments, made once a run and copied.
process.setMaxListeners(0); // each server is ended at exit
const made = new Map();
export function practiceDatabase(folder, args) {
	const key = args.join(' ');
	if (!made.has(key)) {
		const from = path.join(outDir, 'practice-' + process.pid + '-' + made.size);
		fs.rmSync(from, { recursive: true, force: true });
		fs.mkdirSync(from, { recursive: true });
		process.on('exit', () => fs.rmSync(from, { recursive: true, force: true }));
		const db = onPostgres ? createDatabase(path.basename(from).replaceAll('-', '_'))
			: path.join(from, 'hool.db');
		const run = spawnSync(program, ['practice', '--db', db, ...args],
			{ cwd: onPostgres ? from : root, encoding: 'utf8', timeout: 120000 });
		if (run.status !== 0)
			throw new Error(`hool practice ${key}: code ${run.status}\n${run.stdout}${run.stderr}`);
		made.set(key, from);
	}
	fs.rmSync(folder, { recursive: true, force: true });
	fs.cpSync(made.get(key), folder, { recursive: true });
	if (onPostgres)
		return createDatabase(`copy_${process.pid}_${++copies}`,
			path.basename(made.get(key)).replaceAll('-', '_'));
	return path.join(folder, 'hool.db');
}

// Start `hool serve` on a database; resolves when it says where it listens.
export async function startServer(db, logFile, args = []) {
	const log = fs.openSync(logFile, 'a');
	const child = spawn(program, ['serve', '--db', db, ...(args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0']), ...args],
		{ cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
	const server = { child, base: '', port: 0, output: '', ended: null };
	server.ended = new Promise((resolve) => {
		child.on('exit', (code, signal) => resolve(signal ?? code));
		child.on('error', () => resolve('not started'));
	});
	process.on('exit', () => child.exitCode === null && child.kill('SIGKILL'));
	await new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error('hool serve did not say where it listens')), 20000);
		const hear = (bytes) => {
			fs.writeSync(log, bytes);
			server.output += bytes;
			const told = /listening (http:\/\/[^\s/]+:(\d+))/.exec(server.output);
			if (told && !server.base) {
				server.base = told[1];
				server.port = Number(told[2]);
				clearTimeout(timer);
				resolve();
			}
		};
		child.stdout.on('data', hear);
		child.stderr.on('data', hear);
		server.ended.then((how) => {
			clearTimeout(timer);
			reject(new Error(`hool serve ended (${how})\n${server.output.slice(-2000)}`));
		});
	});
	server.ended.then(() => fs.closeSync(log));
	return server;
}

// Ask the server to end; the complaint, or '' if it ended well.
export async function stopServer(server) {
	if (server.child.exitCode === null && server.child.signalCode === null)
		server.child.kill('SIGTERM');
	const late = new Promise((resolve) => setTimeout(() => resolve('late'), 15000).unref());
	const how = await Promise.race([server.ended, late]);
	if (how === 'late') {
		server.child.kill('SIGKILL');
		return 'the server did not end within 15 s of SIGTERM';
	}
	if (/Sanitizer|runtime error:/.test(server.output))
		return 'a sanitizer spoke; see the log';
	return how === 0 ? '' : `the server ended with ${how}`;
}

export async function killServer(server) {
	server.child.kill('SIGKILL');
	await server.ended;
}
