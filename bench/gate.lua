-- wrk asks the gate as nginx would. Environment: TOKENS (a file, one token a line), FROM and UPTO (which of them), COOKIE.
local requests, at = {}, 0
-- A million requests would not fit into the memory of this interpreter; of so many only the tokens are kept.
local before, after
local many = tonumber(os.getenv("UPTO") or "1") > 200000
local anywhere = os.getenv("ANYWHERE") == "1" -- not one after the other
function init()
  local base = { ["X-Original-URI"] = "/page?x=1", ["X-Original-Method"] = "GET", ["Accept"] = "*/*" }
  local file = os.getenv("TOKENS")
  if file and file ~= "" then
    local from, upto, line_number = tonumber(os.getenv("FROM") or "1"), tonumber(os.getenv("UPTO") or "1"), 0
    for line in io.lines(file) do
      line_number = line_number + 1
      if line_number > upto then break end
      if line_number >= from then
        base["Authorization"] = "Bearer " .. (many and "TOKEN" or line)
        requests[#requests + 1] = many and line or wrk.format("GET", nil, base)
      end
    end
    if many then before, after = wrk.format("GET", nil, base):match("^(.*)TOKEN(.*)$") end
  else
    base["Cookie"] = os.getenv("COOKIE")
    requests[1] = wrk.format("GET", nil, base)
  end
end
function request()
  at = anywhere and math.random(#requests) or at % #requests + 1
  return many and before .. requests[at] .. after or requests[at]
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %.6f %d %d %d\n", summary.requests, summary.duration / 1e6, latency:percentile(50),
    latency:percentile(99), errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
