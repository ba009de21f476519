-- Makes the requests of one scenario for wrk. After "--": SCENARIO RUN,RUN,... METRICS_PER_BATCH
local scenario, runs, batch
local made, refused = 0, 0
local headers = { ["Content-Type"] = "application/json" }

function init(arguments)
  scenario, batch = arguments[1], tonumber(arguments[3] or "1")
  runs = {}
  for run in arguments[2]:gmatch("[^,]+") do runs[#runs + 1] = run end
  -- Steps never repeat between two invocations against the same runs.
  made = (os.time() % 1000000) * 100000
end

local function point(key, step)
  return string.format('{"key":"%s","value":%.9f,"timestamp":%d,"step":%d}', key, math.random(), 1700000000000 + step, step)
end

local build = {
  ["log-metric"] = function(run)
    return "/api/2.0/mlflow/runs/log-metric", '{"run_id":"' .. run .. '",' .. point("loss", made):sub(2)
  end,
  ["log-batch"] = function(run)
    local points = {}
    for i = 1, batch do points[i] = point("m" .. i % 100, made * 16 + math.floor(i / 100)) end
    return "/api/2.0/mlflow/runs/log-batch", '{"run_id":"' .. run .. '","metrics":[' .. table.concat(points, ",") .. "]}"
  end,
}

function request()
  made = made + 1
  local path, body = build[scenario](runs[made % #runs + 1])
  return wrk.format("POST", path, headers, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "p50_ms": %.4f, "p99_ms": %.4f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status + errors.timeout + errors.connect + errors.read + errors.write))
end
