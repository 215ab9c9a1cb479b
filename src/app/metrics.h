// Figures in Prometheus' text form. Counting a request touches only its own thread's cells; scraping adds
// them up.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace lanyard::app {

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // For ServerOptions::on_finished; `route` must be a view that lives as long as the router.
  void count(std::string_view method, std::string_view route, int status, double seconds);

  // A figure that is read when somebody scrapes.
  enum class Kind { counter, gauge };
  void add(Kind kind, std::string name, std::string help, std::function<double()> read);

  std::string scrape() const;

 private:
  struct Cells;
  struct Figure {
    Kind kind;
    std::string name, help;
    std::function<double()> read;
  };
  Cells& mine();

  const std::uint64_t id_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Cells>> all_;
  std::vector<Figure> figures_;
};

}  // namespace lanyard::app
