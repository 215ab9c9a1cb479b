/* Finds the user's bearer token, checks it against its issuer and says whose it is.
 *
 *     cc -o token token.c $(pkg-config --cflags --libs lanyard)
 *     ./token https://id.example.org https://storage.example.org
 */
#include <lanyard.h>
#include <stdio.h>

static int failed(lanyard_session* session) {
  fprintf(stderr, "error: %s\n", lanyard_error(session));
  if (*lanyard_hint(session) != '\0') fprintf(stderr, "hint: %s\n", lanyard_hint(session));
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s ISSUER AUDIENCE\n", argv[0]);
    return 2;
  }
  lanyard_session* session = lanyard_open();
  if (session == NULL) return 1;

  char *token = NULL, *where = NULL;
  lanyard_claims* claims = NULL;
  int code = 1;

  /* Where every grid tool looks; else what `lanyard login` keeps, refreshed when due. */
  int found = lanyard_find_token(session, &token, &where);
  if (found == LANYARD_NOT_FOUND) found = lanyard_fresh_token(session, argv[1], NULL, -1, &token);

  if (found != LANYARD_OK || lanyard_verify(session, token, argv[1], argv[2], &claims) != LANYARD_OK) {
    code = failed(session);
  } else {
    printf("token from %s\n", where != NULL ? where : "lanyard login");
    printf("of %s\n", lanyard_claims_text(claims, "sub"));
    for (size_t i = 0; i < lanyard_claims_count(claims, "scope"); i++)
      printf("may %s\n", lanyard_claims_item(claims, "scope", i));
    code = 0;
  }

  lanyard_claims_free(claims);
  lanyard_free(token);
  lanyard_free(where);
  lanyard_close(session);
  return code;
}
