// The examples of docs/guide/api.md, run as they stand: each block ends well, and curl takes any
// status of 400 and above for a fault.
import fs from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { root, outDir } from '../lib/hool.mjs';

export async function guide(base, token, check) {
	const text = fs.readFileSync(path.join(root, 'docs/guide/api.md'), 'utf8');
	const blocks = [...text.matchAll(/```sh\n([^]*?)```/g)].map((m) => m[1]);
	check('the guide has examples', blocks.length >= 4);
	for (const block of blocks) {
		const script = 'set -eu\ncurl() { command curl -sS --fail-with-body "$@"; echo; }\n' + block;
		const got = await new Promise((resolve) => {
			const child = spawn('bash', ['-c', script], { cwd: path.join(outDir, 'api'), timeout: 30000,
				env: { ...process.env, HOOL: base, TOKEN: token } });
			let out = '';
			child.stdout.on('data', (bytes) => out += bytes);
			child.stderr.on('data', (bytes) => out += bytes);
			child.on('exit', (code) => resolve({ code, out }));
		});
		check(`the guide: ${block.split('\n')[0].slice(0, 60)}`, got.code === 0 && got.out.includes('{'), got.out.slice(-600));
	}
}
