// The main scenario by the generated client: a person applies, the conditions are checked, a
// decision is drafted and signed, the person leaves the queue for a site and arrives. Whatever the
// description of the API says wrongly does not compile here, or fails when it runs.
import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './made/schema.js';

declare const process: { argv: string[]; pid: number };
type Problem = components['schemas']['Problem'];

const [base, token] = process.argv.slice(2);
if (!base || !token)
	throw new Error('usage: scenario BASE TOKEN');

// Every write carries a key, so that it may be sent again.
let key = 0;
const keys: Middleware = {
	onRequest({ request }) {
		request.headers.set('Authorization', `Bearer ${token}`);
		request.headers.set('Accept', 'application/json');
		request.headers.set('Accept-Language', 'en');
		if (request.method !== 'GET' && !request.headers.has('Idempotency-Key'))
			request.headers.set('Idempotency-Key', `scenario-${process.pid}-${++key}`);
		return request;
	},
};
const api = createClient<paths>({ baseUrl: base });
api.use(keys);

function got<T>(what: string, answer: { data?: T; error?: Problem; response: Response }): T {
	if (answer.data === undefined)
		throw new Error(`${what}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
	console.log(`ok ${what}`);
	return answer.data;
}
function check(what: string, ok: boolean): void {
	if (!ok)
		throw new Error(what);
	console.log(`ok ${what}`);
}
const etag = (record: { id: number; version: number }) => `"${record.id}-${record.version}"`;

// Who.
const me = got('me', await api.GET('/mina'));
check('the token acts in a position with duties', me.duties.includes('B3.1') && !me.csrf);
const person = got('person', await api.POST('/isik', {
	params: { query: { kindel: '1' } },
	body: { code: '49002030271', first_name: 'Aino', last_name: 'Kirsipuu', birth_date: '1990-02-03',
		language: 'et', delivery: 'post', address: 'Kirsi 3, Tartu' },
}));
const changed = got('change', await api.PATCH('/isik/~{id}', {
	params: { path: { id: person.id }, header: { 'If-Match': etag(person) } },
	body: { phone: '5551234' },
	headers: { 'Content-Type': 'application/merge-patch+json' },
}));
check('a change makes a version', changed.version === person.version + 1 && changed.fields.phone === '5551234');

// What for. A list is walked by its cursors to the end.
async function* services() {
	let koht: string | undefined;
	do {
		const page = got('services', await api.GET('/teenus', { params: { query: { limit: 1, koht } } }));
		yield* page.items;
		koht = page.next ?? undefined;
	} while (koht);
}
let service = 0, seen = 0;
for await (const row of services()) {
	seen++;
	if (row.columns?.code === 'TT')
		service = row.id;
}
check('the list is whole by its cursors', seen > 1 && service > 0);

// The application.
const application = got('application', await api.POST('/taotlus', {
	body: { person: person.id, service, channel: 'email', county: '0079', wishes: 'Soovin teha käsitööd kodu lähedal.' },
}));
check('an application begins received', application.state === 'received');
const again = await api.POST('/taotlus', { body: { person: person.number, service, channel: 'office' } });
check('the same wish twice is one case', again.response.status === 409);
const accepted = got('accept', await api.POST('/taotlus/~{id}/-/liigu/accept', {
	params: { path: { id: application.id }, header: { 'If-Match': etag(application) } },
}));
check('the term runs', accepted.state === 'in_review' && accepted.clocks.some((c) => c.name === 'decision' && c.due));

// The conditions that an official looks at.
const conditions = got('conditions', await api.GET('/tingimus', { params: { query: { limit: 200 } } }));
const found = got('findings', await api.GET('/kontroll', { params: { query: { limit: 200 } } }));
let checked = 0;
for (const row of conditions.items) {
	const condition = got('condition', await api.GET('/tingimus/~{id}', { params: { path: { id: row.id } } }));
	if (condition.fields.service?.id !== service || condition.fields.check !== 'manual')
		continue;
	const old = found.items.find((f) => f.columns?.application === application.title && f.columns?.condition === condition.title);
	const how = { result: 'met', evidence: 'medical', reason: 'Psühhiaater kinnitas.' } as const;
	if (old) {
		const finding = got('finding', await api.GET('/kontroll/~{id}', { params: { path: { id: old.id } } }));
		got('finding changed', await api.PATCH('/kontroll/~{id}', {
			params: { path: { id: finding.id }, header: { 'If-Match': etag(finding) } }, body: how,
			headers: { 'Content-Type': 'application/merge-patch+json' },
		}));
	} else {
		got('finding made', await api.POST('/kontroll', {
			body: { application: application.id, person: person.id, condition: condition.id, ...how },
		}));
	}
	checked++;
}
check('conditions were checked', checked > 0);

// The decision: drafted, signed with its letter.
const draft = got('draft', await api.POST('/otsus-koosta/{id}', {
	params: { path: { id: application.id } }, body: { tulemus: 'grant' },
}));
const stale = await api.POST('/otsus-allkiri/{id}', {
	params: { path: { id: draft.id }, header: { 'If-Match': `"${draft.id}-999"` } },
});
check('what has changed is not signed', stale.response.status === 409 || stale.response.status === 412);
const signed = got('sign', await api.POST('/otsus-allkiri/{id}', {
	params: { path: { id: draft.id }, header: { 'If-Match': etag(draft) } },
}));
check('the decision is signed, its letter kept', signed.state === 'signed' && signed.files.length === 1);
const letter = await fetch(base + signed.files[0].url, { headers: { Authorization: `Bearer ${token}` } });
check('the letter is a PDF', letter.ok && (await letter.text()).startsWith('%PDF-'));
const sent = got('send', await api.POST('/otsus/~{id}/-/liigu/send', {
	params: { path: { id: signed.id } }, body: { delivery: 'post' },
}));
check('the application is decided', sent.state === 'sent' &&
	got('application', await api.GET('/taotlus/~{id}', { params: { path: { id: application.id } } })).state === 'decided');

// The queue, and from it to the first site with room.
const queue = got('queue', await api.GET('/jarjekord', { params: { query: { vaade: 'waiting', limit: 200 } } }));
const entry = queue.items.find((row) => row.columns?.person === person.title);
check('the person waits in the queue', entry !== undefined);
const sites = got('sites', await api.GET('/tegevuskoht', { params: { query: { limit: 200 } } }));
let referral: components['schemas']['referral'] | undefined;
for (const site of sites.items) {
	const answer = await api.POST('/suuna/jarjekord/~{id}', {
		params: { path: { id: entry!.id }, query: { koht: site.id } },
		body: { issued_on: new Date().toISOString().slice(0, 10) },
	});
	if (answer.data && (referral = answer.data))
		break;
}
check('referred', referral?.state === 'issued' && referral.fields.person?.id === person.id);
const started = got('start', await api.POST('/suunamine/~{id}/-/liigu/start', {
	params: { path: { id: referral!.id } }, body: { started_on: new Date().toISOString().slice(0, 10) },
}));
check('the service has begun', started.state === 'started');
const stays = got('placements', await api.GET('/teenusel', { params: { query: { limit: 200 } } }));
check('the person stays there', stays.items.some((row) => row.columns?.person === person.title));
