// Just enough of HTML for the scenarios: the fields of forms, and the text a reader sees. Our own
// pages are written by format/html.c, so attributes are always in double quotes.

const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

export function decode(text) {
	return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (all, dec, hex, name) =>
		dec ? String.fromCodePoint(Number(dec)) : hex ? String.fromCodePoint(parseInt(hex, 16)) :
			named[name] ?? all);
}

function attributes(tag) {
	const found = {};
	for (const [, name, value] of tag.matchAll(/\s([a-zA-Z-]+)(?:="([^"]*)")?/g))
		found[name.toLowerCase()] = decode(value ?? '');
	return found;
}

// [{action, method, fields: [{name, value, hidden}]}]: what a browser would send untouched.
export function forms(page) {
	const list = [];
	for (const [, head, inside] of page.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)) {
		const { action = '', method = 'get' } = attributes(head);
		const fields = [];
		for (const [all, word] of inside.matchAll(/<(input|textarea|select)\b[^>]*>/g)) {
			const a = attributes(all);
			const rest = inside.slice(inside.indexOf(all) + all.length);
			if (!a.name || 'disabled' in a)
				continue;
			if (word === 'textarea') {
				fields.push({ name: a.name, value: decode(rest.split('</textarea>')[0]).replace(/^\n/, '') });
			} else if (word === 'select') {
				const options = [...rest.split('</select>')[0].matchAll(/<option\b([^>]*)>([^<]*)/g)]
					.map(([, o, text]) => ({ ...attributes(o), text: decode(text) }));
				const chosen = options.find((o) => 'selected' in o) ?? options[0];
				if (chosen)
					fields.push({ name: a.name, value: chosen.value ?? chosen.text });
			} else if (/^(checkbox|radio)$/.test(a.type ?? '')) {
				if ('checked' in a)
					fields.push({ name: a.name, value: a.value ?? 'on' });
			} else if (!/^(submit|button|image|file|reset)$/.test(a.type ?? '')) {
				fields.push({ name: a.name, value: a.value ?? '', hidden: a.type === 'hidden' });
			}
		}
		list.push({ action, method: method.toLowerCase(), fields });
	}
	return list;
}

export function plainText(page) {
	return decode(page.replace(/<(script|style|template)\b[\s\S]*?<\/\1>/g, ' ')
		.replace(/<\/?(b|i|em|strong|span|a|abbr|mark|small|code|time|bdi|wbr)\b[^>]*>/g, '')
		.replace(/<[^>]*>/g, ' ')).replace(/[\s\u00a0]+/g, ' ');
}
