#include "app/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <map>
#include <unordered_map>

#include "base/text.h"

namespace lanyard::app {
namespace {

constexpr std::array<double, 10> kBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5};

std::atomic<std::uint64_t> next_id{1};

// One writer (its thread), one reader now and then: plain loads and stores that may not tear.
void bump(std::atomic<std::uint64_t>& cell) {
  cell.store(cell.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}
void bump(std::atomic<double>& cell, double by) {
  cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

struct Cell {
  std::string method, route;
  int status = 0;
  std::atomic<std::uint64_t> count{0};
  std::atomic<double> seconds{0};
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> buckets{};
};

struct Key {
  const char* route;
  char method;
  int status;
  friend bool operator==(const Key&, const Key&) = default;
};

struct KeyHash {
  std::size_t operator()(const Key& key) const noexcept {
    return std::hash<const void*>{}(key.route) ^ (static_cast<std::size_t>(key.status) << 8) ^
           static_cast<std::size_t>(key.method);
  }
};

}  // namespace

struct Metrics::Cells {
  std::mutex mutex;  // for adding a cell, and for reading the list
  std::unordered_map<Key, std::unique_ptr<Cell>, KeyHash> cells;
};

Metrics::Metrics() : id_(next_id++) {}
Metrics::~Metrics() = default;

Metrics::Cells& Metrics::mine() {
  // By number, not by address: a later Metrics may stand where an earlier one stood.
  thread_local std::vector<std::pair<std::uint64_t, std::shared_ptr<Cells>>> own;
  for (const auto& [id, cells] : own) {
    if (id == id_) return *cells;
  }
  auto cells = std::make_shared<Cells>();
  own.emplace_back(id_, cells);
  const std::lock_guard lock(mutex_);
  all_.push_back(cells);
  return *cells;
}

void Metrics::count(std::string_view method, std::string_view route, int status, double seconds) {
  Cells& cells = mine();
  const Key key{route.data(), method.empty() ? ' ' : method.front(), status};
  auto found = cells.cells.find(key);
  if (found == cells.cells.end()) {
    auto cell = std::make_unique<Cell>();
    cell->method = method;
    cell->route = route.empty() ? "(none)" : std::string(route);
    cell->status = status;
    const std::lock_guard lock(cells.mutex);
    found = cells.cells.emplace(key, std::move(cell)).first;
  }
  Cell& cell = *found->second;
  bump(cell.count);
  bump(cell.seconds, seconds);
  std::size_t bucket = 0;
  while (bucket < kBounds.size() && seconds > kBounds[bucket]) ++bucket;
  bump(cell.buckets[bucket]);
}

void Metrics::add(Kind kind, std::string name, std::string help, std::function<double()> read) {
  const std::lock_guard lock(mutex_);
  figures_.push_back({kind, std::move(name), std::move(help), std::move(read)});
}

std::string Metrics::scrape() const {
  struct Sum {
    std::uint64_t count = 0;
    double seconds = 0;
    std::array<std::uint64_t, kBounds.size() + 1> buckets{};
  };
  std::map<std::tuple<std::string, std::string, int>, Sum> sums;
  std::vector<Figure> figures;
  {
    const std::lock_guard lock(mutex_);
    figures = figures_;
    for (const auto& cells : all_) {
      const std::lock_guard cell_lock(cells->mutex);
      for (const auto& [key, cell] : cells->cells) {
        Sum& sum = sums[{cell->method, cell->route, cell->status}];
        sum.count += cell->count.load(std::memory_order_relaxed);
        sum.seconds += cell->seconds.load(std::memory_order_relaxed);
        for (std::size_t i = 0; i < sum.buckets.size(); ++i)
          sum.buckets[i] += cell->buckets[i].load(std::memory_order_relaxed);
      }
    }
  }
  prometheus::MetricFamily requests;
  requests.name = "lanyard_http_request_seconds";
  requests.help = "Requests by method, route and status, with the time they took";
  requests.type = prometheus::MetricType::Histogram;
  for (const auto& [key, sum] : sums) {
    prometheus::ClientMetric metric;
    metric.label = {
        {"method", std::get<0>(key)}, {"route", std::get<1>(key)}, {"status", cat(std::get<2>(key))}};
    metric.histogram.sample_count = sum.count;
    metric.histogram.sample_sum = sum.seconds;
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
      so_far += sum.buckets[i];
      metric.histogram.bucket.push_back({so_far, kBounds[i]});
    }
    metric.histogram.bucket.push_back({sum.count, std::numeric_limits<double>::infinity()});
    requests.metric.push_back(std::move(metric));
  }
  std::vector<prometheus::MetricFamily> families{std::move(requests)};
  for (const Figure& figure : figures) {
    prometheus::MetricFamily family;
    family.name = figure.name;
    family.help = figure.help;
    prometheus::ClientMetric metric;
    if (figure.kind == Kind::counter) {
      family.type = prometheus::MetricType::Counter;
      metric.counter.value = figure.read();
    } else {
      family.type = prometheus::MetricType::Gauge;
      metric.gauge.value = figure.read();
    }
    family.metric.push_back(std::move(metric));
    families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace lanyard::app
