-- Old keys of a user are forgotten whenever a form of theirs is sent: found by age, or each form
-- would look at all keys of the week.
DROP INDEX sys_form_key_user;
CREATE INDEX sys_form_key_age ON sys_form_key (user, made_at);
