-- For wrk: sends the requests of a file, each once, from a place in it on; prints what it measured as one line of JSON.
--   wrk ... -s posts.lua URL -- FILE FIRST COUNT
-- The file holds requests as they go over the wire, each after its length in bytes on a line of its own.

local requests, sent = {}, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local first, last = tonumber(args[2]) + 1, tonumber(args[2]) + tonumber(args[3])
  for n = 1, last do
    local length = tonumber(file:read("*l"))
    if n < first then
      file:seek("cur", length)
    else
      requests[#requests + 1] = file:read(length)
    end
  end
  file:close()
end

function request()
  sent = sent + 1
  return requests[(sent - 1) % #requests + 1]
end

function done(summary, latency, _)
  local failed = summary.errors
  io.write(string.format(
    '{"answered": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, failed.status, failed.connect + failed.read + failed.write + failed.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
