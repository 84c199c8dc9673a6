// A real OpenID Connect provider (npm oidc-provider) in the shape of the state's sign-in service:
// code flow, PKCE asked for, client_secret_basic, amr, acr and a subject of country and code. Who
// signs in is what the test says in `next`; there is nobody at a keyboard.
import http from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

export function makeKey(kind, kid) {
	const pair = kind === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 })
		: generateKeyPairSync('ec', { namedCurve: 'P-256' });
	return { ...pair.privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: kind };
}

export async function startProvider({ port, key, client, secret, redirect, home, counts, next }) {
	const issuer = `http://127.0.0.1:${port}`;
	const warn = console.warn, info = console.info;
	console.warn = console.info = () => {}; // it warns of plain http, which is on purpose here
	const provider = new Provider(issuer, {
		clients: [{
			client_id: client, client_secret: secret, redirect_uris: [redirect],
			post_logout_redirect_uris: [home], response_types: ['code'],
			grant_types: ['authorization_code'], token_endpoint_auth_method: 'client_secret_basic',
			id_token_signed_response_alg: key.alg,
		}],
		jwks: { keys: [key] },
		cookies: { keys: ['a key of this test only'] },
		pkce: { required: () => true },
		features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
		ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 60, IdToken: 60, AuthorizationCode: 60 },
		scopes: ['openid'],
		acrValues: ['low', 'substantial', 'high'],
		claims: { openid: ['sub', 'amr', 'acr'] },
		conformIdTokenClaims: false,
		interactions: { url: (ctx, i) => `/interaction/${i.uid}` },
		findAccount: async (ctx, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
		loadExistingGrant: async (ctx) => {
			const grant = new ctx.oidc.provider.Grant({
				clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
			grant.addOIDCScope('openid');
			await grant.save();
			return grant;
		},
	});
	console.warn = warn;
	console.info = info;
	const handle = provider.callback();
	const server = http.createServer(async (req, res) => {
		counts[req.url.split('?')[0]] = (counts[req.url.split('?')[0]] ?? 0) + 1;
		if (!req.url.startsWith('/interaction/'))
			return handle(req, res);
		const answer = next.cancel ? { error: 'access_denied', error_description: 'the human left' }
			: { login: { accountId: next.sub, amr: next.amr ?? ['mID'], acr: next.acr ?? 'high' } };
		try {
			await provider.interactionFinished(req, res, answer, { mergeWithLastSubmission: false });
		} catch (e) {
			res.statusCode = 500;
			res.end(String(e));
		}
	});
	await new Promise((resolve, reject) => server.listen(port, '127.0.0.1', resolve).on('error', reject));
	return { issuer, stop: () => new Promise((resolve) => {
		server.close(resolve);
		server.closeAllConnections();
	}) };
}
