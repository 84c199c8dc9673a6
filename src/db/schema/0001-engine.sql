-- The engine's own tables. Tables of types are made from the type files (meta/table.c).
-- Dates are civil days (1970-01-01 = 0), times UTC seconds, money cents, yes/no 0 and 1.

-- Every record of every type has its row here, so that history, links, clocks, notes and
-- attachments that point at "any record" are real foreign keys.
CREATE TABLE sys_record (
	id INTEGER PRIMARY KEY,
	type TEXT NOT NULL,             -- name of the type
	number TEXT NOT NULL,           -- as people say it, unique within the type
	title TEXT NOT NULL,            -- one line that tells what it is
	about INTEGER REFERENCES sys_record (id), -- the person whose data it holds
	made_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX sys_record_number ON sys_record (type, number);
CREATE INDEX sys_record_about ON sys_record (about, type) WHERE about IS NOT NULL;

-- The history: every change, in one chain per writer. hash covers this row's facts, the digest of
-- the change and the hash before. Erasing by a retention rule clears change and salt only.
CREATE TABLE sys_history (
	chain INTEGER NOT NULL,
	seq INTEGER NOT NULL,           -- 1, 2, 3 … without a gap within the chain
	record INTEGER NOT NULL REFERENCES sys_record (id),
	version INTEGER NOT NULL,       -- the record's version this made, or was made at
	at INTEGER NOT NULL,
	actor INTEGER NOT NULL,         -- user record; 0 is the program itself
	behalf_of INTEGER NOT NULL,     -- position stood in for; 0 is none
	session INTEGER NOT NULL,       -- sign-in; 0 is none
	purpose TEXT NOT NULL,
	kind TEXT NOT NULL,             -- create, edit, move, note, letter, import …
	name TEXT NOT NULL,             -- which move; '' else
	change TEXT,                    -- JSON: {"field": [old, new], …}; null once erased
	salt BLOB,
	digest BLOB NOT NULL,           -- of salt and change
	hash BLOB NOT NULL,
	PRIMARY KEY (chain, seq)
) STRICT;
CREATE INDEX sys_history_record ON sys_history (record, at);
CREATE TRIGGER sys_history_no_delete BEFORE DELETE ON sys_history
BEGIN SELECT RAISE(ABORT, 'err.history_fixed'); END;
CREATE TRIGGER sys_history_no_update BEFORE UPDATE OF
	chain, seq, record, version, at, actor, behalf_of, session, purpose, kind, name, digest, hash
	ON sys_history
BEGIN SELECT RAISE(ABORT, 'err.history_fixed'); END;
CREATE TRIGGER sys_history_erase_only BEFORE UPDATE OF change, salt ON sys_history
	WHEN new.change IS NOT NULL OR new.salt IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'err.history_fixed'); END;

-- Who looked at whose data. One row a page; the persons are packed (core/access.c), and unpacked
-- into sys_access_person by a job or when somebody asks.
CREATE TABLE sys_access (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	actor INTEGER NOT NULL,
	behalf_of INTEGER NOT NULL,
	position INTEGER NOT NULL,
	session INTEGER NOT NULL,
	purpose TEXT NOT NULL,
	kind TEXT NOT NULL,             -- list, record, search, file, export
	persons BLOB NOT NULL,          -- ids of person records, as varints of differences
	unpacked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sys_access_packed ON sys_access (id) WHERE unpacked = 0;
CREATE TABLE sys_access_person (
	person INTEGER NOT NULL REFERENCES sys_record (id),
	access INTEGER NOT NULL REFERENCES sys_access (id),
	PRIMARY KEY (person, access)
) STRICT, WITHOUT ROWID;
CREATE INDEX sys_access_person_access ON sys_access_person (access);

-- Open and past clocks of records: what is due, by which rule, and why (the trace as JSON).
CREATE TABLE sys_clock (
	record INTEGER NOT NULL REFERENCES sys_record (id),
	name TEXT NOT NULL,             -- clock of the type
	started INTEGER NOT NULL,       -- civil day the count runs from
	due INTEGER NOT NULL,           -- civil day
	rule TEXT NOT NULL,
	trace TEXT NOT NULL,            -- JSON, rule/rule.h
	stopped INTEGER,                -- civil day it was met or fell away; null while it runs
	unit INTEGER,                   -- of the record, for the work list
	responsible INTEGER,            -- of the record, for the work list
	PRIMARY KEY (record, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX sys_clock_mine ON sys_clock (responsible, due) WHERE stopped IS NULL;
CREATE INDEX sys_clock_unit ON sys_clock (unit, due) WHERE stopped IS NULL;

-- Links between any two records beyond the fields of their types.
CREATE TABLE sys_link (
	from_record INTEGER NOT NULL REFERENCES sys_record (id),
	to_record INTEGER NOT NULL REFERENCES sys_record (id),
	kind TEXT NOT NULL,
	made_at INTEGER NOT NULL,
	PRIMARY KEY (from_record, to_record, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX sys_link_to ON sys_link (to_record);

-- Words to find records by: folded words, sound folds (beginning ~), codes (beginning #).
CREATE TABLE sys_word (
	word TEXT NOT NULL,
	record INTEGER NOT NULL REFERENCES sys_record (id),
	PRIMARY KEY (word, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX sys_word_record ON sys_word (record);

-- Files: content by its hash, in chunks; attachments name them.
CREATE TABLE sys_blob (
	hash BLOB PRIMARY KEY,
	size INTEGER NOT NULL,
	made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sys_chunk (
	hash BLOB NOT NULL REFERENCES sys_blob (hash),
	n INTEGER NOT NULL,
	bytes BLOB NOT NULL,
	PRIMARY KEY (hash, n)
) STRICT;
CREATE TABLE sys_attachment (
	id INTEGER PRIMARY KEY,
	record INTEGER NOT NULL REFERENCES sys_record (id),
	hash BLOB NOT NULL REFERENCES sys_blob (hash),
	filename TEXT NOT NULL,
	media TEXT NOT NULL,
	made_at INTEGER NOT NULL,
	made_by INTEGER NOT NULL
) STRICT;
CREATE INDEX sys_attachment_record ON sys_attachment (record);
CREATE INDEX sys_attachment_hash ON sys_attachment (hash);

-- Secrets of users: apart from the user record, so that no page or export can show them.
CREATE TABLE sys_password (
	user INTEGER PRIMARY KEY REFERENCES sys_record (id),
	hash TEXT NOT NULL,             -- argon2id, libsodium's string form
	changed_at INTEGER NOT NULL
) STRICT;

-- Sign-ins. The cookie's token is stored only as its hash.
CREATE TABLE sys_session (
	id INTEGER PRIMARY KEY,
	token BLOB NOT NULL,
	user INTEGER NOT NULL REFERENCES sys_record (id),
	position INTEGER NOT NULL REFERENCES sys_record (id),
	behalf_of INTEGER NOT NULL DEFAULT 0,
	lang TEXT NOT NULL,
	csrf TEXT NOT NULL,
	made_at INTEGER NOT NULL,
	seen_at INTEGER NOT NULL,
	ended_at INTEGER,
	end_reason TEXT
) STRICT;
CREATE UNIQUE INDEX sys_session_token ON sys_session (token);
CREATE INDEX sys_session_user ON sys_session (user, made_at);
CREATE INDEX sys_session_position ON sys_session (position);
CREATE TABLE sys_signin (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	name TEXT NOT NULL,             -- sign-in name as a keyed fold; unknown names too
	address TEXT NOT NULL,
	outcome TEXT NOT NULL           -- ok, password, unknown, closed, throttled
) STRICT;
CREATE INDEX sys_signin_name ON sys_signin (name, at);
CREATE INDEX sys_signin_address ON sys_signin (address, at);

-- What was typed and not yet sent, by user and form.
CREATE TABLE sys_draft (
	user INTEGER NOT NULL REFERENCES sys_record (id),
	position INTEGER NOT NULL,
	form TEXT NOT NULL,             -- address of the form
	fields TEXT NOT NULL,           -- JSON
	saved_at INTEGER NOT NULL,
	PRIMARY KEY (user, position, form)
) STRICT, WITHOUT ROWID;
-- One key a form shown: sent twice, it changes nothing and gives the first answer.
CREATE TABLE sys_form_key (
	key TEXT PRIMARY KEY,
	user INTEGER NOT NULL REFERENCES sys_record (id),
	location TEXT NOT NULL,
	made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sys_form_key_user ON sys_form_key (user);

-- A search for a person is posted; its result has an address that tells nothing.
CREATE TABLE sys_search (
	token TEXT PRIMARY KEY,
	user INTEGER NOT NULL REFERENCES sys_record (id),
	query TEXT NOT NULL,
	made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sys_search_user ON sys_search (user);

CREATE TABLE sys_counter (
	name TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sys_setting (
	name TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The types the tables were made from: text as it was, to tell what a new file changes.
CREATE TABLE sys_type (
	name TEXT PRIMARY KEY,
	text TEXT NOT NULL,
	hash TEXT NOT NULL,
	taken_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The dictionary: what each column means, for those who read the database itself.
CREATE TABLE sys_column (
	type TEXT NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	meaning TEXT NOT NULL,
	PRIMARY KEY (type, name)
) STRICT, WITHOUT ROWID;
