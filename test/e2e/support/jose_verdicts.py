"""What PyJWT and jwcrypto say about tokens: reads the rows of support/token_corpus.mjs as lines of JSON and writes one line of
JSON for each, {"PyJWT": "accepted" or why not, "jwcrypto": …}. Each library is used as its documentation says."""

import json
import sys

import jwt
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jwt as jwcrypto_jwt

ISSUER, AUDIENCE = sys.argv[1:3]
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY = 60


def pyjwt(token, keys):
    kid = jwt.get_unverified_header(token).get("kid")
    fitting = [key for key in jwt.PyJWKSet.from_dict(json.loads(keys)).keys if kid is None or key.key_id == kid]
    if len(fitting) != 1:
        return f"{len(fitting)} keys fit"
    jwt.decode(token, fitting[0].key, algorithms=ALGORITHMS, audience=AUDIENCE, issuer=ISSUER, leeway=LEEWAY, options={"require": ["exp", "iss", "aud"]})
    return "accepted"


def jwcrypto(token, keys):
    claims = {"iss": ISSUER, "aud": AUDIENCE, "exp": None}
    checked = jwcrypto_jwt.JWT(check_claims=claims, algs=ALGORITHMS)
    checked.leeway = LEEWAY
    checked.deserialize(token, jwcrypto_jwk.JWKSet.from_json(keys))
    return "accepted"


def verdict(ask, row):
    try:
        return ask(row["token"], row["jwks"] if isinstance(row["jwks"], str) else json.dumps(row["jwks"]))
    except Exception as fault:  # libraries throw whatever they like at odd input
        return f"{type(fault).__name__}: {fault}"


for line in sys.stdin:
    row = json.loads(line)
    print(json.dumps({ask.__name__.replace("pyjwt", "PyJWT"): verdict(ask, row) for ask in (pyjwt, jwcrypto)}))
