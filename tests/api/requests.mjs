// Plain requests: each status, key and header the guide promises, and what must not be possible.
import fs from 'node:fs';
import path from 'node:path';

export async function plainRequests(base, tokens, check, skip) {
	const ask = async (method, url, { token = tokens.all, json, body, ...headers } = {}) => {
		const answer = await fetch(base + url, {
			method, redirect: 'manual',
			headers: { ...(token && { Authorization: 'Bearer ' + token }),
				...((json !== undefined || body !== undefined) && { 'Content-Type': 'application/json' }), ...headers },
			body: json !== undefined ? JSON.stringify(json) : body,
		});
		const text = await answer.text();
		let data = null;
		try {
			data = JSON.parse(text);
		} catch { /* not JSON: the checks say so */ }
		return { status: answer.status, key: data?.key, data, text, headers: answer.headers };
	};
	// [what, method, address, options, status, key]
	const expect = async (what, method, url, options, status, key) => {
		const got = await ask(method, url, options);
		check(what, got.status === status && (key === undefined || got.key === key),
			`${method} ${url.slice(0, 80)}: ${got.status} ${got.text.slice(0, 300)}, expected ${status} ${key ?? ''}`);
		if (got.status >= 400)
			check(`${what}: by RFC 9457`, got.headers.get('content-type')?.startsWith('application/problem+json') &&
				got.data?.status === got.status && typeof got.data.title === 'string' && typeof got.data.detail === 'string' &&
				!/^[a-z_]+\.[a-z_.]+$/.test(got.data.detail), got.text.slice(0, 300));
		return got;
	};
	const task = { title: 'Helista', due: '2030-01-02' };

	// Who.
	await expect('nobody', 'GET', '/isik', { token: null, Accept: 'application/json' }, 401, 'err.signin_none');
	const wrong = await expect('a wrong token', 'GET', '/isik', { token: 'hool_' + '0'.repeat(64) }, 401, 'err.token_none');
	check('it says Bearer', /^Bearer/.test(wrong.headers.get('www-authenticate')));
	await expect('a token of another shape', 'GET', '/isik', { token: 'x' }, 401, 'err.token_none');
	await expect('an ended token', 'GET', '/isik', { token: tokens.ended }, 401, 'err.token_over');
	await expect('a token for a page without JSON', 'GET', '/kuu', {}, 406, 'err.api_none');
	await expect('only HTML wanted', 'GET', '/isik', { Accept: 'text/html' }, 406, 'err.api_accept');
	await expect('the sign-in is not for programs', 'POST', '/sisene', { json: { kasutaja: 'admin' } }, 406);
	await expect('tokens make no tokens', 'POST', '/paasumargid', { json: { name: 'x' } }, 406);

	// Scopes.
	await expect('reading', 'GET', '/isik', { token: tokens.reads }, 200);
	await expect('reading is not making', 'POST', '/ulesanne', { token: tokens.reads, json: task }, 403, 'err.denied_create');
	const own = await expect('one type alone: made', 'POST', '/ulesanne', { token: tokens.tasks, json: task }, 201);
	await expect('one type alone: read', 'GET', '/ulesanne', { token: tokens.tasks }, 200);
	await expect('one type alone: no other', 'GET', '/isik', { token: tokens.tasks }, 403, 'err.denied_see');
	await expect('one type alone: no move', 'POST', `/ulesanne/~${own.data.id}/-/liigu/start`, { token: tokens.tasks }, 403, 'err.denied_move');
	const found = await ask('POST', '/otsing', { token: tokens.tasks, json: { q: 'Aino' } });
	const results = await ask('GET', found.data.url, { token: tokens.tasks });
	check('a search shows no more than the scopes', results.status === 200 && results.data.items.every((i) => i.type === 'task'));
	const person = (await ask('GET', '/isik?limit=1')).data.items[0];
	await expect('one type alone: by its address', 'GET', person.url, { token: tokens.tasks }, 404, 'err.not_found');
	const about = await ask('POST', '/ulesanne', { json: { ...task, about: person.id } });
	const seen = await ask('GET', `/ulesanne/~${about.data.id}`, { token: tokens.tasks });
	check('a name out of the scopes is not told', about.data.fields.about.title === person.columns.first_name + ' ' + person.columns.last_name &&
		seen.data.fields.about.title === person.number && seen.data.fields.about.url === null, JSON.stringify(seen.data?.fields?.about));
	await expect('rights are those of the position', 'GET', '/jarjekord', { token: tokens.provider }, 403, 'err.denied_see');
	const others = await ask('GET', `/ulesanne/~${own.data.id}`, { token: tokens.provider });
	check('out of sight is not there', others.status === 404 && others.key === 'err.not_found');

	// Lists.
	const all = (await ask('GET', '/isik?limit=200')).data;
	check('a list counts its rows', all.total === all.items.length && !all.total_more && all.next === null && all.prev === null);
	let rows = [], at = '', back;
	do {
		const page = (await ask('GET', '/isik?limit=17' + at)).data;
		rows = rows.concat(page.items.map((r) => r.id));
		back = page.prev;
		at = page.next && '&koht=' + page.next;
	} while (at);
	check('pages by cursors are the whole list in its order', JSON.stringify(rows) === JSON.stringify(all.items.map((r) => r.id)));
	const before = (await ask('GET', `/isik?limit=17&koht=${back}`)).data;
	check('and backwards', before.items.length === 17 && before.items.at(-1).id === rows[rows.length - rows.length % 17 - 1 || rows.length - 18]);
	const sorted = (await ask('GET', '/ulesanne?vaade=all&jarjesta=due&limit=200')).data;
	const dues = sorted.items.map((r) => r.columns.due).filter(Boolean);
	check('sorted as asked', sorted.sort === 'due' && dues.join() === [...dues].sort().join(), dues.join());
	const open = (await ask('GET', '/taotlus?vaade=all&seisund=decided&limit=200')).data;
	check('filtered by state', open.total > 0 && open.items.every((r) => r.state === 'decided'));
	const choice = (await ask('GET', '/taotlus?vaade=unit&answer=eligible')).data;
	check('filtered by a choice', choice.items.every((r) => r.columns.answer === 'eligible'));
	await expect('no such list', 'GET', '/isik?vaade=x', {}, 400, 'err.choice');
	await expect('no such state', 'GET', '/taotlus?seisund=x', {}, 400, 'err.choice');
	await expect('no such parameter', 'GET', '/isik?code=49002030271', {}, 400, 'err.api_parameter');
	await expect('a choice this list does not show', 'GET', '/taotlus?vaade=waiting&answer=open', {}, 400, 'err.api_parameter');
	await expect('an order no index serves', 'GET', '/isik?jarjesta=code', {}, 400, 'err.api_sort');
	await expect('too many rows', 'GET', '/isik?limit=201', {}, 400, 'err.api_limit');
	await expect('no number of rows', 'GET', '/isik?limit=ten', {}, 400, 'err.api_limit');
	await expect('a cursor of their own', 'GET', '/isik?koht=!!', {}, 400, 'err.api_cursor');
	await expect('a cursor whose row is out of sight', 'GET', '/isik?koht=' + Buffer.from('a999999').toString('base64url'), {}, 410, 'err.api_cursor_gone');
	await expect('no such type', 'GET', '/olematu', {}, 404, 'err.no_page');
	await expect('no such record', 'GET', '/isik/~999999', {}, 404, 'err.not_found');
	await expect('another type has that id', 'GET', `/taotlus/~${person.id}`, {}, 404, 'err.not_found');

	// Fields, each fault at its place.
	const faults = await expect('faults of fields', 'POST', '/isik', { json: {
		first_name: 5, last_name: 'A\u0001', birth_date: '31.02.1990', sex: 'other', 'x/y~z': 1, language: true } }, 422);
	check('each by its pointer', JSON.stringify(faults.data.errors?.map((e) => [e.pointer, e.key])) === JSON.stringify([
		['/first_name', 'err.api_kind'], ['/last_name', 'err.control'], ['/birth_date', 'err.api_date'],
		['/x~1y~0z', 'err.api_member'], ['/language', 'err.api_kind']]), faults.text);
	const values = await expect('faults of values', 'POST', '/isik', { json: { first_name: 'A', last_name: 'B', sex: 'other', birth_date: '1990-02-31', code: '49002030270' } }, 422);
	check('each told', values.data.errors?.length === 3 && values.data.errors.every((e) => ['/sex', '/birth_date', '/code'].includes(e.pointer)), values.text);
	for (const [due, key] of [['02.01.2030', 'err.api_date'], [20300102, 'err.api_kind'], ['2030-13-02', 'err.date'], ['', 'err.api_date'], [['2030-01-02'], 'err.api_kind']])
		await expect(`no date ${JSON.stringify(due)}`, 'POST', '/ulesanne', { json: { title: 'x', due } }, 422, key);
	for (const doer of [1.5, '17', 999999, -1, 1e300, {}, true])
		await expect(`no reference ${JSON.stringify(doer)}`, 'POST', '/ulesanne', { json: { ...task, doer } }, doer === 1e300 ? 422 : 422);
	await expect('too long', 'POST', '/ulesanne', { json: { ...task, title: 'x'.repeat(121) } }, 422, 'err.too_long');
	await expect('what is kept by code', 'POST', '/taotlus', { json: { person: person.id, answer: 'eligible' } }, 422, 'err.api_member');
	await expect('machinery is no field', 'POST', '/ulesanne', { json: { ...task, _sure: '1' } }, 422, 'err.api_member');
	await expect('required', 'POST', '/ulesanne', { json: { title: 'x' } }, 422, 'err.required');
	const text = await expect('text is kept as it is', 'POST', '/ulesanne', { json: { ...task, title: '<b>&"\'Õ ü 😀', what: 'a\nb' } }, 201);
	check('every character', text.data.fields.title === '<b>&"\'Õ ü 😀' && text.data.fields.what === 'a\nb');
	const english = await ask('POST', '/ulesanne', { json: { title: 'x' }, 'Accept-Language': 'de, en;q=0.8, et;q=0.5' });
	check('in the language asked for', /filled in|required/i.test(english.data.detail), english.data.detail);

	// Money is exact text.
	const price = (await ask('GET', '/hind?limit=1')).data;
	if (price.items?.length) {
		const record = (await ask('GET', price.items[0].url)).data;
		const sums = Object.values(record.fields).filter((v) => typeof v === 'string' && /^-?\d+\.\d\d$/.test(v));
		check('a sum is text with two decimals', sums.length > 0, JSON.stringify(record.fields));
	}

	// Versions and keys.
	const url = `/ulesanne/~${own.data.id}`;
	await expect('a change without a version', 'PATCH', url, { json: { title: 'a' } }, 428, 'err.api_version');
	await expect('a stale version', 'PATCH', url, { json: { title: 'a' }, 'If-Match': `"${own.data.id}-7"` }, 412, 'err.changed');
	await expect('the version of another', 'PATCH', url, { json: { title: 'a' }, 'If-Match': '"1-1"' }, 412, 'err.changed');
	await expect('a version of no shape', 'PATCH', url, { json: { title: 'a' }, 'If-Match': 'W/"1"' }, 412, 'err.changed');
	const edited = await expect('a change', 'PATCH', url, { json: { title: 'a', what: null }, 'If-Match': own.headers.get('etag') }, 200);
	check('a new ETag', edited.headers.get('etag') === `"${own.data.id}-2"` && edited.data.version === 2);
	await expect('any version', 'PATCH', url, { json: { title: 'b' }, 'If-Match': '*' }, 200);
	await expect('what is set once', 'PATCH', url, { json: { giver: 1 }, 'If-Match': '*' }, 422, 'err.fixed_field');
	await expect('merge-patch by its type', 'PATCH', url, { json: { title: 'c' }, 'If-Match': '*', 'Content-Type': 'application/merge-patch+json' }, 200);
	await expect('a stale move', 'POST', url + '/-/liigu/start', { 'If-Match': `"${own.data.id}-1"` }, 412, 'err.changed');
	await expect('a move that is none', 'POST', url + '/-/liigu/fly', {}, 404, 'err.no_page');
	await expect('a move not from here', 'POST', url + '/-/liigu/accept', {}, 409, 'err.move_state');
	await expect('a field a move does not ask for', 'POST', url + '/-/liigu/finish', { json: { result: 'x', title: 'y' } }, 422, 'err.not_asked');
	const little = await ask('POST', url + '/-/liigu/start', { Prefer: 'return=minimal' });
	check('an answer without the record', little.status === 204 && little.text === '' && little.headers.get('preference-applied') === 'return=minimal');
	const once = await Promise.all([1, 2, 3].map(() => ask('POST', '/ulesanne', { json: { ...task, title: 'once' }, 'Idempotency-Key': 'once-1' })));
	check('a key does the work once', once.every((o) => o.status === 201 && o.data.id === once[0].data.id), once.map((o) => o.status + ' ' + o.data?.id).join());
	await expect('the same key with other content', 'POST', '/ulesanne', { json: { ...task, title: 'twice' }, 'Idempotency-Key': 'once-1' }, 422, 'err.form_used');
	await expect('a key too long', 'POST', '/ulesanne', { json: task, 'Idempotency-Key': 'k'.repeat(65) }, 400, 'err.api_key');
	await expect('a note', 'POST', url + '/-/markus', { json: { note: 'Helistasin.' } }, 200);
	await expect('a note of nothing', 'POST', url + '/-/markus', { json: {} }, 422, 'err.required');
	await expect('no reason to delete', 'POST', url + '/-/kustuta', { json: {}, 'If-Match': '*' }, 422, 'err.required');
	await expect('deleted', 'POST', url + '/-/kustuta', { json: { note: 'Topelt.' }, 'If-Match': '*' }, 204);

	// Files.
	const form = new FormData();
	form.append('fail', new Blob(['%PDF-1.4\n%%EOF\n'], { type: 'application/pdf' }), 'kiri.pdf');
	const upload = await fetch(`${base}/ulesanne/~${text.data.id}/-/fail`, { method: 'POST', body: form, headers: { Authorization: 'Bearer ' + tokens.all } });
	const held = await upload.json();
	check('a file', upload.status === 200 && held.files?.length === 1 && held.files[0].name === 'kiri.pdf', JSON.stringify(held).slice(0, 300));
	await expect('a form is not for programs', 'POST', '/ulesanne', { body: 'title=x', 'Content-Type': 'application/x-www-form-urlencoded' }, 415);
	await expect('nor another kind of text', 'POST', '/ulesanne', { body: '<x/>', 'Content-Type': 'application/xml' }, 415);
	await expect('a method there is none of', 'PUT', '/ulesanne', { json: task }, 405);
	await expect('too large', 'POST', '/ulesanne', { body: '"' + 'x'.repeat(1100000) + '"' }, 413);

	// A browser's session may call too, with the page's own token against forged forms.
	const signIn = await fetch(base + '/sisene', { method: 'POST', redirect: 'manual', body: new URLSearchParams({ kasutaja: 'koordinaator', parool: 'harjutus-2026-hool' }) });
	const cookie = signIn.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ');
	const session = { token: null, Cookie: cookie, Accept: 'application/json' };
	const me = await expect('who, by a session', 'GET', '/mina', session, 200);
	await expect('a session without the token of a page', 'POST', '/ulesanne', { ...session, json: task }, 403, 'err.form_token');
	await expect('with it', 'POST', '/ulesanne', { ...session, json: task, 'X-CSRF-Token': me.data.csrf }, 201);
	await expect('from another site', 'POST', '/ulesanne', { ...session, json: task, 'X-CSRF-Token': me.data.csrf, Origin: 'https://example.org' }, 403, 'err.foreign_form');
	const page = await fetch(base + '/ulesanne', { headers: { Cookie: cookie, Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' } });
	check('a browser gets the page', page.headers.get('content-type').startsWith('text/html'));

	// What programs look at is in the person's log of looks, as what pages show.
	const looks = async () => ((await (await fetch(base + person.url + '/-/vaatajad', { headers: { Cookie: cookie, Accept: 'text/html' } })).text()).match(/<tr/g) ?? []).length;
	const before_ = await looks();
	await ask('GET', person.url);
	await ask('GET', '/isik?limit=200');
	check('each look is logged, a list too', before_ > 0 && await looks() >= before_ + 2, String(before_));

	// JSON of every kind: a reason, never a crash, never half a record.
	const count = async () => (await ask('GET', '/ulesanne?vaade=all&limit=200')).data.total;
	const was = await count();
	const broken = ['', ' ', '{', '}', '[]', 'null', '1', '"x"', '{"a":}', '{"a":1,}', "{'a':1}", '{"title":"a","title":"b"}', '{"title":"\\ud800"}',
		'{"title":"\\u0000"}', '{"\\u0000":1}', '{a:1}', '{"a":01}', '{"a":+1}', '{"a":.5}', '{"a":NaN}', '{"a":1e999}', '{"a":18446744073709551616}',
		'{} {}', '\ufeff{}', '/**/{}', '[' .repeat(100000), '{"a":'.repeat(50000), '{"title":"' + 'x'.repeat(400000) + '"}'];
	for (const body of broken.slice(2)) {
		const got = await ask('POST', '/ulesanne', { body });
		check(`refused: ${JSON.stringify(body.slice(0, 30))}`, (got.status === 400 || got.status === 422) && got.key, got.status + ' ' + got.text.slice(0, 200));
	}
	const bytes = await ask('POST', '/ulesanne', { body: Buffer.from('7b227469746c65223a22ff227d', 'hex') });
	check('refused: bytes that are not UTF-8', bytes.status === 400 && bytes.key === 'err.json_utf8');
	const data = process.env.HOOL_TEST_DATA;
	for (const folder of ['json/parsing', 'json/transform', 'hostile/json']) {
		const dir = data && path.join(data, folder);
		if (!dir || !fs.existsSync(dir)) {
			skip(`files of ${folder}`);
			continue;
		}
		for (const name of fs.readdirSync(dir)) {
			const got = await ask('POST', '/ulesanne', { body: fs.readFileSync(path.join(dir, name)) });
			const status = name.startsWith('n_') ? [400] : [400, 413, 422];
			check(`${folder}/${name}`, status.includes(got.status) && typeof got.key === 'string', got.status + ' ' + got.text.slice(0, 200));
		}
	}
	check('nothing of it was kept', await count() === was);

	// Too much at once.
	let limited = null;
	for (let i = 0; i < 65 && !limited; i++) { // two minutes may share them
		const many = await Promise.all(Array.from({ length: 20 }, () => ask('GET', '/ulesanne?limit=1', { token: tokens.rate })));
		limited = many.find((m) => m.status === 429);
		check('fast enough or told to wait', many.every((m) => m.status === 200 || m.status === 429));
	}
	check('told how long to wait', limited?.key === 'err.api_rate' && Number(limited.headers.get('retry-after')) > 0, limited ? limited.text : 'never limited');
	check('another token need not', (await ask('GET', '/ulesanne?limit=1')).status === 200);
}
