#include "doors/oauth/request.h"

namespace lanyard::doors::oauth {

std::string answer_url(const std::string& redirect_uri, const Form& parameters) {
  return with_query(redirect_uri, parameters);
}

std::string error_url(const Desk& desk, const RejectedRequest& rejected) {
  return answer_url(rejected.redirect_uri, redirect_parameters(rejected.error, rejected.state, desk.issuer));
}

std::string error_url(const Desk& desk, const AuthRequest& request, const OauthError& error) {
  return answer_url(request.redirect_uri, redirect_parameters(error, request.state, desk.issuer));
}

}  // namespace lanyard::doors::oauth
