-- Tokens of the API: only a hash is kept. One is bound to a human and the position it acts in, and
-- reaches no further than its scopes say ("read write:task moves"; core/token.h).
CREATE TABLE sys_token (
	id INTEGER PRIMARY KEY,
	hash BLOB NOT NULL,
	user INTEGER NOT NULL REFERENCES sys_record (id),
	position INTEGER NOT NULL REFERENCES sys_record (id),
	name TEXT NOT NULL,             -- what it is for, in its maker's words
	scopes TEXT NOT NULL,
	made_at INTEGER NOT NULL,
	made_by INTEGER NOT NULL,       -- user record; 0: by a command
	expires_at INTEGER NOT NULL,
	used_at INTEGER,                -- to the minute
	ended_at INTEGER,
	ended_by INTEGER                -- user record; 0: by a command
) STRICT;
CREATE UNIQUE INDEX sys_token_hash ON sys_token (hash);
CREATE INDEX sys_token_user ON sys_token (user, id);
CREATE INDEX sys_token_position ON sys_token (position);
