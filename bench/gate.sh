#!/bin/bash
# The gate under load, beside nginx "return 200" in the same run: server on core 1, wrk on core 0, keep-alive, 16 connections.
# Needs wrk and nginx. Build first: cmake --build --preset release --target lanyardd bench_gate
#   bench/gate.sh [seconds]
# "First seen" rows use each token once: their number of requests is the number of tokens (COUNT), and their time what it took.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
build=${LANYARD_BUILD:-$here/build/release}
seconds=${1:-5}
count=${COUNT:-60000}
work=$(mktemp -d)
server= nginx=
trap 'for p in $server $nginx; do kill "$p" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$work"' EXIT

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
main=$(port) operations=$(port) plain=$(port)

"$build/bench/bench_gate" --mint "$work" "$count"
cat > "$work/lanyard.yaml" <<YAML
server:
  public_url: http://127.0.0.1:$main
  listen: 127.0.0.1:$main
  operations_listen: 127.0.0.1:$operations
  trusted_proxies: [127.0.0.1]
  loops: 1
  secret_key: "$(head -c 32 /dev/urandom | base64)"
database: {url: "sqlite://$work/lanyard.db"}
issuers:
  - id: bench
    issuer: https://issuer.bench.example
    audiences: [https://bench.example]
    jwks_file: $work/jwks.json
    admission: {new_accounts: active}
clients:
  - {id: wiki, origin: "https://wiki.example.org"}
YAML
chmod 600 "$work/lanyard.yaml"

start() {
  taskset -c 1 "$build/lanyardd" serve --config "$work/lanyard.yaml" 2> "$work/log" & server=$!
  for _ in $(seq 100); do curl -sf -o "$work/ready" "http://127.0.0.1:$operations/readyz" && return; sleep 0.05; done
  tail "$work/log" >&2; exit 1
}
stop() { kill "$server"; wait "$server" || true; server=; }

mkdir "$work/nginx"
cat > "$work/nginx.conf" <<NGINX
daemon off; master_process off; pid $work/nginx/pid; error_log $work/nginx/errors;
events { worker_connections 256; }
http { access_log off; keepalive_requests 1000000000; server { listen 127.0.0.1:$plain; location / { return 200; } } }
NGINX
taskset -c 1 nginx -p "$work/nginx" -c "$work/nginx.conf" -e "$work/nginx/errors" & nginx=$!
sleep 0.3

ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
# row NAME PID URL SECONDS, with TOKENS, FROM, UPTO or COOKIE in the environment
row() {
  local name=$1 pid=$2 url=$3 time=$4 from to line
  from=$(ticks "$pid")
  line=$(taskset -c 0 wrk -t1 -c16 -d"$time" --timeout 5s -s "$here/bench/gate.lua" "$url" | grep RESULT)
  to=$(ticks "$pid")
  local rss; rss=$(awk '/^Rss/{print $2}' "/proc/$pid/smaps_rollup")
  echo "$name $line $((to - from)) $(getconf CLK_TCK) $rss" | awk '{
    cpu = $8 / $9; printf "| %-28s | %8.0f | %.4f | %8.0f | %6.2f | %6.2f | %5.0f | %d |\n",
      $1, $3 / $4, cpu / $3 * 1000, (cpu > 0 ? $3 / cpu : 0), $5 / 1000, $6 / 1000, $10 / 1024, $7 }'
}
gate=http://127.0.0.1:$main/gate/check/wiki

echo "| operation                    |    req/s | CPU-s / 1,000 | req per CPU-s | p50 ms | p99 ms | RSS MiB | not 200 |"
echo "|---|--:|--:|--:|--:|--:|--:|--:|"
TOKENS=$work/rs256.txt UPTO=1 row nginx_return_200 "$nginx" "http://127.0.0.1:$plain/" "$seconds"
start
warm() { TOKENS=$1 FROM=1 UPTO=$2 taskset -c 0 wrk -t1 -c1 -d2 -s "$here/bench/gate.lua" "$gate" > "$work/warm"; }
warm "$work/rs256.txt" 1
for kind in rs256 es256; do
  warm "$work/$kind.txt" 10000
  TOKENS=$work/$kind.txt UPTO=1 row "${kind}_same" "$server" "$gate" "$seconds"
  TOKENS=$work/$kind.txt UPTO=10000 row "${kind}_10000" "$server" "$gate" "$seconds"
done
# One second each: with fewer tokens than requests the rest would be answered from memory.
for kind in rs256 es256; do
  stop; start
  head -1 "$work/$kind.txt" > "$work/first"; warm "$work/first" 1
  TOKENS=$work/$kind.txt FROM=2 UPTO=$count row "${kind}_first_seen" "$server" "$gate" 1
done
TOKENS=$work/unknown_issuer.txt UPTO=10000 row reject_unknown_issuer "$server" "$gate" "$seconds"
COOKIE="__Host-lanyard-app-wiki=$("$build/bench/bench_gate" --session "$work/lanyard.yaml")"; export COOKIE
TOKENS= row session_cookie "$server" "$gate" "$seconds"
TOKENS=$work/rs256.txt UPTO=1 row nginx_return_200 "$nginx" "http://127.0.0.1:$plain/" "$seconds"
