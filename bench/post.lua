-- One POST again and again: FORM is the body, AUTH the Authorization header (may be empty). Without FORM it is a GET.
local form, auth = os.getenv("FORM"), os.getenv("AUTH")
if form and form ~= "" then
  wrk.method = "POST"
  wrk.body = form
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
end
if auth and auth ~= "" then wrk.headers["Authorization"] = auth end

function done(summary, latency)
  local bad = summary.errors.status + summary.errors.read + summary.errors.timeout
  io.write(string.format("RESULT %d %f %d %f %f\n", summary.requests, summary.duration / 1e6, bad, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000))
end
