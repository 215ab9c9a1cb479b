// The rows of the schema for the gate and its rules.
#include "app/config_schema.h"

namespace lanyard::app {

using namespace schema;

namespace {

const Part& route_part() {
  static const Part part{
      .title = "Rules of the gate",
      .says =
          "Which paths of an application ask for more, or for less, than an approved account. The most exact "
          "path wins.",
      .example =
          "clients:\n"
          "  - id: wiki\n"
          "    origin: https://wiki.example.org\n"
          "gate:\n"
          "  routes:\n"
          "    - client: wiki\n"
          "      path: /assets/\n"
          "      public_page: true\n"
          "    - client: wiki\n"
          "      path: /edit/\n"
          "      groups: [editors]\n",
      .keys = {{.name = "client",
                .slot = at<&GateRouteConfig::client>,
                .says = "The `id` of the client for which the rule is; empty: all of them.",
                .example = "wiki",
                .also = "client_id app application host",
                .sample = true},
               {.name = "path",
                .slot = at<&GateRouteConfig::path>,
                .says =
                    "An exact path, or, with `/` at its end, everything below it. There are no wildcards.",
                .example = "/edit/",
                .also = "prefix url location route pattern",
                .sample = true},
               {.name = "scopes",
                .slot = at<&GateRouteConfig::scopes>,
                .says = "Scopes that a token must have, all of them.",
                .also = "scope required_scopes"},
               {.name = "groups",
                .slot = at<&GateRouteConfig::groups>,
                .says = "Groups of which the person must be in one.",
                .example = "[editors]",
                .also = "group allowed_groups required_groups",
                .sample = true},
               {.name = "public_page",
                .slot = at<&GateRouteConfig::public_page>,
                .says = "Nobody is asked. Together with `scopes`, `groups` or `admin` it makes no sense and "
                        "is refused.",
                .also = "public anonymous skip_auth bypass open"},
               {.name = "admin",
                .slot = at<&GateRouteConfig::admin>,
                .says = "Administrators only.",
                .also = "admin_only require_admin"}},
      .children = {},
      .fresh = fresh<GateRouteConfig>};
  return part;
}

}  // namespace

const Part& gate_part() {
  static const Part part{
      .title = "The gate",
      .says =
          "How verdicts about requests of other applications are remembered. A change of an account, a group "
          "or a token is felt "
          "at once on the server where it is made and within `journal.poll` on the others.",
      .example =
          "gate:\n"
          "  cache_life: 30s\n"
          "  stale_limit: 2s\n",
      .keys = {{.name = "cache_entries",
                .slot = at<&GateConfig::cache_entries>,
                .says = "How many verdicts are remembered.",
                .unit = "verdicts",
                .also = "cache_size max_entries",
                .least = 1,
                .most = 100'000'000},
               {.name = "cache_life",
                .slot = at<&GateConfig::cache_life>,
                .says = "After so long a verdict is made anew in any case.",
                .also = "cache_ttl ttl cache_time",
                .least = kSecond,
                .most = kHour},
               {.name = "stale_limit",
                .slot = at<&GateConfig::stale_limit>,
                .says = "Remembered verdicts are not used when the changes of other servers could not be "
                        "read for so long. Longer "
                        "than `journal.poll`.",
                .also = "max_stale",
                .least = 100 * kMillisecond,
                .most = kMinute},
               {.name = "signed_identity_life",
                .slot = at<&GateConfig::signed_identity_life>,
                .says = "How long the signed token about a person counts (`clients[].signed_identity`).",
                .least = 10 * kSecond,
                .most = kHour}},
      .children = {list<&GateConfig::routes>("routes", route_part)},
      .fresh = fresh<GateConfig>};
  return part;
}

}  // namespace lanyard::app
