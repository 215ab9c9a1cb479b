-- Asks Lanyard whether a request may pass (see haproxy.cfg beside this file). Argument: the address of the gate with the
-- application's id, "http://127.0.0.1:8080/gate/check/wiki".
-- Whatever goes wrong here, the request does not pass.

local gate = ...

local identity = {
  "remote-user", "remote-name", "remote-email", "remote-groups", "x-lanyard-account", "x-lanyard-issuer",
  "x-lanyard-subject", "x-lanyard-scope", "x-lanyard-token",
}
local shown_to_gate = { "accept", "authorization", "cookie", "user-agent", "x-forwarded-for" }
local shown_to_client = {
  "cache-control", "content-security-policy", "content-type", "refresh", "retry-after", "www-authenticate",
  "x-lanyard-reason", "x-lanyard-rule",
}

local function all(values)
  local list = {}
  if values ~= nil then
    for i = 0, #values do
      if values[i] ~= nil then list[#list + 1] = values[i] end
    end
  end
  return list
end

local function refuse(txn, status, headers, body)
  local reply = txn:reply()
  reply:set_status(status)
  for _, name in ipairs(shown_to_client) do
    if headers ~= nil and headers[name] ~= nil then
      for _, value in ipairs(all(headers[name])) do reply:add_header(name, value) end
    end
  end
  reply:set_body(body or "")
  txn:done(reply)
end

core.register_action("lanyard_check", { "http-req" }, function(txn)
  local request = txn.http:req_get_headers()
  local headers = {
    ["x-original-uri"] = { txn.sf:pathq() },
    ["x-original-method"] = { txn.sf:method() },
  }
  for _, name in ipairs(shown_to_gate) do
    local values = all(request[name])
    if #values > 0 then headers[name] = values end
  end
  local fine, answer = pcall(function()
    return core.httpclient():get { url = gate, headers = headers, timeout = 2000 }
  end)
  if not fine or answer == nil or answer.status == nil or answer.status == 0 then
    core.Alert("lanyard: the gate does not answer")
    return refuse(txn, 503, nil, "The gate of this site does not answer. Try again in a moment.\n")
  end
  if answer.status ~= 200 then
    if answer.status ~= 401 and answer.status ~= 403 then return refuse(txn, 503, nil, "The gate of this site failed.\n") end
    return refuse(txn, answer.status, answer.headers, answer.body)
  end
  for _, name in ipairs(identity) do
    local values = all(answer.headers[name])
    if #values > 0 then txn.http:req_set_header(name, values[1]) end
  end
end)
