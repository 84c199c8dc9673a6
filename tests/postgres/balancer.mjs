// A small HTTP balancer: requests go in turn to the programs that say they are ready on their
// watched port. One that cannot be reached is asked no more until it is ready again; a request that
// was sent there is not sent again, since nobody knows what became of it: the client is told 502.
import http from 'node:http';

const EVERY = 100, PATIENCE = 1500; // ms between looks, and for one look

function isReady(agent, port) {
	return new Promise((resolve) => {
		const rq = http.get({ host: '127.0.0.1', port, path: '/health/ready', agent, timeout: PATIENCE },
			(rs) => rs.resume().on('end', () => resolve(rs.statusCode === 200)).on('error', () => resolve(false)));
		rq.on('timeout', () => rq.destroy());
		rq.on('error', () => resolve(false));
	});
}

export class Balancer {
	nodes = []; // { port, watched, ready, gone }
	refused = { none: 0, broken: 0 };
	#turn = 0;
	#server;
	#agent = new http.Agent({ keepAlive: true });

	async listen() {
		this.#server = http.createServer((rq, rs) => this.#pass(rq, rs));
		await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		this.port = this.#server.address().port;
	}

	// Take a program in; resolves when it is ready.
	async add(port, watched) {
		const node = { port, watched, ready: false, gone: false };

		this.nodes.push(node);
		this.#watch(node);
		for (let i = 0; !node.ready; i++) {
			if (i > 200)
				throw new Error('the program does not become ready');
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
		return node;
	}

	remove(node) {
		node.gone = true;
		node.ready = false;
		this.nodes = this.nodes.filter((n) => n !== node);
	}

	async #watch(node) {
		while (!node.gone) {
			const ready = await isReady(this.#agent, node.watched);
			node.ready = ready && !node.gone;
			await new Promise((resolve) => setTimeout(resolve, EVERY));
		}
	}

	#refuse(rs, status, kind) {
		this.refused[kind]++;
		if (rs.headersSent)
			return rs.destroy();
		rs.writeHead(status, { 'Content-Length': 0 });
		rs.end();
	}

	#pass(rq, rs) {
		const ready = this.nodes.filter((n) => n.ready);

		if (ready.length === 0) {
			rq.resume();
			return this.#refuse(rs, 503, 'none');
		}
		const node = ready[this.#turn++ % ready.length];
		const on = http.request({ host: '127.0.0.1', port: node.port, path: rq.url, method: rq.method,
			headers: rq.headers, agent: this.#agent }, (answer) => {
			rs.writeHead(answer.statusCode, answer.rawHeaders);
			answer.pipe(rs);
			answer.on('error', () => rs.destroy());
			answer.on('aborted', () => rs.destroy());
		});
		on.on('error', (e) => {
			node.ready = node.ready && e.code !== 'ECONNREFUSED';
			this.#refuse(rs, 502, 'broken');
		});
		rq.pipe(on);
	}

	close() {
		[...this.nodes].forEach((n) => this.remove(n));
		this.#agent.destroy();
		this.#server.closeAllConnections();
		this.#server.close();
	}
}
