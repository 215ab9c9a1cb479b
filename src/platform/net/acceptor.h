// Takes connections from the listening sockets and gives each to the loop that has fewest.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "platform/net/handler_memory.h"
#include "platform/net/loop.h"

namespace lanyard::net {

// Opens the listener's socket, or checks the inherited one. The port is filled in.
Status open_door(Door& door);

class Acceptor {
 public:
  Acceptor(Common& common, std::vector<std::unique_ptr<Loop>>& loops, const Door& door);
  void start();
  // On the first loop's thread: takes what the kernel has connected already, then closes.
  void finish();

 private:
  void wait();
  void accept_some();
  bool accept_one();  // false: nothing more now
  Loop& choose();
  void pause(int error);
  void wait_to_retry();

  Common& common_;
  std::vector<std::unique_ptr<Loop>>& loops_;
  const Door& door_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer retry_;
  HandlerMemory for_wait_, for_retry_;  // without memory it must still be possible to listen
  std::size_t next_ = 0;
  bool paused_ = false;
};

}  // namespace lanyard::net
