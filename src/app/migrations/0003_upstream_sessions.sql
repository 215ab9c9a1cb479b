-- The session at the upstream in which somebody signed in ("sid" of the ID token; '' where it says none). A logout token of
-- the upstream names it, or the person, or both.
ALTER TABLE sessions ADD COLUMN upstream_sid TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_by_identity ON sessions (issuer, subject);
CREATE INDEX sessions_by_upstream_sid ON sessions (issuer, upstream_sid) WHERE upstream_sid <> '';
