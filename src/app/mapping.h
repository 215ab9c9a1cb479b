// From what the configuration says to what the rooms understand. Pure, but for files that it names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/config.h"
#include "base/result.h"
#include "domain/admission/rule_book.h"
#include "domain/clients/clients.h"
#include "domain/issuers/issuers.h"
#include "domain/issuers/key_sets.h"
#include "domain/issuers/publisher.h"
#include "doors/gate/gate.h"
#include "doors/signin/signin.h"
#include "platform/crypto/seal.h"

namespace lanyard::app {

// What seals columns, from server.secret_key. Code::invalid names that setting and never the key.
Result<crypto::Sealer> to_sealer(const Config& config);

std::string source_of(const ProviderConfig& provider);  // "providers[globus]"
std::string source_of(const IssuerConfig& issuer);      // "issuers[grid]"

// The rules of all providers and issuers. Code::invalid names the setting.
Result<std::shared_ptr<const admission::RuleBook>> to_rules(const Config& config);

std::vector<clients::Client> to_clients(const Config& config);  // of the gate; all: client_mapping.h
std::vector<doors::gate::Route> to_routes(const Config& config);

issuers::PublisherOptions to_publisher(const ProviderConfig& provider);
Result<issuers::PublisherOptions> to_publisher(const IssuerConfig& issuer);  // reads jwks_file
Result<std::shared_ptr<const issuers::Trust>> to_trust(const IssuerConfig& issuer);
// Our own issuers, the main one first: all of them, or those whose access tokens count at the gate and the
// API.
std::vector<std::string> own_issuers(const Config& config, bool accepted_here);
issuers::KeySets::Options to_key_sets(const TokensConfig& tokens);
Result<doors::signin::Provider> to_provider(const ProviderConfig& provider,
                                            std::shared_ptr<issuers::Publisher> keys);

// The issuer URL whose subjects people have that are made beforehand: of auth.default_issuer, or of the only
// provider or issuer. Code::invalid when that is not one.
Result<std::string> default_issuer(const Config& config);

}  // namespace lanyard::app
