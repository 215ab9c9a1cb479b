// The listener for operators: health, readiness and figures. Not reachable from outside, and no page of the
// public listener is exempt from login because of it (attack row 134).
#pragma once

#include <functional>
#include <memory>

#include "app/house.h"
#include "app/metrics.h"
#include "platform/net/router.h"

namespace lanyard::app {

// GET /healthz: the process answers. GET /readyz: database, migrations, time of the last change feed; with
// reasons. GET /metrics: Prometheus' text form.
std::shared_ptr<const net::Router> operations_router(House& house, const Metrics& metrics);

void add_figures(Metrics& metrics, House& house);

}  // namespace lanyard::app
