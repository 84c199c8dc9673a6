/*
 * What the pages do better with a script. Everything here is an addition: each page works without.
 * No words stand here; they come from data-… attributes. Nothing is stored in the browser.
 */
'use strict';
(() => {
	const $ = (sel, at = document) => at.querySelector(sel);
	const $$ = (sel, at = document) => [...at.querySelectorAll(sel)];
	const fill = (words, value) => (words || '').replace('{1}', value);
	const typing = (el) => el.closest('input:not([type=checkbox],[type=radio]),textarea,select,[contenteditable],dialog[open]');
	const token = () => { const t = $('input[name=_csrf]'); return t ? t.value : ''; };
	const post = (url, body, more) => fetch(url, {
		method: 'POST', body, credentials: 'same-origin', redirect: 'error', ...more,
	});
	const element = (name, set, text) => {
		const el = document.createElement(name);
		for (const [k, v] of Object.entries(set || {}))
			el.setAttribute(k, v);
		if (text !== undefined)
			el.textContent = text;
		return el;
	};

	/* The errors' summary takes the focus, so that it is read first. */
	const first = $('[data-focus]');
	if (first)
		first.focus();

	/* ---- menus close when one clicks elsewhere or presses Escape ---- */
	const closeMenus = (but) => $$('details.menu[open]').forEach((m) => { if (m !== but) m.open = false; });
	document.addEventListener('click', (e) => closeMenus(e.target.closest('details.menu')));
	document.addEventListener('keydown', (e) => {
		const open = $('details.menu[open]');
		if (e.key === 'Escape' && open) {
			open.open = false;
			$('summary', open).focus();
		}
	});

	/* ---- lists: j k x Enter, rows as links; / searches, ? helps ---- */
	const keysOn = document.body.dataset.keys !== 'off';
	const table = $('table[data-keys]');
	const rows = table ? $$('tbody:not(.total) tr', table) : [];
	let at = -1;
	const goTo = (i) => {
		if (!rows.length)
			return;
		if (rows[at])
			rows[at].classList.remove('at');
		at = Math.max(0, Math.min(rows.length - 1, i));
		rows[at].classList.add('at');
		rows[at].scrollIntoView({ block: 'nearest' });
		const link = $('a.row', rows[at]);
		if (link)
			link.focus({ preventScroll: true });
	};
	rows.forEach((row, i) => row.addEventListener('focusin', () => {
		if (rows[at])
			rows[at].classList.remove('at');
		at = i;
		row.classList.add('at');
	}));
	document.addEventListener('click', (e) => {
		const row = e.target.closest('table.list tbody tr');
		const link = row && $('a.row', row);
		if (!link || e.target.closest('a,button,input,label,summary,select') || String(getSelection()))
			return;
		if (e.ctrlKey || e.metaKey)
			window.open(link.href, '_blank', 'noopener');
		else
			link.click();
	});
	document.addEventListener('keydown', (e) => {
		if (!keysOn || e.ctrlKey || e.metaKey || e.altKey || typing(e.target))
			return;
		const help = $('#keys');
		const box = rows[at] && $('.pick input', rows[at]);
		if (e.key === 'j')
			goTo(at + 1);
		else if (e.key === 'k')
			goTo(at - 1);
		else if (e.key === 'x' && box)
			box.click();
		else if (e.key === '/' && $('#q'))
			$('#q').focus();
		else if (e.key === '?' && help)
			help.showModal();
		else
			return;
		e.preventDefault();
	});

	/* ---- the bulk bar shows once a row is chosen ---- */
	for (const bar of $$('form.bulk')) {
		const boxes = $$(`input[type=checkbox][form="${bar.id}"]`);
		const status = $('[role=status]', bar);
		const head = boxes.length && $('th.pick', boxes[0].closest('table'));
		const all = element('input', { type: 'checkbox', 'aria-label': head ? head.textContent : '' });
		const show = () => {
			const n = boxes.filter((b) => b.checked).length;
			bar.hidden = n === 0;
			bar.classList.add('stuck');
			status.textContent = fill(status.dataset.words, n);
			all.checked = n > 0 && n === boxes.length;
			all.indeterminate = n > 0 && n < boxes.length;
		};
		if (head)
			head.replaceChildren(all);
		all.addEventListener('change', () => { boxes.forEach((b) => { b.checked = all.checked; }); show(); });
		boxes.forEach((b) => b.addEventListener('change', show));
		show();
	}

	/* ---- forms: kept as typed, guarded while unsaved, sent once ---- */
	let dirty = false;
	const keep = (form) => {
		const status = $('.kept', form);
		let timer = 0, savedAt = 0, busy = false, again = false;
		const tell = () => {
			const s = Math.round((Date.now() - savedAt) / 1000);
			if (!savedAt)
				return;
			if (s < 5)
				status.textContent = status.dataset.now;
			else if (s < 60)
				status.textContent = fill(status.dataset.ago, Math.floor(s / 10) * 10 || 5);
			else
				status.textContent = fill(status.dataset.minutes, Math.floor(s / 60));
		};
		const save = async () => {
			clearTimeout(timer);
			timer = 0;
			if (busy) {
				again = true;
				return;
			}
			const body = new URLSearchParams();
			for (const [k, v] of new FormData(form))
				if (typeof v === 'string')
					body.append(k, v);
			busy = true;
			dirty = false;
			try {
				const answer = await post(form.dataset.draft, body, { keepalive: String(body).length < 60000 });
				if (!answer.ok)
					throw new Error(answer.status);
				savedAt = Date.now();
				tell();
			} catch (e) {
				dirty = true;
				savedAt = 0;
				status.textContent = status.dataset.failed;
				timer = timer || setTimeout(save, 10000);
			}
			busy = false;
			if (again) {
				again = false;
				save();
			}
		};
		form.addEventListener('input', (e) => {
			if (e.target.type !== 'password')
				timer = timer || setTimeout(save, 3000);
		});
		form.addEventListener('submit', () => clearTimeout(timer));
		document.addEventListener('visibilitychange', () => {
			if (document.hidden && dirty)
				save();
		});
		setInterval(tell, 10000);
	};
	for (const form of $$('form[method=post]')) {
		let sentAt = 0;
		if (form.matches('.form'))
			form.addEventListener('input', () => { dirty = true; });
		form.addEventListener('submit', (e) => {
			if (Date.now() - sentAt < 2000)
				e.preventDefault();
			sentAt = Date.now();
			if (form.matches('.form'))
				dirty = false;
		});
		if (form.dataset.draft && $('.kept', form))
			keep(form);
	}
	window.addEventListener('beforeunload', (e) => {
		if (dirty)
			e.preventDefault();
	});

	/* ---- the end of the session is told beforehand ---- */
	const dialog = $('#session');
	if (dialog) {
		const words = $('[data-words]', dialog);
		const lead = Number(document.body.dataset.lead) * 1000;
		let end = Date.now() + Number(document.body.dataset.left) * 1000;
		const others = 'BroadcastChannel' in window ? new BroadcastChannel('session') : null;
		const extend = (to, tell) => {
			end = to;
			if (dialog.open)
				dialog.close();
			if (tell && others)
				others.postMessage(to);
		};
		/* Another window of ours was used later: the session lasts longer than we knew. */
		if (others) {
			others.onmessage = (e) => { if (e.data > end) extend(e.data, false); };
			others.postMessage(end);
		}
		setInterval(() => {
			const left = Math.ceil((end - Date.now()) / 1000);
			if (left * 1000 > lead)
				return;
			if (!dialog.open)
				dialog.showModal();
			/* Said aloud at each change, so it changes seldom. */
			const said = left > 60 ? `${Math.ceil(left / 60)} min` : `${Math.ceil(left / 10) * 10} s`;
			const text = left > 0 ? fill(words.dataset.words, said) : words.dataset.over;
			if (words.textContent !== text)
				words.textContent = text;
		}, 1000);
		$('form', dialog).addEventListener('submit', async (e) => {
			e.preventDefault();
			if (Date.now() >= end) {
				dirty = false;
				location.reload();
				return;
			}
			try {
				const answer = await post(e.target.action, new URLSearchParams(new FormData(e.target)),
					{ headers: { Accept: 'application/json' } });
				if (answer.ok)
					extend(Date.now() + (await answer.json()).left * 1000, true);
			} catch (err) {
				/* The dialog stays; pressing again tries again. */
			}
		});
	}

	/* ---- references: suggestions while typing (a combobox with a list box) ---- */
	$$('.ref[data-suggest]').forEach((field, n) => {
		const input = $('.with-button input', field);
		const list = element('ul', { class: 'suggestions', role: 'listbox', id: `suggest-${n}`, 'aria-label': $('legend', field).textContent });
		let found = [], chosen = -1, timer = 0, asked = 0;
		list.hidden = true;
		input.parentNode.append(list);
		input.setAttribute('role', 'combobox');
		input.setAttribute('aria-autocomplete', 'list');
		input.setAttribute('aria-controls', list.id);
		input.setAttribute('aria-expanded', 'false');
		const show = (on) => {
			list.hidden = !on;
			input.setAttribute('aria-expanded', String(on));
			if (!on)
				input.removeAttribute('aria-activedescendant');
		};
		const mark = (i) => {
			chosen = i;
			[...list.children].forEach((li, k) => li.setAttribute('aria-selected', String(k === i)));
			if (i >= 0) {
				input.setAttribute('aria-activedescendant', list.children[i].id);
				list.children[i].scrollIntoView({ block: 'nearest' });
			}
		};
		const pick = (i) => {
			const name = field.dataset.name, id = `pick-${n}-${i}`;
			const row = element('div', { class: 'tick' });
			const radio = element('input', { type: 'radio', name, value: found[i].id, id });
			radio.checked = true;
			row.append(radio, element('label', { for: id }, found[i].text));
			$('.picks', field).replaceChildren(row);
			input.value = '';
			show(false);
			radio.focus();
			radio.dispatchEvent(new Event('input', { bubbles: true }));
		};
		const ask = async () => {
			const mine = ++asked;
			try {
				const answer = await post(field.dataset.suggest,
					new URLSearchParams({ _csrf: token(), q: input.value }),
					{ headers: { Accept: 'application/json' } });
				const got = answer.ok ? await answer.json() : [];
				if (mine !== asked)
					return;
				found = got.slice(0, 10);
			} catch (e) {
				found = [];
			}
			list.replaceChildren(...found.map((f, i) => {
				const li = element('li', { role: 'option', id: `suggest-${n}-${i}`, 'aria-selected': 'false' }, f.text);
				if (f.note)
					li.append(element('span', { class: 'quiet' }, f.note));
				li.addEventListener('mousedown', (e) => { e.preventDefault(); pick(i); });
				return li;
			}));
			mark(-1);
			show(found.length > 0);
		};
		input.addEventListener('input', () => {
			clearTimeout(timer);
			if (input.value.trim().length < 2)
				show(false);
			else
				timer = setTimeout(ask, 200);
		});
		input.addEventListener('blur', () => show(false));
		input.addEventListener('keydown', (e) => {
			if (e.key === 'Enter' && list.hidden) {
				e.preventDefault();
				$('.with-button button', field).click();
			}
			if (list.hidden)
				return;
			if (e.key === 'ArrowDown')
				mark(Math.min(found.length - 1, chosen + 1));
			else if (e.key === 'ArrowUp')
				mark(Math.max(0, chosen - 1));
			else if (e.key === 'Enter' && chosen >= 0)
				pick(chosen);
			else if (e.key === 'Escape')
				show(false);
			else
				return;
			e.preventDefault();
		});
	});

	/* ---- the month's grid: arrows, Enter, paste from a spreadsheet, live totals ---- */
	for (const grid of $$('table[data-grid]')) {
		const numbers = grid.dataset.grid === 'numbers';
		const counts = (grid.dataset.counts || '').split(' ').filter(Boolean);
		const body = $$('tbody tr', grid);
		const cell = (r, c) => body[r] && body[r].cells[c] && $('input', body[r].cells[c]);
		const textOf = (td) => { const i = $('input', td); return (i ? i.value : td.textContent).trim().toUpperCase(); };
		/* In hundredths, as the server counts. */
		const worth = (td) => {
			const s = textOf(td);
			if (counts.includes(s))
				return 100;
			return numbers && /^-?\d+([.,]\d{1,2})?$/.test(s) ? Math.round(Number(s.replace(',', '.')) * 100) : 0;
		};
		const said = (n) => String(n / 100).replace('.', ',');
		const total = (r, c) => {
			const foot = grid.tFoot.rows[0].cells;
			const last = body[r].cells.length - 1;
			const sum = (cells) => cells.reduce((a, b) => a + b, 0);
			const row = (tr) => sum([...tr.cells].slice(1, last).map(worth));
			body[r].cells[last].textContent = said(row(body[r]));
			foot[c].textContent = said(sum(body.map((tr) => worth(tr.cells[c]))));
			foot[last].textContent = said(sum(body.map(row)));
		};
		const put = (r, c, value) => {
			const input = cell(r, c);
			if (!input)
				return;
			input.value = (numbers ? value : value.toUpperCase()).trim().slice(0, input.maxLength);
			total(r, c);
		};
		const place = (input) => [body.indexOf(input.closest('tr')), input.closest('td').cellIndex];
		grid.addEventListener('focusin', (e) => { if (e.target.matches('input')) e.target.select(); });
		grid.addEventListener('input', (e) => {
			const [r, c] = place(e.target);
			if (!numbers)
				e.target.value = e.target.value.toUpperCase();
			total(r, c);
		});
		grid.addEventListener('keydown', (e) => {
			if (!e.target.matches('input') || e.ctrlKey || e.altKey || e.metaKey)
				return;
			const t = e.target, [r, c] = place(t);
			const whole = t.selectionStart === 0 && t.selectionEnd === t.value.length;
			let dr = 0, dc = 0;
			if (e.key === 'ArrowUp')
				dr = -1;
			else if (e.key === 'ArrowDown' || e.key === 'Enter')
				dr = 1;
			else if (e.key === 'ArrowLeft' && (whole || t.selectionEnd === 0))
				dc = -1;
			else if (e.key === 'ArrowRight' && (whole || t.selectionStart === t.value.length))
				dc = 1;
			else
				return;
			e.preventDefault();
			const to = cell(r + dr, c + dc);
			if (to)
				to.focus();
		});
		grid.addEventListener('paste', (e) => {
			const text = e.clipboardData.getData('text/plain').replace(/\r/g, '').replace(/\n$/, '');
			if (!e.target.matches('input') || !/[\t\n]/.test(text))
				return;
			const [r, c] = place(e.target);
			e.preventDefault();
			text.split('\n').forEach((line, i) => line.split('\t').forEach((v, k) => put(r + i, c + k, v)));
			e.target.dispatchEvent(new Event('input', { bubbles: true }));
		});
	}

	/* ---- lists on a phone: each row a card, its cells beside the names of their columns. A table
	 * laid out otherwise is one to a screen reader only if it says so. ---- */
	for (const list of $$('table.list')) {
		const names = $$('thead th', list).map((th) => th.textContent);
		const role = (what, as) => $$(what, list).forEach((e) => e.setAttribute('role', as));
		list.setAttribute('role', 'table');
		role('thead, tbody', 'rowgroup');
		role('tr', 'row');
		role('th', 'columnheader');
		role('td', 'cell');
		for (const row of $$('tbody tr', list))
			[...row.cells].forEach((cell, i) => { cell.dataset.name = names[i] || ''; });
		list.classList.add('cards');
	}

	/* ---- a number is copied with one press ---- */
	for (const number of $$('[data-copy]')) {
		if (!navigator.clipboard)
			break;
		const button = element('button', { type: 'button', class: 'copy', 'aria-live': 'polite' }, number.dataset.copy);
		button.addEventListener('click', async () => {
			await navigator.clipboard.writeText(number.textContent);
			button.textContent = number.dataset.copied;
			setTimeout(() => { button.textContent = number.dataset.copy; }, 2000);
		});
		number.after(button);
	}

	/* ---- moments: the reader's own time too, where it differs from Tallinn's (minutes) ---- */
	for (const time of $$('time[data-moment]')) {
		const when = new Date(time.dateTime);
		if (-when.getTimezoneOffset() === Number(time.dataset.moment))
			continue;
		const local = when.toLocaleString(document.documentElement.lang, {
			day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit', timeZoneName: 'short',
		});
		time.after(element('span', { class: 'quiet' }, ` (${local})`));
	}
})();
