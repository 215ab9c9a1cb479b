/* liblanyard: finding, keeping, refreshing and checking bearer tokens, for C and for whatever can call C.
 *
 * Functions return LANYARD_OK or what went wrong; lanyard_error() then says it in a sentence. Texts that are
 * handed out as `char **` belong to the caller and go back through lanyard_free(), which also erases them.
 * A lanyard_session may be used by one thread at a time; several may exist. */
#ifndef LANYARD_H
#define LANYARD_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define LANYARD_API __attribute__((visibility("default")))
#else
#define LANYARD_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lanyard_session lanyard_session;
typedef struct lanyard_claims lanyard_claims;

enum lanyard_code {
  LANYARD_OK = 0,
  LANYARD_FAILED = 1,          /* an answer from outside that fits no rule, or our own fault */
  LANYARD_INVALID = 2,         /* what was handed in, or what stands in a file */
  LANYARD_NOT_FOUND = 3,       /* there is no token, no claim */
  LANYARD_UNAUTHENTICATED = 4, /* nobody is signed in; the token is not good */
  LANYARD_FORBIDDEN = 5,       /* a file that is not private, a request that was turned down */
  LANYARD_UNAVAILABLE = 7      /* not reachable now; the same call may work later */
};

LANYARD_API const char* lanyard_version(void);

/* NULL only when there is no memory. */
LANYARD_API lanyard_session* lanyard_open(void);
LANYARD_API void lanyard_close(lanyard_session* session);

/* What the last failure was, and what to do about it ("" when there is nothing to add). Valid until the next
 * call with this session. */
LANYARD_API const char* lanyard_error(const lanyard_session* session);
LANYARD_API const char* lanyard_hint(const lanyard_session* session);

/* "ca_file": certificates to trust instead of the system's. "token_file": replaces the names of files in
 * lanyard_find_token(). "state_folder": instead of $XDG_STATE_HOME/lanyard. */
LANYARD_API int lanyard_set(lanyard_session* session, const char* name, const char* value);

/* WLCG bearer token discovery: BEARER_TOKEN, BEARER_TOKEN_FILE, $XDG_RUNTIME_DIR/bt_u<uid>, /tmp/bt_u<uid>.
 * LANYARD_NOT_FOUND when there is none. `where` may be NULL. */
LANYARD_API int lanyard_find_token(lanyard_session* session, char** token, char** where);

/* A token file: one token, white space around it is cut off. Writing is by rename, with mode 0600. */
LANYARD_API int lanyard_read_token_file(lanyard_session* session, const char* path, char** token);
LANYARD_API int lanyard_write_token_file(lanyard_session* session, const char* path, const char* token);

/* The access token of `lanyard login`, refreshed when it ends within so many seconds; a negative number: five
 * minutes, or half of its life. `organisation` may be NULL. */
LANYARD_API int lanyard_fresh_token(lanyard_session* session, const char* issuer, const char* organisation,
                                    int64_t refresh_if_under, char** token);

/* Whether the token is this issuer's, for this audience, and good now: signature, iss, aud, exp, nbf, iat,
 * and that it is no other kind of token. Keys are fetched from the issuer and kept in the session. */
LANYARD_API int lanyard_verify(lanyard_session* session, const char* token, const char* issuer,
                               const char* audience, lanyard_claims** claims);

/* What a token says, WITHOUT checking any of it: never let somebody in by this. */
LANYARD_API int lanyard_read_claims(lanyard_session* session, const char* token, lanyard_claims** claims);

/* Pointers into the claims, valid until lanyard_claims_free(). A claim that is absent or of another kind
 * gives NULL, 0 or the fallback. Claims with several texts (aud, groups, scope) are counted and taken one by
 * one; one text alone counts as one, the words of scope as several. */
LANYARD_API const char* lanyard_claims_json(const lanyard_claims* claims);
LANYARD_API const char* lanyard_claims_text(const lanyard_claims* claims, const char* name);
LANYARD_API int64_t lanyard_claims_integer(const lanyard_claims* claims, const char* name, int64_t fallback);
LANYARD_API size_t lanyard_claims_count(const lanyard_claims* claims, const char* name);
LANYARD_API const char* lanyard_claims_item(const lanyard_claims* claims, const char* name, size_t at);
LANYARD_API void lanyard_claims_free(lanyard_claims* claims);

LANYARD_API void lanyard_free(char* text);

#ifdef __cplusplus
}
#endif

#endif
