// Seeds for the fuzz targets from the outside test material, where there is any: build/seeds/NAME/.
// HOOL_TEST_DATA names its folder.
import fs from 'node:fs';
import path from 'node:path';

const data = process.env.HOOL_TEST_DATA || '';
const MOST = 32 * 1024; // bytes; larger ones slow a fuzzer down and teach it little
let n = 0;

function put(target, name, bytes) {
	if (bytes.length > MOST)
		return;
	const folder = path.join('build/seeds', target);
	fs.mkdirSync(folder, { recursive: true });
	fs.writeFileSync(path.join(folder, name.replace(/[^A-Za-z0-9.-]+/g, '_').slice(0, 80)), bytes);
	n++;
}

function each(sub, pattern, fn, most = 400) {
	const folder = path.join(data, sub);
	if (data === '' || !fs.existsSync(folder))
		return;
	fs.readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((f) => f.isFile() && pattern.test(f.name)).slice(0, most)
		.forEach((f) => fn(f.name, fs.readFileSync(path.join(f.path, f.name))));
}

fs.rmSync('build/seeds', { recursive: true, force: true });
each('http', /\.jsonl$/, (_, text) => text.toString('utf8').split('\n').filter((l) => l !== '').forEach((line, i) => {
	const bytes = Buffer.from(JSON.parse(line).raw_base64, 'base64');
	put('fuzz_http', String(i), bytes);
	put('fuzz_request', String(i), bytes);
}));
each('json', /\.json$/, (name, bytes) => put('fuzz_json', name, bytes));
each('hostile/json', /\.json$/, (name, bytes) => put('fuzz_json', name, bytes));
each('csv', /\.csv$/, (name, bytes) => put('fuzz_csv', name, bytes));
each('hostile/csv', /\.csv$/, (name, bytes) => put('fuzz_csv', name, bytes));
each('einvoice', /\.xml$/, (name, bytes) => { put('fuzz_einvoice', name, bytes); put('fuzz_xml', name, bytes); }, 80);
each('hostile', /\.(xlsx|asice)$/, (name, bytes) => put('fuzz_zipguard', name, bytes));
each('xlsx', /\.xlsx$/, (name, bytes) => put('fuzz_zipguard', name, bytes), 30);
each('mime', /\.msg$/, (name, bytes) => put('fuzz_form', name, Buffer.concat([Buffer.from('multipart/form-data; boundary=x\n'), bytes])), 60);
each('security', /naughty-strings\.json$/, (_, text) => JSON.parse(text).forEach((s, i) => {
	put('fuzz_value', `naughty${i}`, Buffer.from(s));
	put('fuzz_form', `naughty${i}`, Buffer.from(`ua=${encodeURIComponent(s.toWellFormed?.() ?? s)}`));
}));
each('identity', /isikukood\.tsv$/, (_, text) => text.toString('utf8').split('\n').slice(1, 200).forEach((line, i) =>
	put('fuzz_value', `isikukood${i}`, Buffer.from(line.split('\t')[0]))));
console.log(`${n} seeds`);
