-- How a session was opened and from where, so that its holder can tell it from a stranger's; and
-- when they last proved to be themselves.
ALTER TABLE sys_session ADD COLUMN method TEXT NOT NULL DEFAULT 'password'; -- password, code, or oidc: and how
ALTER TABLE sys_session ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sys_session ADD COLUMN device TEXT NOT NULL DEFAULT '';   -- browser and system in words
ALTER TABLE sys_session ADD COLUMN proved_at INTEGER;                 -- NULL: made_at

-- The language somebody chose, for the next sign-in.
CREATE TABLE sys_user_lang (
	user INTEGER PRIMARY KEY REFERENCES sys_record (id),
	lang TEXT NOT NULL
) STRICT;

-- Second factors (RFC 6238). One not confirmed yet asks for nothing. A step opens once.
CREATE TABLE sys_totp (
	user INTEGER PRIMARY KEY REFERENCES sys_record (id),
	secret BLOB NOT NULL,
	made_at INTEGER NOT NULL,
	confirmed_at INTEGER,
	last_step INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE sys_recovery (
	user INTEGER NOT NULL REFERENCES sys_record (id),
	hash BLOB NOT NULL,             -- of a code of 125 random bits
	used_at INTEGER,
	PRIMARY KEY (user, hash)
) STRICT, WITHOUT ROWID;

-- Sign-ins half done: the password was right, the code is awaited. The token is stored as a hash.
CREATE TABLE sys_signin_half (
	token BLOB PRIMARY KEY,
	user INTEGER NOT NULL REFERENCES sys_record (id),
	made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sys_signin_half_user ON sys_signin_half (user);
CREATE INDEX sys_signin_half_age ON sys_signin_half (made_at);

-- Sign-ins on their way through the provider, each once and only in the browser that began it.
-- `session` is set where somebody signed in proves to be themselves.
CREATE TABLE sys_oidc (
	state BLOB PRIMARY KEY,         -- hash of the state sent
	browser BLOB NOT NULL,          -- hash of the browser's cookie
	nonce TEXT NOT NULL,
	verifier TEXT NOT NULL,         -- of PKCE
	back TEXT NOT NULL,
	lang TEXT NOT NULL,
	session INTEGER REFERENCES sys_session (id),
	made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sys_oidc_age ON sys_oidc (made_at);
CREATE INDEX sys_oidc_session ON sys_oidc (session);
