// Webhooks over the wire: a receiver of our own on the loopback, which refuses, dawdles and takes.
import crypto from 'node:crypto';
import http from 'node:http';

const NAME = 'Jaan Tamm 38001010000';

export class Webhooks {
	constructor(check) {
		Object.assign(this, { check, got: [], refuse: new Map() });
	}

	// Subscribe, and leave the first changes behind; what comes of them is looked at by verify().
	async begin(base, admin, worker) {
		this.receiver = http.createServer((request, answer) => {
			let body = '';
			request.on('data', (bytes) => body += bytes);
			request.on('end', () => {
				const message = { at: Date.now(), headers: request.headers, url: request.url, body, data: JSON.parse(body) };
				this.got.push(message);
				const left = this.refuse.get(message.data.record) ?? 0;
				this.refuse.set(message.data.record, left - 1);
				answer.writeHead(request.url === '/gone' ? 410 : left > 0 ? 500 : 204).end();
			});
		});
		await new Promise((resolve) => this.receiver.listen(0, '127.0.0.1', resolve));
		const to = `http://127.0.0.1:${this.receiver.address().port}`;
		this.ask = async (method, url, json, more = {}) => {
			const token = /veebihaak/.test(url) ? admin : worker;
			const headers = { Authorization: 'Bearer ' + token, 'Content-Type': 'application/json' };
			const answer = await fetch(base + url, { method, headers: { ...headers, ...more }, body: json && JSON.stringify(json) });
			return { status: answer.status, ...await answer.json().catch(() => ({})) };
		};
		const subscribe = (name, url, more) => this.ask('POST', '/veebihaak', { name, url, active: true, types: 'webhook task', ...more });
		this.hook = await subscribe('register', to + '/hook', { types: 'partner', events: ['create', 'edit'] });
		this.check('subscribed', this.hook.status === 201, JSON.stringify(this.hook));
		this.gone = await subscribe('gone', to + '/gone', { types: 'partner', events: ['create'] });
		for (const [url, types] of [['ftp://x/', 'partner'], ['https://u@x/', 'partner'], [to, 'nothing']])
			this.check(`no subscription to ${url} ${types}`, (await subscribe('x', url, { types })).status === 422);

		// The secret is shown on a page, once.
		const signIn = await fetch(base + '/sisene', { method: 'POST', redirect: 'manual', body: new URLSearchParams({ kasutaja: 'admin', parool: 'harjutus-2026-hool' }) });
		const cookie = signIn.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ');
		this.page = async () => (await fetch(base + this.hook.url, { headers: { Cookie: cookie, Accept: 'text/html' } })).text();
		const csrf = /name="_csrf" value="([^"]+)"/.exec(await this.page())[1];
		const shown = await (await fetch(base + '/veebihaak-saladus', { method: 'POST', headers: { Cookie: cookie }, body: new URLSearchParams({ _csrf: csrf, id: this.hook.id }) })).text();
		this.secret = /whsec_[A-Za-z0-9+/=]+/.exec(shown)?.[0];
		this.check('a new secret is shown', this.secret?.length > 40);
		this.check('and not again', !(await this.page()).includes('whsec_') && !JSON.stringify(await this.ask('GET', this.hook.url)).includes('whsec_'));

		// One that is taken at once, one that is refused first; both then changed.
		this.made = [];
		for (const name of ['Kohe', NAME]) {
			const record = await this.ask('POST', '/partner', { name });
			this.check(`made ${name.slice(0, 4)}`, record.status === 201, JSON.stringify(record));
			this.made.push(record);
			if (name === NAME)
				this.refuse.set(record.id, 1);
			await this.ask('PATCH', record.url, { contact: 'x' }, { 'If-Match': '*' });
			await this.ask('PATCH', record.url, { contact: 'y' }, { 'If-Match': '*' });
		}
		await this.ask('POST', this.made[0].url + '/-/kustuta', { note: 'x' }, { 'If-Match': '*' });
	}

	async until(what, seconds) {
		for (const end = Date.now() + seconds * 1000; Date.now() < end && !what();)
			await new Promise((resolve) => setTimeout(resolve, 200));
		return what();
	}

	signed(message) {
		const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = message.headers;
		const key = Buffer.from(this.secret.slice('whsec_'.length), 'base64');
		return signature === 'v1,' + crypto.createHmac('sha256', key).update(`${id}.${at}.${message.body}`).digest('base64') &&
			id === message.data.id && Math.abs(Number(at) - Date.now() / 1000) < 120;
	}

	async verify() {
		const of = (record) => this.got.filter((m) => m.url === '/hook' && m.data.record === record.id);
		const versions = (record) => of(record).map((m) => m.data.version).join();
		const [taken, refused] = this.made;
		await this.until(() => versions(taken) === '1,2,3' && versions(refused) === '1,1,2,3', 60);
		this.check('each change told, in order', versions(taken) === '1,2,3', versions(taken));
		this.check('one refused comes again, and those behind it wait', versions(refused) === '1,1,2,3', versions(refused));
		const [first, second] = of(refused);
		this.check('with the same id, later', first?.data.id === second?.data.id && second.at - first.at >= 9000);
		this.check('deleted was not asked for', this.got.every((m) => m.data.event !== 'delete'));
		this.check('signed', this.got.length > 0 && this.got.filter((m) => m.url === '/hook').slice(0).every((m) => this.signed(m)));
		this.check('nothing personal', !this.got.some((m) => /Tamm|38001010000|Kohe/.test(m.body + JSON.stringify(m.headers))));
		const seen = await this.ask('GET', first?.data.url ?? '/');
		this.check('the link leads to the record', seen.id === refused.id);
		this.check('its thread goes along', /^00-[0-9a-f]{32}-/.test(first?.headers.traceparent));
		this.check('who is gone is not told again', this.got.filter((m) => m.url === '/gone').length === 2);
		const page = await this.page();
		this.check('the page shows them', (page.match(/Kohal/g) ?? []).length === 6, page.match(/Kohal|Ootab|Loobutud/g)?.join());
		this.receiver.close();
	}
}
