-- A form key is its user's and its address's own (key holds the hash of the three), and stands
-- with what the form said: the same key with other content is another wish, not a repetition.
ALTER TABLE sys_form_key ADD COLUMN digest BLOB;
