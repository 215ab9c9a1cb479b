#!/usr/bin/env python3
"""Writes the hand-made part of fuzz/corpus: one small input for each thing that a target can meet. Run it again after a change;
what the fuzzer found (names of 40 hexadecimal digits) stays."""

import base64
import json
import pathlib
import subprocess
import tempfile

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
HOST = "Host: h\r\n"
NOW = 1_800_000_000  # what the targets take for the time


def b64(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else data.encode()).rstrip(b"=").decode()


def compact(header, claims, signature=b"\1" * 64):
    return ".".join([b64(json.dumps(header)), b64(json.dumps(claims)), b64(signature)])


def write(target, *inputs):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("seed-*"):
        old.unlink()
    for number, data in enumerate(inputs, 1):
        (folder / f"seed-{number:02}").write_bytes(data if isinstance(data, bytes) else data.encode())


def http():
    def get(lines="", target="/", version="HTTP/1.1", method="GET"):
        return f"{method} {target} {version}\r\n{HOST}{lines}\r\n"
    write("http_head", get(), get("Content-Length: 5\r\n", method="POST") + "hello",
          get("Transfer-Encoding: chunked\r\n", method="POST") + "0\r\n\r\n",
          get("Connection: close, keep-alive\r\nX-A:\t b \t\r\n"), get("Expect: 100-continue\r\nContent-Length: 1\r\n", method="PUT"),
          get("Connection: Upgrade\r\nUpgrade: h2c\r\n"), get(target="/p/caf%C3%A9?a=b&c=%2F;d"), get(target="http://h/p"),
          get(target="https://H:443/", version="HTTP/1.0").replace("Host: h", "Host: h:443"), get(target="*", method="OPTIONS"),
          get(target="/a;b=c/%2e%2e%2fd"), get("X: \x80\xff\r\n X\r\n"), "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
          get("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), get("Host: [::1]:8443\r\n"), get(version="HTTP/2.0"))
    write("chunked_body", "0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "A;a=b;c=\"d\"\r\n0123456789\r\n00\r\n\r\n",
          "1\r\na\r\n1\r\nb\r\n0\r\nX: y\r\nETag: \"z\"\r\n\r\nGET / HTTP/1.1\r\n", "ffffffff\r\n", "0\r\nContent-Length: 3\r\n\r\n",
          "1\na\n0\n\n", "2\r\nabc\r\n0\r\n\r\n", "0x1\r\na\r\n0\r\n\r\n", "201\r\n" + "x" * 513 + "\r\n0\r\n\r\n")
    write("form", "a=b&c=d", "a=1&a=2&b", "a+b=%41%20%C3%A9&=&&x==y", "%00=1", "%zz=1", "a=%ff", "grant_type=authorization_code&code=x",
          "&".join(f"p{i}=" for i in range(201)))
    write("cookie", "a=b; __Host-lanyard_session=s\n__Host-lanyard_session", "a=1; a=2\na", "a=\"q\";b = c ;=d; e\nb", "x\r\nSet-Cookie: y\nn",
          "__Host-lanyard_session=v", ";;;a=;\na")
    write("proxy_headers", "1.2.3.4", "10.0.0.1, 192.0.2.1\n10.2.3.4", "[2001:db8::1]:443, 127.0.0.1:80", "10.0.0.0/8", "::1/128",
          "::ffff:10.0.0.1", "unix", "unknown, 1.2.3.4", "fe80::1%eth0",
          "-----BEGIN%20CERTIFICATE-----%0AMAA%3D%0A-----END%20CERTIFICATE-----%0A")


def texts():
    write("json", "{}", "[]", "null", "[true,false,null]", '{"a":1,"b":[{"c":-2.5e3}]}', '"\\u00e9\\ud83d\\ude00\\n\\u0000"', "-0.0", "1e400",
          "18446744073709551615", "9223372036854775808", "-9223372036854775808", "0.1", '{"a":1,"a":2}', "[" * 12 + "]" * 12, "[" * 13,
          '"\\ud800"', '"\x7f\u2028\u202e"', "1e22", "5e-324", " \t\r\n1 ", "[1,]", "\ufeff1")
    write("users_file", "[]", '{"email":"a@x.example","name":"A","sub":"1"}',
          '[{"email":"Ada@X.example","institution":"I","name":"Ada","refresh_token":"t","sub":"1"},{"email":"b@x.example","name":"B","sub":"2"}]',
          '[{"email":"a@x.example","name":"A","sub":"1"},{"email":"A@x.example","name":"B","sub":"2"}]', '[{"sub":"1","colour":"red"}]',
          '[{"email":"\\"a\\"@x","name":null,"sub":"1"}]', "[1]", '{"email":"a@b@x.example","name":"A","sub":"1"}')
    write("configuration", "server:\n  listen: 127.0.0.1:0\n", "a: [b, {c: d}]\n", "a: &x b\nc: *x\n", "--- a\n--- b\n", "!t a: 'b'\n", "? a\n: b\n",
          "<<: {a: b}\n", "server: {public_url: \"https://id.example.org\", loops: 3}\nauth:\n  session_idle: 30m\n",
          "providers:\n  - id: idp\n    issuer: https://idp.example.org\n    client_id: x\n",
          "issuers:\n  - id: i\n    issuer: https://i.example.org\n    audiences: [a]\n    admission:\n      username_pattern: '[a-z]+'\n",
          "clients:\n  - id: wiki\n    origin: https://wiki.example.org\ngate:\n  routes:\n    - path: /x/\n      scopes: [a]\n",
          "clients:\n  - id: app\n    kind: oauth\n    redirect_uris: [https://a.example.org/back]\n    auth_method: none\n",
          "server:\n  trusted_proxies: [10.0.0.0/8, unix, '::1']\n  listen: '[::1]:80'\n", "a: |\n  b\n  c\nd: >-\n  e\n", "limits: {queue: 010, head_time: 1d}\n",
          "{" * 33)
    write("import", "subject,email,name\r\ns1,a@x.example,\"Ada \"\"A\"\", Dr.\nof X\"\ns2,,Mia\n", '{"subject":"s1","name":"Ada"}\n\n{"subject":"s2"}\n',
          "subject\n\"\"\n", "subject,name\na\n", "subject,colour\n", "username,issuer\ru,i\r", "subject\n\"a\"b\n", "subject,subject\na,b\n",
          '{"subject":1}\n{"x":2}', "subject\n\"a", "\ufeffsubject\na\n", "subject,groups\ns,a/b; c\n",
          '{"subject":"s","groups":["a","b/c"]}', "subject,groups\ns, ;\n")
    write("cursor", "a=1&b=2\nb=2&a=1", "limit=50&cursor=AAAA\nlimit=1", "q=x\nq=x%0Ay=", "limit=0\nlimit=201", "status=pending&sort=name\nstatus=active",
          "x%0Ay=1\nx&y=1", "a%3Db=c\na=b%3Dc")
    write("url", "https://example.org", "http://127.0.0.1:8080/a/b?c=d", "HTTPS://EXAMPLE.org:443/", "https://[::1]:8443/?", "https://[2001:DB8::0:1]",
          "https://a@b/", "https://a.b./", "https://0x7f.1/", "https://1.2.3/", "https://x/%41%zz", "http://x:0", "https://x?y", "https://\u00e9/", "68656c6C6f", "aGVsbG8=",
          "aGVsbG8")
    write("redirect_uri", "https://a.example.org/back\nhttps://a.example.org/back", "http://127.0.0.1/cb\nhttp://127.0.0.1:5123/cb",
          "http://[::1]:80/cb?x=y\nhttp://[::1]:81/cb?x=y", "http://localhost/cb\nhttp://localhost:1/cb", "org.example.app:/back\norg.example.app:/back",
          "javascript:alert(1)", "https://a.example.org/%2e%2E/x", "https://*.example.org/", "https://a@b.example.org/", "/page?x=y", "//evil.example", "/\\evil",
          "http://127.0.0.1/cb\nhttp://127.0.0.1:99999/cb", "http://127.0.0.1/cb\nhttp://127.0.0.1:1@evil.example/cb")


def tokens():
    rfc8037 = ("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    claims = {"iss": "https://idp.example.org", "sub": "s", "aud": ["a", "b"], "exp": NOW + 60, "nbf": NOW - 0.5, "scope": "a b", "groups": ["/g"]}
    write("jws", rfc8037, compact({"alg": "ES256", "kid": "k", "typ": "application/at+jwt"}, claims), compact({"alg": "none"}, {}, b""),
          compact({"alg": "EdDSA", "crit": ["b64"], "b64": False}, claims), compact({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk}, {"htm": "GET"}),
          compact({"alg": "RS256", "jku": "https://x"}, claims), compact({"alg": "ES256", "cty": "JWT"}, {"exp": 1e300, "iat": "now"}),
          b64('{"alg":"EdDSA","alg":"none"}') + ".e30.AAAA", "..", "a.b.c.d", b64('{"alg":"EdDSA"}') + ".e30.AB", b64('{"alg":"EdDSA"}') + "=.e30.AAAA")
    p256 = {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
    rsa = {"kty": "RSA", "e": "AQAB", "n":
           "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_"
           "RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}
    def keys(*members):
        return json.dumps({"keys": list(members)})
    write("jwk_set", keys(), keys({**p256, "kid": "1", "use": "sig"}), keys({**rsa, "kid": "2", "alg": "PS256"}), keys({**jwk, "key_ops": ["verify"]}),
          keys(p256, rsa, jwk, {"kty": "oct", "k": "AAAA"}, {"kty": "EC", "crv": "P-256K"}, 1), keys({**p256, "d": "AA"}), keys({**rsa, "e": "Aw"}),
          keys({**rsa, "alg": "HS256"}), keys({**p256, "y": p256["x"]}), keys({**jwk, "x": b64(bytes(32))}), keys({**rsa, "n": b64(b"\0" + b"\xff" * 256)}),
          keys({**p256, "crv": "P-521"}), '{"keys":{}}', keys({**jwk, "kid": "\n"}))
    base = "https://idp.example.org"
    document = {"issuer": base + "/realm", "jwks_uri": base + "/jwks", "authorization_endpoint": base + "/a", "token_endpoint": base + "/t",
                "token_endpoint_auth_methods_supported": ["none", 1], "authorization_response_iss_parameter_supported": True}
    write("metadata", json.dumps(document), json.dumps({**document, "jwks_uri": "http://127.0.0.1/jwks"}), json.dumps({**document, "issuer": base}),
          json.dumps({**document, "token_endpoint": 1}), json.dumps({**document, "userinfo_endpoint": "//x"}), base + "/realm", base, base + "/a/b/",
          json.dumps({**document, "authorization_response_iss_parameter_supported": "yes"}))
    def lines(header, payload):
        return json.dumps(header) + "\n" + (payload if isinstance(payload, str) else json.dumps(payload))
    good = {"iss": "hub", "sub": "hub", "aud": "https://id.example.org", "jti": "one", "iat": NOW, "exp": NOW + 60}
    write("client_assertion", lines({"typ": "JWT"}, good), lines({}, {**good, "exp": NOW + 300.5, "nbf": NOW}), lines({"typ": "client-authentication+jwt"}, {**good, "aud": [good["aud"]]}),
          lines({"typ": "at+jwt"}, good), lines({}, {**good, "jti": ""}), lines({}, {**good, "exp": 1e300}), lines({}, {**good, "sub": "other"}), lines({}, "[]"), lines({"crit": []}, good),
          compact({"alg": "ES256", "kid": "k"}, good))
    proof = {"htm": "POST", "htu": "https://id.example.org/token", "iat": NOW, "jti": "one"}
    bound = {**proof, "ath": b64(__import__("hashlib").sha256(b"an access token").digest())}
    write("dpop_proof", lines({"typ": "dpop+jwt"}, proof), lines({"typ": "dpop+jwt"}, bound), lines({"typ": "dpop+jwt"}, {**proof, "htu": "HTTPS://ID.example.org:443/token?x#y"}),
          lines({"typ": "dpop+jwt"}, {**proof, "nonce": "x"}), lines({"typ": "dpop+jwt"}, {**proof, "iat": NOW - 61}), lines({"typ": "jwt"}, proof),
          lines({"typ": "dpop+jwt", "jwk": p256}, proof), lines({"typ": "dpop+jwt", "jwk": {**jwk, "d": "AA"}}, proof), lines({"typ": "dpop+jwt"}, {**proof, "htm": "GET"}),
          compact({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk}, proof))


def certificates():
    """Made by openssl, so they differ from run to run: kept when they are there."""
    if (CORPUS / "certificate").exists():
        return
    ders = []
    with tempfile.TemporaryDirectory() as folder:
        for key, subject in [(["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "/O=Example/OU=Computing/CN=hub"), (["ed25519"], "/CN=\u00e9, \\+ \"x\""),
                             (["rsa:2048"], "/DC=org/DC=example/CN=host\\/a.example.org"), (["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], "/CN=a+OU=b")]:
            path = pathlib.Path(folder) / "c.der"
            subprocess.run(["openssl", "req", "-x509", "-newkey", *key, "-nodes", "-utf8", "-multivalue-rdn", "-keyout", "/dev/null", "-days", "30", "-subj", subject,
                            "-outform", "DER", "-out", path], check=True, capture_output=True)
            ders.append(path.read_bytes())
    write("certificate", *ders, ders[0][:-1], b"\x30\x00", b"")


def dictionaries():
    words = {
        "http_head": ["GET ", "POST ", "OPTIONS ", "CONNECT ", " HTTP/1.1\r\n", " HTTP/1.0\r\n", "Host: h\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "Connection: ", "close", "keep-alive",
                      "Expect: 100-continue\r\n", "Upgrade: ", "\r\n\r\n", "\r\n ", "http://", "%2e", "%2f", "%5c", "%00", "%C3%A9", "/../", "//", ";", "\\", "[::1]", ":80"],
        "chunked_body": ["0\r\n\r\n", "\r\n", ";a=b", "ffffffff", "X: y\r\n", "Content-Length: 1\r\n", "200\r\n"],
        "form": ["%00", "%C3%A9", "&&", "==", "+", "a=1&a=2"], "cookie": ["__Host-lanyard_session", "; ", "=", "\"", "\n"],
        "json": ["true", "false", "null", "\\ud83d\\ude00", "\\u0000", "e+", "e-", "18446744073709551616", "9223372036854775807", "-0", "{\"a\":", "}", "]", "[", ",\"a\":"],
        "jws": ["eyJhbGciOiJFZERTQSJ9", "e30", "."],
        "jwk_set": ["\"kty\":", "\"RSA\"", "\"EC\"", "\"OKP\"", "\"oct\"", "\"crv\":", "\"P-256\"", "\"P-384\"", "\"P-521\"", "\"Ed25519\"", "\"alg\":", "\"use\":\"sig\"", "\"key_ops\":[\"verify\"]", "\"kid\":", "\"AQAB\"", "\"n\":",
                    "\"e\":", "\"x\":", "\"y\":", "\"d\":\"\""],
        "metadata": ["\"issuer\":\"https://idp.example.org/realm\"", "\"jwks_uri\":", "\"token_endpoint\":", "\"end_session_endpoint\":", "https://", "http://127.0.0.1", ":8443", "#", "@", "%2e"],
        "configuration": ["server:", "database:", "auth:", "providers:", "issuers:", "clients:", "tokens:", "gate:", "journal:", "limits:", "admission:", "routes:", "\n  - id: a", "issuer: https://a.example.org", "client_id: a", "kind: oauth",
                          "redirect_uris: [", "username_pattern: ", "username_map: {a: b}", "scopes: [", "true", "30m", "10.0.0.0/8", "? ", "|\n", ">-\n", "&a ", "*a", "!t ", "---\n", "<<: ", "'", "\"", "# "],
        "users_file": ["\"email\":", "\"institution\":", "\"name\":", "\"refresh_token\":", "\"sub\":", "\"a@x.example\"", "@", "null"],
        "cursor": ["limit=", "cursor=", "%0A", "%3D", "&", "\n"],
        "client_assertion": ["\"iss\":\"hub\"", "\"sub\":\"hub\"", "\"aud\":\"https://id.example.org\"", "\"jti\":\"a\"", "\"exp\":1800000060", "\"nbf\":", "\"iat\":1800000000", "\"typ\":\"JWT\"", "\"crit\":", "\"jwk\":{}", "\n", "e308", ".5"],
        "dpop_proof": ["\"htm\":\"POST\"", "\"htu\":\"https://id.example.org/token\"", "\"iat\":1800000000", "\"jti\":\"a\"", "\"ath\":", "\"nonce\":", "\"typ\":\"dpop+jwt\"", "\"jwk\":", "?", "#", ":443", "\n"],
        "url": ["https://", "http://", "[::1]", "127.0.0.1", "localhost", "0x7f", ":443", "%41", "@", "..", "xn--"],
        "redirect_uri": ["https://", "http://127.0.0.1", "http://[::1]", ":8080", "/../", "%2e", "org.example.app:/", "javascript:", "@", "\n", "\\", "#", "?"],
        "import": ["subject", "email", "name", "institution", "experiment", "username", "issuer", "groups", ";", "\"\"", "\",\"", "\r\n", "{\"subject\":\"", "\"}\n"],
        "proxy_headers": ["10.0.0.1", "2001:db8::1", "::ffff:", "192.0.2.1", "[::1]:80", "/8", "/128", ", ", "\n", "unix", "-----BEGIN%20CERTIFICATE-----%0A", "-----END%20CERTIFICATE-----%0A"],
    }
    folder = CORPUS.parent / "dictionaries"
    folder.mkdir(exist_ok=True)
    for target, entries in words.items():
        escaped = ["".join(c if 0x20 <= ord(c) < 0x7F and c not in "\"\\" else f"\\x{ord(c):02x}" for c in word) for word in entries]
        (folder / f"{target}.dict").write_text("".join(f'"{word}"\n' for word in escaped))


if __name__ == "__main__":
    http()
    texts()
    tokens()
    certificates()
    dictionaries()
