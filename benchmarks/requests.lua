-- What wrk asks: always the same, or each time another thing.
--
--   wrk … -s requests.lua URL -- TEMPLATE FIRST SIZE START LIMIT
--
-- In TEMPLATE, ~T~ becomes FIRST … FIRST+SIZE-1 by turns, and ~N~ a number that never comes again. Without it, the URL.
-- After LIMIT answers it stops, unless that is 0.
-- At the end it prints one line for benchmarks/load.py.
local first, size, number, template, limit
local answered = 0

function init(args)
  template, first, size, number = args[1], tonumber(args[2]), tonumber(args[3]), tonumber(args[4])
  limit = tonumber(args[5] or "0")
  if limit == 0 then response = nil end
end

function response()
  answered = answered + 1
  if answered == limit then wrk.thread:stop() end
end

function request()
  if not template then return wrk.format("GET") end
  number = number + 1
  local path = template:gsub("~T~", string.format("%d", first + number % size)):gsub("~N~", string.format("%d", number))
  return wrk.format("GET", path)
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("measured %d %d %f %f %f %d", summary.requests, summary.duration, latency.mean,
    latency:percentile(50), latency:percentile(99), errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
