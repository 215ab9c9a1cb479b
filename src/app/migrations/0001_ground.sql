CREATE TABLE accounts (
  id TEXT NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  home TEXT NOT NULL,
  kind TEXT NOT NULL,
  username TEXT UNIQUE,
  name TEXT NOT NULL,
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  email TEXT NOT NULL,
  email_verified BIGINT NOT NULL,
  institution TEXT NOT NULL,
  experiment TEXT NOT NULL,
  profile TEXT NOT NULL,
  state TEXT NOT NULL,
  state_reason TEXT NOT NULL,
  is_admin BIGINT NOT NULL,
  expires_at BIGINT,
  merged_into TEXT REFERENCES accounts (id),
  uid BIGINT UNIQUE,
  gid BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  last_seen_at BIGINT,
  version BIGINT NOT NULL,
  kept TEXT NOT NULL,
  entry_digest TEXT NOT NULL
) {{table_end}};
CREATE INDEX accounts_by_state ON accounts (state, number);
CREATE INDEX accounts_by_admin ON accounts (state, id) WHERE is_admin = 1;
CREATE TABLE account_words (
  word {{bytes}} NOT NULL,
  number BIGINT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (word, number)
) {{table_end}};
CREATE INDEX account_words_by_state ON account_words (state, word, number);
CREATE INDEX account_words_by_number ON account_words (number, word);
CREATE TABLE counters (
  name TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
) {{table_end}};
INSERT INTO counters (name, value) VALUES ('account_number', 0);
INSERT INTO counters (name, value) VALUES ('request_number', 0);
INSERT INTO counters (name, value) VALUES ('admin_email_used', 0);
CREATE TABLE identities (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  source TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_login_at BIGINT,
  username TEXT NOT NULL,
  groups TEXT NOT NULL,
  PRIMARY KEY (issuer, subject)
) {{table_end}};
CREATE INDEX identities_by_account ON identities (account_id);
CREATE TABLE addresses (
  account_id TEXT NOT NULL REFERENCES accounts (id),
  address TEXT NOT NULL,
  verified BIGINT NOT NULL,
  is_primary BIGINT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  prepared BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, address)
) {{table_end}};
CREATE INDEX addresses_by_address ON addresses (address, verified, account_id);
CREATE INDEX addresses_prepared ON addresses (address) WHERE prepared = 1;
CREATE TABLE requests (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  opened_at BIGINT NOT NULL,
  note TEXT NOT NULL,
  decision TEXT NOT NULL,
  decided_at BIGINT,
  decided_by TEXT,
  door TEXT NOT NULL,
  reason TEXT NOT NULL,
  version BIGINT NOT NULL
) {{table_end}};
CREATE UNIQUE INDEX requests_one_open ON requests (account_id) WHERE decision = 'open';
CREATE INDEX requests_by_account ON requests (account_id, opened_at, id);
CREATE INDEX requests_by_decision ON requests (decision, opened_at, id);
CREATE TABLE groups (
  id TEXT NOT NULL PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  parent_id TEXT REFERENCES groups (id),
  owner_id TEXT REFERENCES accounts (id),
  kind TEXT NOT NULL,
  description TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
) {{table_end}};
CREATE TABLE grants (
  id TEXT NOT NULL PRIMARY KEY,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  level TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  properties TEXT NOT NULL,
  source TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (subject_kind, subject_id, object_kind, object_id, level)
) {{table_end}};
CREATE INDEX grants_by_object ON grants (object_kind, object_id);
CREATE TABLE sessions (
  hash {{bytes}} NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  client TEXT NOT NULL,
  parent_id TEXT,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  source TEXT NOT NULL,
  auth_time BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  user_agent TEXT NOT NULL,
  address TEXT NOT NULL
) {{table_end}};
CREATE INDEX sessions_by_account ON sessions (account_id, created_at);
CREATE INDEX sessions_by_parent ON sessions (parent_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE TABLE credentials (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  client TEXT NOT NULL,
  hash {{bytes}} UNIQUE,
  sealed {{bytes}},
  scope TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  revoked_at BIGINT
) {{table_end}};
CREATE INDEX credentials_by_account ON credentials (account_id, created_at);
CREATE TABLE artefacts (
  hash {{bytes}} NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  client TEXT NOT NULL,
  account_id TEXT,
  data {{bytes}} NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  consumed_at BIGINT
) {{table_end}};
CREATE INDEX artefacts_by_expiry ON artefacts (expires_at);
CREATE TABLE issuer_keys (
  issuer TEXT NOT NULL PRIMARY KEY,
  metadata TEXT NOT NULL,
  keys TEXT NOT NULL,
  jwks_uri TEXT NOT NULL,
  fetched_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  failed_at BIGINT,
  failures BIGINT NOT NULL,
  last_error TEXT NOT NULL
) {{table_end}};
CREATE TABLE journal (
  seq BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  event TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  actor_label TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  address TEXT NOT NULL,
  request_id TEXT NOT NULL,
  data TEXT NOT NULL,
  concerns TEXT NOT NULL,
  previous_hash {{bytes}} NOT NULL,
  hash {{bytes}} NOT NULL
) {{table_end}};
CREATE INDEX journal_by_subject ON journal (subject_kind, subject_id, seq);
CREATE INDEX journal_by_actor ON journal (actor_id, seq);
CREATE INDEX journal_by_event ON journal (event, seq);
CREATE INDEX journal_by_request ON journal (request_id, seq);
CREATE TABLE journal_head (
  name TEXT NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,
  hash {{bytes}} NOT NULL
) {{table_end}};
CREATE TABLE journal_cursors (
  name TEXT NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,
  moved_at BIGINT NOT NULL
) {{table_end}};
CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  set_at BIGINT NOT NULL
) {{table_end}};
CREATE TABLE leases (
  name TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  expires_at BIGINT NOT NULL
) {{table_end}}
