-- The queue of jobs: work that is to be done once, later, by whichever node takes it first
-- (core/job.h). One that is running is leased; a lease that ran out is taken over.
CREATE TABLE sys_job (
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	key TEXT,                       -- only one that is not over may have it; null: any number
	subject INTEGER NOT NULL,       -- what it is about; 0: nothing
	payload TEXT NOT NULL,
	trace TEXT NOT NULL,            -- of the request that left it behind; base/trace.h
	state TEXT NOT NULL,            -- waiting, running, done, dead
	run_at INTEGER NOT NULL,        -- not before
	tries INTEGER NOT NULL,
	lease TEXT,                     -- of whoever runs it
	lease_until INTEGER,
	made_at INTEGER NOT NULL,
	ended_at INTEGER,
	error TEXT                      -- key of the last failure, and its first value
) STRICT;
CREATE UNIQUE INDEX sys_job_key ON sys_job (key) WHERE key IS NOT NULL AND
	state IN ('waiting', 'running');
CREATE INDEX sys_job_due ON sys_job (run_at, id) WHERE state = 'waiting';
CREATE INDEX sys_job_leased ON sys_job (lease_until) WHERE state = 'running';
CREATE INDEX sys_job_over ON sys_job (ended_at) WHERE ended_at IS NOT NULL;

-- The outbox of webhooks: what happened to a record, for each subscription that asked for it,
-- written with the change itself. A job delivers it. Nothing personal: ids and names of types.
CREATE TABLE sys_delivery (
	id INTEGER PRIMARY KEY,
	subscription INTEGER NOT NULL REFERENCES sys_record (id),
	record INTEGER NOT NULL REFERENCES sys_record (id),
	type TEXT NOT NULL,
	version INTEGER NOT NULL,
	event TEXT NOT NULL,            -- create, edit, move, delete …
	name TEXT NOT NULL,             -- which move; '' else
	at INTEGER NOT NULL,
	message TEXT NOT NULL,          -- id the receiver knows it by, the same at each try
	job INTEGER REFERENCES sys_job (id),
	tried_at INTEGER,
	status INTEGER,                 -- of the last answer; null: none came
	done_at INTEGER                 -- taken by the receiver
) STRICT;
CREATE INDEX sys_delivery_open ON sys_delivery (subscription, record, id) WHERE done_at IS NULL;
CREATE INDEX sys_delivery_of ON sys_delivery (subscription, id);
CREATE INDEX sys_delivery_record ON sys_delivery (record);
CREATE INDEX sys_delivery_job ON sys_delivery (job);
-- What a receiver checks a delivery by: apart from the subscription's record, so that no page,
-- history or export shows it.
CREATE TABLE sys_webhook_secret (
	subscription INTEGER PRIMARY KEY REFERENCES sys_record (id),
	secret TEXT NOT NULL,
	made_at INTEGER NOT NULL
) STRICT;
