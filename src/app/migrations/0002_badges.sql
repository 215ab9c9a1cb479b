CREATE TABLE clients (
  id TEXT NOT NULL PRIMARY KEY,
  source TEXT NOT NULL,
  name TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  owner_id TEXT REFERENCES accounts (id),
  virtual_organisation TEXT NOT NULL,
  settings TEXT NOT NULL,
  secrets TEXT NOT NULL,
  registration_hash {{bytes}},
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL
) {{table_end}};
CREATE INDEX clients_by_owner ON clients (owner_id, id);
CREATE INDEX clients_by_organisation ON clients (virtual_organisation, id) WHERE virtual_organisation <> '';
CREATE TABLE released_names (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  released_at BIGINT NOT NULL
) {{table_end}};
CREATE TABLE signing_keys (
  kid TEXT NOT NULL PRIMARY KEY,
  algorithm TEXT NOT NULL,
  sealed {{bytes}} NOT NULL,
  public TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  active_at BIGINT NOT NULL,
  retired_at BIGINT,
  gone_at BIGINT
) {{table_end}};
CREATE TABLE token_grants (
  id TEXT NOT NULL PRIMARY KEY,
  client TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  scope TEXT NOT NULL,
  audience TEXT NOT NULL,
  session_id TEXT NOT NULL,
  auth_time BIGINT NOT NULL,
  bound_to TEXT NOT NULL,
  salt {{bytes}} NOT NULL,
  generation BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  rotated_at BIGINT NOT NULL,
  idle_until BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT,
  end_reason TEXT NOT NULL,
  address TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  sid TEXT NOT NULL
) {{table_end}};
CREATE INDEX token_grants_by_account ON token_grants (account_id, created_at);
CREATE INDEX token_grants_by_client ON token_grants (client, created_at);
CREATE INDEX token_grants_by_session ON token_grants (session_id) WHERE session_id <> '';
CREATE INDEX token_grants_by_expiry ON token_grants (expires_at);
CREATE TABLE consents (
  account_id TEXT NOT NULL REFERENCES accounts (id),
  client TEXT NOT NULL,
  scope TEXT NOT NULL,
  audience TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, client)
) {{table_end}};
CREATE INDEX consents_by_client ON consents (client);
CREATE TABLE device_codes (
  hash {{bytes}} NOT NULL PRIMARY KEY,
  user_hash {{bytes}} NOT NULL UNIQUE,
  client TEXT NOT NULL,
  scope TEXT NOT NULL,
  audience TEXT NOT NULL,
  bound_to TEXT NOT NULL,
  state TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  account_id TEXT,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  source TEXT NOT NULL,
  session_id TEXT NOT NULL,
  auth_time BIGINT NOT NULL,
  address TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  wait_seconds BIGINT NOT NULL,
  polled_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
) {{table_end}};
CREATE INDEX device_codes_by_expiry ON device_codes (expires_at);
CREATE TABLE once (
  hash {{bytes}} NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
) {{table_end}};
CREATE INDEX once_by_expiry ON once (expires_at);
CREATE TABLE logout_queue (
  id TEXT NOT NULL PRIMARY KEY,
  client TEXT NOT NULL,
  account_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_error TEXT NOT NULL
) {{table_end}};
CREATE INDEX logout_queue_by_time ON logout_queue (next_at)
