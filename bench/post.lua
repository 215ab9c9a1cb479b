-- One POST again and again: FORM is the body, AUTH the Authorization header (may be empty). Without FORM it is a GET.
-- FORMS is a file with a body a line, each sent once; behind the last one nothing is sent any more.
local form, auth, forms = os.getenv("FORM"), os.getenv("AUTH"), os.getenv("FORMS")
if form and form ~= "" then
  wrk.method = "POST"
  wrk.body = form
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
end
if auth and auth ~= "" then wrk.headers["Authorization"] = auth end
if forms and forms ~= "" then
  local requests, at = {}, 0
  function init()
    wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
    for line in io.lines(forms) do requests[#requests + 1] = wrk.format("POST", nil, nil, line) end
  end
  function request()
    at = at + 1
    -- What is sent beyond them until wrk has stopped is to cost nothing.
    return requests[at] or wrk.format("GET", "/.well-known/openid-configuration")
  end
  local answered = 0
  function response()
    answered = answered + 1
    if answered == #requests then wrk.thread:stop() end
  end
end

function done(summary, latency)
  local bad = summary.errors.status + summary.errors.read + summary.errors.timeout
  io.write(string.format("RESULT %d %f %d %f %f\n", summary.requests, summary.duration / 1e6, bad, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000))
end
