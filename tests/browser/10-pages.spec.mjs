// Every standard page, for each role: what opens, whether axe-core finds anything, whether it fits
// its width; the main ones are kept as pictures.
export const practice = ['--persons', '400', '--cases', '500', '--seed', '7'];

const PICTURES = new Set(['taotlus', 'jarjekord', 'teenusel', 'asutus', 'kuuaruanne', 'otsus', 'ulesanne']);

async function first(page, selector) {
	const link = page.locator(selector).first();
	return await link.count() > 0 ? link.getAttribute('href') : null;
}

// The registers a role sees: the list, a record of it and its forms.
async function registers(t, page, role) {
	await t.goto('/registrid', page);
	await t.axe(`${role} registers`, page);
	const paths = await page.locator('main .links a, main ul a').evaluateAll((as) => as.map((a) => a.getAttribute('href')));
	t.ok(paths.length > 2, `${role} sees registers (${paths.length})`);
	for (const path of paths.filter((p) => /^\/[a-z-]+$/.test(p))) {
		const name = path.slice(1);
		await t.goto(path, page);
		await t.axe(`${role} list ${path}`, page);
		if (PICTURES.has(name))
			await t.shot(`${role}-list-${name}`, { page, full: false });
		const record = await first(page, 'main table tbody a');
		if (record !== null) {
			await t.goto(record, page);
			await t.axe(`${role} record ${path}`, page);
			if (PICTURES.has(name))
				await t.shot(`${role}-record-${name}`, { page });
			const edit = await first(page, 'main a[href$="/-/muuda"]');
			if (edit !== null) {
				await t.goto(edit, page);
				await t.axe(`${role} form ${path}`, page);
			}
		}
	}
	const news = await page.locator('.menu a[href$="/uus"]').evaluateAll((as) => as.map((a) => a.getAttribute('href')));
	for (const path of news) {
		await t.goto(path, page);
		await t.axe(`${role} new ${path}`, page);
	}
}

export default async function ({ page, base, t }) {
	await t.goto('/sisene');
	await t.axe('sign-in');
	await t.shot('sign-in');
	await t.goto('/sisene?keel=en');
	await t.has('Sign in');
	await t.goto('/sisene?keel=ru');
	await t.axe('sign-in ru');

	await t.signIn('koordinaator');
	await t.axe('home');
	await t.shot('home');
	for (const path of ['/mina', '/jarjekorrad', '/osutajad', '/valistused']) {
		await t.goto(path);
		await t.axe(path);
		await t.shot(path.slice(1));
	}
	await t.goto('/ei-ole-olemas', page, 404);
	await t.axe('error page');
	await t.shot('error');
	await registers(t, page, 'koordinaator');

	for (const lang of ['en', 'ru', 'et']) {
		await t.goto('/');
		await page.locator(`button[name="keel"][value="${lang}"]`).first().click();
		t.equal(await page.locator('html').getAttribute('lang'), lang, 'language of the page');
		await t.axe(`home ${lang}`);
		await t.shot(`home-${lang}`, { widths: [1440] });
	}

	for (const role of ['juht', 'laps', 'osutaja', 'kov', 'admin']) {
		const other = await t.context({});
		t.section(role);
		await t.signIn(role, other);
		await t.axe(`${role} home`, other);
		await t.shot(`${role}-home`, { page: other });
		await registers(t, other, role);
		await other.context().close();
	}
}
