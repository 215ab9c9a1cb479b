// A bounded set of connections, made when first needed, each lent to one thread at a time.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "platform/store/failures.h"

namespace lanyard::store {

template <class Item>
class Pool {
 public:
  using Make = std::function<Result<std::unique_ptr<Item>>()>;

  // Gives the item back when it goes out of scope.
  class Lease {
   public:
    Lease() = default;
    Lease(Pool* pool, std::unique_ptr<Item> item) : pool_(pool), item_(std::move(item)) {}
    Lease(Lease&& other) noexcept : pool_(other.pool_), item_(std::move(other.item_)) {}
    Lease& operator=(Lease&& other) noexcept {
      release();
      pool_ = other.pool_;
      item_ = std::move(other.item_);
      return *this;
    }
    ~Lease() { release(); }
    Item& operator*() const { return *item_; }
    Item* operator->() const { return item_.get(); }
    explicit operator bool() const { return item_ != nullptr; }
    void release() {
      if (item_) pool_->give(std::move(item_));
    }
    // Closes it instead of giving it back: the next one in line gets a fresh one.
    void discard() {
      item_.reset();
      pool_->give(nullptr);
    }

   private:
    Pool* pool_ = nullptr;
    std::unique_ptr<Item> item_;
  };

  Pool(std::size_t most, Duration patience, Make make)
      : free_places_(most), patience_(patience), make_(std::move(make)) {
    idle_.reserve(most);  // so that giving back never needs memory
  }

  // Waits for at most the pool's patience, then Code::unavailable. Fails as `make` fails.
  Result<Lease> take() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience_, [this] { return !idle_.empty() || free_places_ > 0; })) {
      return database_unavailable("The database is busy.",
                                  "all reading connections were in use for too long");
    }
    if (!idle_.empty()) {
      auto item = std::move(idle_.back());
      idle_.pop_back();
      return Lease(this, std::move(item));
    }
    --free_places_;
    lock.unlock();
    Place place{this};
    auto made = make_();
    if (!made) return std::move(made).error();
    place.pool = nullptr;
    return Lease(this, std::move(made).value());
  }

  // Closes what nobody uses at the moment: something happened after which it should be made anew.
  void discard_idle() {
    const std::lock_guard lock(mutex_);
    free_places_ += idle_.size();
    idle_.clear();
    changed_.notify_all();
  }

 private:
  // For a connection that is being made: free again when that fails.
  struct Place {
    ~Place() {
      if (pool != nullptr) pool->give(nullptr);
    }
    Pool* pool;
  };

  void give(std::unique_ptr<Item> item) {
    const std::lock_guard lock(mutex_);
    if (item) {
      idle_.push_back(std::move(item));
    } else {
      ++free_places_;
    }
    changed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Item>> idle_;  // the one used last is the warmest, and is taken first
  std::size_t free_places_;
  Duration patience_;
  Make make_;
};

}  // namespace lanyard::store
