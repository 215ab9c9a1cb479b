#include "domain/clients/clients.h"

#include <algorithm>

#include "base/text.h"

namespace lanyard::clients {

Clients::Clients(std::vector<Client> clients) : clients_(std::move(clients)) {
  std::ranges::sort(clients_, {}, [](const Client& client) { return std::string_view(client.id.str()); });
}

const Client* Clients::find(std::string_view id) const {
  const auto found = std::ranges::lower_bound(
      clients_, id, {}, [](const Client& client) { return std::string_view(client.id.str()); });
  return found != clients_.end() && found->id.str() == id ? &*found : nullptr;
}

Result<std::string> parse_return_path(std::string_view text) {
  const bool local =
      text.starts_with('/') && !text.starts_with("//") && text.find('\\') == std::string_view::npos;
  if (!local || text.size() > 2000 || has_control(text) || text.find(' ') != std::string_view::npos ||
      !is_utf8(text) || text.find('#') != std::string_view::npos) {
    return make_error(Code::invalid, "The address to return to is not a path on the application.",
                      "Start again from the application itself.");
  }
  return std::string(text);
}

}  // namespace lanyard::clients
