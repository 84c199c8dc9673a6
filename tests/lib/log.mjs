// What may stand in the technical log: for each field the form of its values. No field takes free
// text, so no name, code or address of a person can be in a log that passes. A new field is added
// here and in docs/guide/watch.md.
const word = /^[a-z][a-z0-9_. -]*$/;
const number = /^-?\d+(\.\d+)?$/;
const FIELDS = {
	'@timestamp': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
	'log.level': /^(debug|info|warn|error)$/,
	'event.action': word,
	'event.provider': word, // a job
	'event.outcome': /^(success|failure|cut)$/,
	'event.duration.ms': number,
	'http.request.method': /^(GET|HEAD|POST|PUT|PATCH|DELETE)$/,
	'http.route': /^(-|\/[A-Za-z_{}*/.-]*)$/, // the pattern: no digits, so no numbers and codes
	'http.response.status_code': /^\d{3}$/,
	'http.response.body.bytes': number,
	'trace.id': /^([0-9a-f]{32})?$/,
	'transaction.id': number,
	'error.code': /^([a-z-]+|\d+)$/,
	'error.message': /^([a-z_]+(\.[a-z0-9_]+)*|[ -~]{0,80})$/,
	'file.name': /^[\w./-]*$/,
	'file.line': number,
	'hool.done': number,
	'hool.sandbox': /^[a-z0-9 ,=-]*$/,
	'hool.syscall': /^[a-z0-9_]+$/,
	'hool.partner': word, // an outside service, by its fixed name
	'log.name': word,
	closure: word,
};

// Complaints about the lines of a technical log; lines that are no JSON are greetings. `secrets` are
// texts that may stand nowhere: what was typed into forms, names, codes.
export function complaints(text, secrets = []) {
	const found = [];
	for (const line of text.split('\n').filter((l) => l.startsWith('{'))) {
		let event;
		try {
			event = JSON.parse(line);
		} catch {
			found.push(`no JSON: ${line.slice(0, 200)}`);
			continue;
		}
		for (const [name, value] of Object.entries(event)) {
			if (!(name in FIELDS))
				found.push(`unknown field ${name}: ${line.slice(0, 200)}`);
			else if (value !== null && !FIELDS[name].test(value))
				found.push(`${name} is "${value}"`);
		}
		if (event['http.route'] && !event['trace.id'])
			found.push(`no thread: ${line}`);
		for (const secret of secrets)
			if (line.includes(secret) || line.includes(JSON.stringify(secret).slice(1, -1)
				.replace(/[\u007f-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'))))
				found.push(`"${secret}" stands in ${line.slice(0, 200)}`);
	}
	return [...new Set(found)];
}
